/** Recovery points that somebody else deleted: reported once, after two looks, and nothing else ever is. */
import { CopySnapshotCommand, DeleteSnapshotCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2"; // prettier-ignore
import { PublishCommand } from "@aws-sdk/client-sns";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../src/vault/time";
import type { Snapshot, VaultSettings } from "../../src/vault/types";
import { makeRig } from "../support/rig";
import { DR, NOW, PRIMARY_KEY, SETTINGS, copyOf, keeping, snapshot, standInOf } from "../support/world"; // prettier-ignore

const HERE = SETTINGS.primaryRegion;
const SWEEP_EVENT = { kind: "sweep" };
/** Snapshots of the last five nights, the newest first, each with its copy. */
const sources = [1, 2, 3, 4, 5].map((day) => snapshot(`snap-${day}`, { startTimeMs: NOW - day * DAY_MS })); // prettier-ignore
const copies = sources.map((one, n) => copyOf(one, `copy-${n + 1}`));
const slots = sources.map(({ identity }) => identity.slot);
const without = (all: readonly Snapshot[], ...ids: string[]) =>
  all.filter(({ snapshotId }) => !ids.includes(snapshotId));

type Rig = ReturnType<typeof makeRig>;

function start(settings: Partial<VaultSettings> = {}): Rig {
  const rig = makeRig({ ...SETTINGS, ...settings });
  rig.reset();
  rig.carries({ told: {}, done: slots[0] });
  return rig;
}

/** Wakes a sweep after so many minutes; returns what a mail says of missing points. */
async function look(rig: Rig, minutes: number, own: Snapshot[], there: Snapshot[]) {
  rig.at(NOW - 4 * HOUR_MS + minutes * MINUTE_MS);
  rig.sees(own, there);
  rig.sns.resetHistory();
  const failed = await rig.wake(SWEEP_EVENT).then(
    () => false,
    () => true,
  );
  const bodies = rig.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.Message);
  const lines = bodies.join("\n").split("\n").filter((line) => /recovery points? .*the vault did not/.test(line)); // prettier-ignore
  expect(failed || lines.length === 0).toBe(true);
  return lines.map((line) => line.replace(/^\d+\. /, ""));
}

describe("what a person deleted", () => {
  test("is reported at the second look, once, with what is left elsewhere", async () => {
    const rig = start();
    await expect(look(rig, 0, sources, copies)).resolves.toStrictEqual([]);
    const left = without(sources, "snap-2", "snap-3");
    await expect(look(rig, 60, left, copies)).resolves.toStrictEqual([]);
    await expect(look(rig, 80, left, copies)).resolves.toStrictEqual([]);
    await expect(look(rig, 120, left, copies)).resolves.toStrictEqual([
      `2 recovery points of i-1 in ${HERE} are gone, and the vault did not delete them: for ${slots[2]}, ${slots[1]}. ${DR.region} still has 2 of these.`,
    ]);
    for (const minutes of [180, 24 * 60, 25 * 60 + 1]) {
      await expect(look(rig, minutes, left, copies)).resolves.toStrictEqual([]);
    }
  });

  test("is reported in a DR region, though the vault copies it again at once", async () => {
    const rig = start();
    await look(rig, 0, sources, copies);
    await look(rig, 60, sources, without(copies, "copy-2"));
    expect(rig.drWriter.commandCalls(CopySnapshotCommand)).toHaveLength(1);
    const made = copyOf(sources[1]!, "copy-new", { startTimeMs: NOW - 3 * HOUR_MS });
    const now = [...without(copies, "copy-2"), made];
    await expect(look(rig, 120, sources, now)).resolves.toStrictEqual([
      `1 recovery point of i-1 in ${DR.region} is gone, and the vault did not delete it: for ${slots[1]}. ${HERE} still has 1 of these; the vault copies them again.`,
    ]);
  });

  test("while its copy was pending is reported with that no region has it", async () => {
    const rig = start();
    const pending = { ...copies[0]!, state: "pending" };
    await look(rig, 0, sources, [pending, ...copies.slice(1)]);
    const failed = { ...pending, state: "error" };
    await look(rig, 60, sources.slice(1), [failed, ...copies.slice(1)]);
    await expect(look(rig, 120, sources.slice(1), copies.slice(1))).resolves.toStrictEqual([
      `1 recovery point of i-1 in ${HERE} is gone, and the vault did not delete it: for ${slots[0]}. No other region that the vault could read has any of these.`,
    ]);
  });

  test("of one volume of two is reported as what it is", async () => {
    const rig = start();
    const data = sources.map((one, n) => snapshot(`data-${n}`, { ...one, snapshotId: `data-${n}`, volumeId: "vol-2" })); // prettier-ignore
    const all = [...sources, ...data];
    const there = [...copies, ...data.map((one, n) => copyOf(one, `data-copy-${n}`))];
    await look(rig, 0, all, there);
    await look(rig, 60, without(all, "data-1"), there);
    const [line] = await look(rig, 120, without(all, "data-1"), there);
    expect(line).toContain(`1 recovery point of i-1 in ${HERE} lacks snapshots, and the vault did not delete it: for ${slots[1]}.`); // prettier-ignore
  });

  test("is reported again until a mail was accepted", async () => {
    const rig = start();
    await look(rig, 0, sources, copies);
    const left = without(sources, "snap-2");
    await look(rig, 60, left, copies);
    rig.sns.on(PublishCommand).rejectsOnce(new Error("down"));
    await look(rig, 120, left, copies).catch(() => undefined);
    await expect(look(rig, 180, left, copies)).resolves.toHaveLength(1);
  });

  test("all of an instance is reported", async () => {
    const rig = start();
    await look(rig, 0, sources, copies);
    await look(rig, 60, [], []);
    const lines = await look(rig, 120, [], []);
    expect(lines).toHaveLength(0);
    // Only a run knows whether the instance is still backed up.
    rig.at(NOW);
    rig.sns.resetHistory();
    await rig.wake({ kind: "run", slot: isoSeconds(NOW) }).catch(() => undefined);
    const [call] = rig.sns.commandCalls(PublishCommand);
    expect(call?.args[0].input.Message).toContain(`5 recovery points of i-1 in ${HERE} are gone`);
    expect(call?.args[0].input.Message).toContain(`5 recovery points of i-1 in ${DR.region}`);
  });
});

describe("nothing is reported", () => {
  async function quiet(rig: Rig, looks: (readonly [Snapshot[], Snapshot[]])[]) {
    for (const [n, [own, there]] of looks.entries()) {
      await expect(look(rig, 60 * n, own, there)).resolves.toStrictEqual([]);
    }
  }

  test("of what one look did not show", async () => {
    const lagging = without(sources, "snap-1", "snap-2");
    await quiet(start(), [
      [sources, copies],
      [lagging, without(copies, "copy-4")],
      [sources, copies],
      [sources, copies],
    ]);
  });

  test("of what the vault deletes, nor of what a list shows once more after that", async () => {
    const rig = start({ policies: keeping(3) });
    await quiet(rig, [[sources, copies]]);
    const asked = [rig.writer, rig.drWriter].flatMap((stub) => stub.commandCalls(DeleteSnapshotCommand)); // prettier-ignore
    expect(asked.length).toBeGreaterThan(0);
    const [here, there] = [sources.slice(0, 3), copies.slice(0, 3)];
    await expect(look(rig, 60, sources, copies)).resolves.toStrictEqual([]);
    for (const minutes of [120, 180, 240]) {
      await expect(look(rig, minutes, here, there)).resolves.toStrictEqual([]);
    }
  });

  test("of what the rules let go of, where an invocation was killed before it could say so", async () => {
    const rig = start();
    await quiet(rig, [[sources, copies]]);
    const shorter = start({ policies: keeping(2) });
    shorter.carries({ told: {}, done: slots[0], points: rig.clockPayload().points });
    const lines: string[] = [];
    for (const minutes of [60, 120, 180]) {
      // The second night's is kept, so a person deleted that.
      const [here, there] = [sources.slice(0, 1), copies.slice(0, 1)];
      lines.push(...(await look(shorter, minutes, here, there)));
    }
    expect(lines.map((line) => line.replace(/:.*for/, ""))).toStrictEqual([
      expect.stringContaining(`1 recovery point of i-1 in ${HERE} is gone`),
      expect.stringContaining(`1 recovery point of i-1 in ${DR.region} is gone`),
    ]);
    expect(lines.join()).not.toContain(slots[4]);
  });

  test("of duplicates, of originals whose stand-in took their place, and of lost tags", async () => {
    const rig = start({ primaryKeyArn: PRIMARY_KEY });
    const [first] = sources;
    const standIn = standInOf(first!, "stand-in");
    const untagged = sources.slice(1).map((one) => ({ ...one, tags: {} }));
    await quiet(rig, [
      [[...sources, snapshot("twin", { startTimeMs: NOW - 2 * DAY_MS }), standIn], copies],
      [[...sources.slice(1), standIn], copies],
      [[...untagged, standIn], copies],
      [[...untagged, standIn], copies],
    ]);
  });

  test("of a region that could not be read, nor of one that left the stack", async () => {
    const rig = start();
    await quiet(rig, [[sources, copies]]);
    for (const minutes of [60, 120]) {
      rig.at(NOW - 4 * HOUR_MS + minutes * MINUTE_MS);
      rig.sees(sources, []);
      rig.dr.on(DescribeSnapshotsCommand).rejects(new Error("down"));
      await rig.wake(SWEEP_EVENT).catch(() => undefined);
    }
    await expect(look(rig, 180, sources, copies)).resolves.toStrictEqual([]);
    const { points, ...carried } = rig.clockPayload();
    const left = { region: "eu-west-1", slots: ["tov8zo"], has: { "1": ["i-1"] } };
    rig.carries({ ...carried, points: { gone: [], counted: [...(points?.counted ?? []), left] } });
    for (const minutes of [240, 300]) {
      await expect(look(rig, minutes, sources, copies)).resolves.toStrictEqual([]);
    }
    expect(JSON.stringify(rig.clockPayload().points)).not.toContain("eu-west-1");
  });

  test("of what came back from the Recycle Bin, but once when it went there", async () => {
    const rig = start();
    const left = without(sources, "snap-3");
    await quiet(rig, [[sources, copies], [left, copies]]); // prettier-ignore
    await expect(look(rig, 120, left, copies)).resolves.toHaveLength(1);
    for (const minutes of [180, 240]) {
      await expect(look(rig, minutes, sources, copies)).resolves.toStrictEqual([]);
    }
  });
});
