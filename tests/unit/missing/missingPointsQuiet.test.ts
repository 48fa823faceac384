/** Tests that only what a person deleted is reported as gone. */
import { DeleteSnapshotCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { GetScheduleCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { DAY_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import {
  LOOKS_MS,
  type Rig,
  SWEEP_EVENT,
  copies,
  expectedBy,
  isKilled,
  look,
  slots,
  sources,
  start,
  without,
} from "../../support/looks";
import { NOW, PRIMARY_KEY, keeping, snapshot, standInOf } from "../../support/world";

describe("no deletion by a person is reported", () => {
  async function quiet(rig: Rig, looks: (readonly [Snapshot[], Snapshot[]])[]) {
    for (const [n, [own, there]] of looks.entries()) {
      await expect(look(rig, 60 * n, own, there)).resolves.toStrictEqual([]);
    }
  }

  test("for what one look did not show", async () => {
    const lagging = without(sources, "snap-1", "snap-2");
    await quiet(start(), [
      [sources, copies],
      [lagging, without(copies, "copy-4")],
      [sources, copies],
      [sources, copies],
    ]);
  });

  test("for what the vault deletes, even if a list shows it once more", async () => {
    const rig = start({ policies: keeping(3) });
    await quiet(rig, [[sources, copies]]);
    const asked = [rig.writer, rig.drWriter].flatMap((stub) => stub.commandCalls(DeleteSnapshotCommand));
    expect(asked.length).toBeGreaterThan(0);
    const [here, there] = [sources.slice(0, 3), copies.slice(0, 3)];
    await expect(look(rig, 60, sources, copies)).resolves.toStrictEqual([]);
    for (const minutes of [120, 180, 240]) {
      await expect(look(rig, minutes, here, there)).resolves.toStrictEqual([]);
    }
  });

  test("for what an invocation deletes that is killed before it can say so", async () => {
    const rig = start({ policies: keeping(3) });
    rig.carries({ notified: {}, done: slots[0], points: await expectedBy(start()) });
    await quiet(rig, [[sources, copies]]);
    const [ahead] = rig.clockSets();
    expect(ahead?.state).toBe("ENABLED");
    isKilled(rig, ahead!.input);
    for (const minutes of [20, 60, 120]) {
      await expect(look(rig, minutes, sources.slice(0, 3), copies.slice(0, 3))).resolves.toStrictEqual([]);
    }
  });

  test("if the timer can't be set before, since nothing is deleted then", async () => {
    const rig = start({ policies: keeping(3) });
    rig.carries({ notified: {}, done: slots[0], points: await expectedBy(start()) });
    rig.scheduler.on(UpdateScheduleCommand).rejects(new Error("down"));
    await quiet(rig, [[sources, copies]]);
    expect(rig.writes().filter((one) => one.endsWith("DeleteSnapshot"))).toStrictEqual([]);
  });

  test("for what another invocation deletes at the same time, since the count starts again then", async () => {
    const rig = start();
    await quiet(rig, [[sources, copies]]);
    const { points, ...others } = rig.clockPayload();
    const [here, ...rest] = points?.counted ?? [];
    const less = { ...points!, counted: [{ ...here!, has: { "01111": ["i-1"] } }, ...rest] };
    rig.at(LOOKS_MS + 60 * MINUTE_MS);
    rig.sees(without(sources, "snap-1"), copies);
    let reads = 0;
    rig.scheduler.on(GetScheduleCommand).callsFake(() => {
      reads += 1;
      const Input = JSON.stringify({ ...others, points: reads === 1 ? points : less });
      return { Target: { Arn: "a", RoleArn: "r", Input } };
    });
    await rig.trigger(SWEEP_EVENT);
    expect(rig.clockPayload().points).toMatchObject({ counted: [], gone: [] });
    await look(rig, 61, sources, copies);
    expect(rig.clockPayload().points?.counted).toStrictEqual([]);
    await look(rig, 120, sources, copies);
    expect(rig.clockPayload().points?.counted).toHaveLength(2);
  });

  test("for what a list shows once more after its deletion, even if the rules want it again", async () => {
    const rig = start({ policies: keeping(3) });
    rig.carries({ notified: {}, done: slots[0], points: await expectedBy(start()) });
    await quiet(rig, [[sources, copies]]);
    const longer = start();
    isKilled(longer, rig.clockPayload());
    await expect(look(longer, 5, sources, copies)).resolves.toStrictEqual([]);
    for (const minutes of [60, 120]) {
      const [here, there] = [sources.slice(0, 3), copies.slice(0, 3)];
      await expect(look(longer, minutes, here, there)).resolves.toStrictEqual([]);
    }
  });

  test("for redundant snapshots, replaced originals, and lost tags", async () => {
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

  test("for a region that could not be read or that left the stack", async () => {
    const rig = start();
    await quiet(rig, [[sources, copies]]);
    for (const minutes of [60, 120]) {
      rig.at(LOOKS_MS + minutes * MINUTE_MS);
      rig.sees(sources, []);
      rig.dr.on(DescribeSnapshotsCommand).rejects(new Error("down"));
      await rig.trigger(SWEEP_EVENT).catch(() => undefined);
    }
    await expect(look(rig, 180, sources, copies)).resolves.toStrictEqual([]);
    const { points, ...carried } = rig.clockPayload();
    const left = { region: "eu-west-1", slots: ["tov8zo"], has: { "1": ["i-1"] } };
    rig.carries({
      ...carried,
      points: { ...points!, counted: [...(points?.counted ?? []), left] },
    });
    for (const minutes of [240, 300]) {
      await expect(look(rig, minutes, sources, copies)).resolves.toStrictEqual([]);
    }
    expect(JSON.stringify(rig.clockPayload().points)).not.toContain("eu-west-1");
  });

  test("for what came back from the Recycle Bin, but once when it was moved there", async () => {
    const rig = start();
    const left = without(sources, "snap-3");
    await quiet(rig, [
      [sources, copies],
      [left, copies],
    ]);
    await expect(look(rig, 120, left, copies)).resolves.toHaveLength(1);
    for (const minutes of [180, 240]) {
      await expect(look(rig, minutes, sources, copies)).resolves.toStrictEqual([]);
    }
  });
});
