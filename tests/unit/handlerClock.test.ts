/** What an invocation that comes too late, or that can't read the clock, leaves in it: nothing that is owed is lost. */
import { CreateSnapshotsCommand } from "@aws-sdk/client-ec2";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import { TAG } from "../../src/vault/tags";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../src/vault/time";
import { makeRig } from "../support/rig";
import { NOW, SLOT, snapshot } from "../support/world";

const rig = makeRig();
const RUN_EVENT = { kind: "run", slot: SLOT };
const SWEEP_EVENT = { kind: "sweep" };
const YESTERDAY = isoSeconds(NOW - DAY_MS);

beforeEach(() => {
  rig.reset();
});

function refuseSnapshots(): void {
  const limit = { name: "PendingSnapshotLimitExceeded", $metadata: { httpStatusCode: 400 } };
  rig.writer.on(CreateSnapshotsCommand).rejects(Object.assign(new Error("not now"), limit));
}

/** The slots that snapshots were asked for, call by call. */
function slotsAsked(): (string | undefined)[] {
  return rig.writer.commandCalls(CreateSnapshotsCommand).map(({ args: [{ input }] }) => {
    const tags = input.TagSpecifications?.[0]?.Tags;
    return tags?.find(({ Key }) => Key === TAG.slot)?.Value;
  });
}

/** The run of SLOT, an hour and five minutes after it was due. */
async function runLate() {
  rig.at(NOW + 65 * MINUTE_MS);
  return rig.wake(RUN_EVENT);
}

describe("a run that has been overtaken", () => {
  const newer = isoSeconds(NOW + HOUR_MS);

  test("leaves the newer slot with the clock from its first call on, and goes on with it", async () => {
    rig.carries({ slot: newer, done: YESTERDAY, told: {} });
    refuseSnapshots();
    await runLate();
    expect(rig.clockSets().map(({ input }) => input.slot)).toStrictEqual([newer, newer]);
    expect(slotsAsked()).toStrictEqual([newer]);
  });

  test("by one that is done makes nothing, and done does not go back", async () => {
    rig.carries({ done: newer, told: {} });
    await runLate();
    expect(slotsAsked()).toStrictEqual([]);
    expect(rig.clockSets().map(({ input }) => input)).toStrictEqual([
      { kind: "pass", done: newer, told: {} },
      { kind: "pass", done: newer, told: {} },
    ]);
  });
});

describe("a clock that can't be read", () => {
  beforeEach(() => {
    rig.scheduler.on(GetScheduleCommand).rejects(new Error("throttled"));
  });

  test.each([SWEEP_EVENT, { kind: "pass" }])("is not written over by %j: what it carries is still owed", async (event) => {
    rig.sees([snapshot("snap-0", { startTimeMs: NOW - DAY_MS })], []);
    const { counts, nextWake } = await rig.wake(event);
    expect([counts.copies, nextWake]).toStrictEqual([1, "2026-11-22T03:01:00Z"]);
    expect(rig.clockSets()).toStrictEqual([]);
  }); // prettier-ignore

  test("gets the slot of a run that needs it", async () => {
    refuseSnapshots();
    await rig.wake(RUN_EVENT);
    expect(rig.clockSets().at(-1)).toStrictEqual({
      state: "ENABLED",
      at: "at(2026-11-22T03:01:00)",
      input: { kind: "pass", slot: SLOT, told: {} },
    });
  });

  test("gets the slot of a pass that goes on with it", async () => {
    refuseSnapshots();
    await rig.wake({ kind: "pass", slot: SLOT });
    expect(rig.clockSets().at(-1)).toStrictEqual({
      state: "ENABLED",
      at: "at(2026-11-22T03:01:00)",
      input: { kind: "pass", slot: SLOT, told: {} },
    });
  });
});
