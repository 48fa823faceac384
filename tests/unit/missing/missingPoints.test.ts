/** Tests that recovery points that somebody else deleted are reported once, after two looks. */
import { CopySnapshotCommand } from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import { copies, isKilled, look, slots, sources, start, without } from "../../support/looks";
import { DR, NOW, SETTINGS, copyOf, snapshot } from "../../support/world";

const HERE = SETTINGS.primaryRegion;

describe("a recovery point that a person deleted", () => {
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

  test("is reported in a DR region, even though the vault copies it again at once", async () => {
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

  test("while its copy was pending is reported as left in no region", async () => {
    const rig = start();
    const pending = { ...copies[0]!, state: "pending" };
    await look(rig, 0, sources, [pending, ...copies.slice(1)]);
    const failed = { ...pending, state: "error" };
    await look(rig, 60, sources.slice(1), [failed, ...copies.slice(1)]);
    await expect(look(rig, 120, sources.slice(1), copies.slice(1))).resolves.toStrictEqual([
      `1 recovery point of i-1 in ${HERE} is gone, and the vault did not delete it: for ${slots[0]}. No other region that the vault could read has any of these.`,
    ]);
  });

  test("is reported with the one volume of two that it lost", async () => {
    const rig = start();
    const data = sources.map((one, n) => snapshot(`data-${n}`, { ...one, snapshotId: `data-${n}`, volumeId: "vol-2" }));
    const all = [...sources, ...data];
    const there = [...copies, ...data.map((one, n) => copyOf(one, `data-copy-${n}`))];
    await look(rig, 0, all, there);
    await look(rig, 60, without(all, "data-1"), there);
    const [line] = await look(rig, 120, without(all, "data-1"), there);
    expect(line).toContain(
      `1 recovery point of i-1 in ${HERE} lacks snapshots, and the vault did not delete it: for ${slots[1]}.`,
    );
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

  test("is reported if all of an instance was deleted", async () => {
    const rig = start();
    await look(rig, 0, sources, copies);
    await look(rig, 60, [], []);
    const lines = await look(rig, 120, [], []);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`5 recovery points of i-1 in ${HERE} are gone`);
    expect(lines[1]).toContain(`5 recovery points of i-1 in ${DR.region} are gone`);
  });

  test("is reported even if somebody changed its tags before", async () => {
    const rig = start();
    await look(rig, 0, sources, copies);
    const changed = sources.map((one) => ({ ...one, tags: { ...one.tags, [TAG.setSize]: "9" } }));
    await look(rig, 60, changed, copies);
    const left = without(changed, "snap-2");
    await look(rig, 120, left, copies);
    await expect(look(rig, 180, left, copies)).resolves.toHaveLength(1);
  });

  test("is reported even if the copy made in its place fails and is deleted", async () => {
    const rig = start();
    await look(rig, 0, sources, copies);
    const left = without(copies, "copy-2");
    await look(rig, 60, sources, left);
    const again = (id: string, state: string, hoursAgo: number) =>
      copyOf(sources[1]!, id, { state, startTimeMs: NOW - hoursAgo * HOUR_MS });
    const attempts = [again("copy-failed", "error", 2.9), again("copy-good", "completed", 2.5)];
    await look(rig, 85, sources, [...left, ...attempts.slice(0, 1)]);
    // A verified copy has taken its place, so the failed one is deleted.
    await expect(look(rig, 120, sources, [...left, ...attempts])).resolves.toHaveLength(1);
    expect(rig.writes()).toContain(`${DR.region} DeleteSnapshot`);
  });

  test("is reported even if the invocation that copies it again is killed", async () => {
    const rig = start();
    await look(rig, 0, sources, copies);
    const { points } = rig.clockPayload();
    const made = copyOf(sources[1]!, "copy-new", { startTimeMs: NOW - 3 * HOUR_MS });
    const there = [...without(copies, "copy-2"), made];
    await look(rig, 60, sources, without(copies, "copy-2"));
    isKilled(rig, { notified: {}, done: slots[0], points });
    await look(rig, 120, sources, there);
    await expect(look(rig, 180, sources, there)).resolves.toHaveLength(1);
  });

  test("is reported as a total in a fleet too large to carry each instance", async () => {
    const rig = start();
    const many = Array.from({ length: 700 }, (_, n) => {
      const tags = { [TAG.instance]: `i-${String(n).padStart(17, "0")}` };
      return snapshot(`snap-of-${n}`, { volumeId: `vol-of-${n}`, startTimeMs: NOW - DAY_MS, tags });
    });
    const there = many.map((one, n) => copyOf(one, `copy-of-${n}`));
    await look(rig, 0, many, there);
    expect(JSON.stringify(rig.clockPayload().points).length).toBeLessThan(1_000);
    await look(rig, 60, many, there.slice(3));
    const lines = await look(rig, 120, many, there.slice(3));
    expect(lines).toStrictEqual([
      `1 recovery point in ${DR.region} is gone, and the vault did not delete it: for ${slots[0]}.`,
    ]);
  });

  test("is reported on one line for very many instances", async () => {
    const rig = start();
    const many = Array.from({ length: 40 }, (_, n) =>
      snapshot(`snap-of-${n}`, {
        volumeId: `vol-of-${n}`,
        startTimeMs: NOW - DAY_MS,
        tags: { [TAG.instance]: `i-${n}` },
      }),
    );
    const there = many.map((one, n) => copyOf(one, `copy-of-${n}`));
    await look(rig, 0, many, there);
    await look(rig, 60, many, there.slice(35));
    const lines = await look(rig, 120, many, there.slice(35));
    expect(lines).toHaveLength(1);
  });
});
