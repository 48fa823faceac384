import { GetScheduleCommand, SchedulerClient, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { mockClient } from "aws-sdk-client-mock";
import { STOPPED_CLOCK } from "../../../src/vault/model/clockState";
import { followUpDelayMs } from "../../../src/vault/clock/followUpDelay";
import { nextFollowUp } from "../../../src/vault/clock/nextFollowUp";
import { readClock, setClock } from "../../../src/vault/clock/timer";
import { stillNotified } from "../../../src/vault/model/notified";
import { HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { CopyAction, Outcome, Plan, SnapshotAction } from "../../../src/vault/model/actions";
import { deleteAction } from "../../support/actions";
import { FUNCTION_ARN, NOW, SETTINGS, SLOT, snapshot } from "../../support/world";

const scheduler = mockClient(SchedulerClient);
const client = new SchedulerClient({});

const EMPTY = { slot: undefined, done: undefined, throttledSince: undefined, notified: {} };

beforeEach(() => scheduler.reset());

const plan: Plan = { actions: [], kept: [], problems: [], pending: [], slotSettled: true };
const copy = { kind: "copy", sinceMs: NOW - 20 * MINUTE_MS } as CopyAction;
const set = { kind: "snapshot", slot: SLOT } as SnapshotAction;

function outcome(part: Partial<Outcome>): Outcome {
  return { action: copy, status: "done", detail: "", snapshotIds: [], ...part };
}

test.each([
  [0, 1],
  [4, 1],
  [8, 2],
  [30, 7.5],
  [40, 10],
  [100, 10],
  [6_000, 10],
  [-60, 1],
])("looks at work of %d minutes again after %d minutes", (ageMinutes, waitMinutes) => {
  expect(followUpDelayMs(NOW - ageMinutes * MINUTE_MS, NOW)).toBe(waitMinutes * MINUTE_MS);
});

describe("the next follow-up", () => {
  const trigger = (
    outcomes: Outcome[],
    pending: Plan["pending"] = [],
    { throttledSince, took = [], lookedMs = 0 }: { throttledSince?: string; took?: number[]; lookedMs?: number } = {},
  ) => {
    const own = took.map((minutes, index) => ({
      ...snapshot(`done-${index}`, { startTimeMs: NOW - 300 * MINUTE_MS }),
      completedMs: NOW - (300 - minutes) * MINUTE_MS,
    }));
    const regions = [{ region: "us-west-2", seen: own, own }];
    const left = {
      lookedMs,
      plan: { ...plan, pending },
      outcomes,
      regions,
      ...(throttledSince && { throttledSince }),
    };
    const { atMs, hintMs } = nextFollowUp(left, NOW);
    hinted = hintMs === undefined ? undefined : (hintMs - NOW) / MINUTE_MS;
    return atMs === undefined ? undefined : (atMs - NOW) / MINUTE_MS;
  };
  let hinted: number | undefined;
  const copies = (...ages: number[]) =>
    ages.map((minutes) => ({ snapshotId: "c", region: "us-west-2", sinceMs: NOW - minutes * MINUTE_MS }));
  const SECONDS = 1 / 60;

  test("is not scheduled if nothing is under way", () => {
    expect(trigger([])).toBeUndefined();
    expect(trigger([outcome({}), outcome({ status: "failed" }), outcome({ status: "skipped" })])).toBeUndefined();
  });

  test("comes soon after a throttled read, and later if throttling lasts", () => {
    expect(trigger([], [], { throttledSince: isoSeconds(NOW) })).toBe(1);
    expect(trigger([], [], { throttledSince: isoSeconds(NOW - 40 * MINUTE_MS) })).toBe(10);
  });

  test.each([
    ["us-west-2", "ResourceLimitExceeded", 1],
    ["us-west-2", "PendingSnapshotLimitExceeded", 1],
    ["us-west-2", "RequestLimitExceeded", 10],
    ["us-east-1", "ResourceLimitExceeded", 10],
  ])("with own work under way in %s and a copy deferred for %s comes in %d minutes", (region, code, minutes) => {
    const sinceMs = NOW - 40 * MINUTE_MS;
    const copy = { kind: "copy", region: "us-west-2", sinceMs } as CopyAction;
    const putOff = outcome({ action: copy, status: "deferred", code });
    expect(trigger([putOff], [{ snapshotId: "snap-1", region, sinceMs }])).toBe(minutes);
    expect(trigger([putOff])).toBe(10);
  });

  test.each([
    ["all have ended, if they last the same", [1, 1], [4, 4, 4], 3 + 3 * SECONDS],
    ["half have ended, if they do not", [0, 0, 0, 0], [2, 3, 5, 8], 3 + 3 * SECONDS],
    ["a minute has passed, if they end within seconds", [0], [0.1], 1],
    ["ten minutes have passed, however long the latest took", [0], [90], 10],
    ["a quarter of the age has passed, if the latest were all shorter", [16], [2, 3], 4],
    ["the younger half has ended, if the older are later than ever", [0, 30], [5], 5 + 3 * SECONDS],
  ])("comes when %s", (_what, ages, took, minutes) => {
    expect(trigger([], copies(...ages), { took })).toBeCloseTo(minutes, 6);
  });

  test("comes when three of the copies have ended whose places others wait for", () => {
    const took = [2, 4, 6, 8, 9, 9, 9, 9, 9, 9];
    const putOff = outcome({
      action: { ...copy, region: "us-west-2" },
      status: "deferred",
      code: "ResourceLimitExceeded",
    });
    expect(trigger([], copies(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), { took })).toBeCloseTo(9 + 3 * SECONDS, 6);
    expect(trigger([putOff], copies(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), { took })).toBeCloseTo(6 + 3 * SECONDS, 6);
    expect(trigger([putOff], copies(0), { took })).toBeCloseTo(9 + 3 * SECONDS, 6);
  });

  test("comes a minute after the look that a hint starts, so that the two do not meet", () => {
    const putOff = outcome({
      action: { ...copy, region: "us-west-2" },
      status: "deferred",
      code: "ResourceLimitExceeded",
    });
    const took = [3, 3, 3, 3];
    expect(trigger([putOff], copies(0, 0, 0, 0), { took, lookedMs: 30_000 })).toBeCloseTo(4 + 3 * SECONDS, 6);
    expect(hinted).toBeCloseTo(2.5 + 3 * SECONDS, 6);
  });

  test.each([
    ["waits for the timer if a hint comes right before it", 12.4, 4 + 3 * SECONDS, 3 + 3 * SECONDS],
    ["needs no hint if it comes before that", 12, 3, undefined],
  ])("other work %s", (_what, age, minutes, hint) => {
    const other = { snapshotId: "s", region: "us-east-1", sinceMs: NOW - age * MINUTE_MS };
    const pending = [...copies(0, 0, 0, 0), other];
    const putOff = outcome({
      action: { ...copy, region: "us-west-2" },
      status: "deferred",
      code: "ResourceLimitExceeded",
    });
    expect(trigger([putOff], pending, { took: [3, 3, 3, 3] })).toBeCloseTo(minutes, 6);
    expect(hinted).toStrictEqual(hint === undefined ? undefined : (expect.closeTo(hint, 6) as number));
  });

  test("expects by the region where the work is", () => {
    const pending = [{ snapshotId: "s", region: "us-east-1", sinceMs: NOW }];
    expect(trigger([], pending, { took: [5] })).toBe(1);
    expect(
      trigger([outcome({ action: { ...copy, region: "us-west-2" }, snapshotIds: ["c"] })], [], { took: [5] }),
    ).toBe(5 + 3 * SECONDS);
  });

  test("comes soon after something was made", () => {
    expect(trigger([outcome({ snapshotIds: ["snap-1"] })])).toBe(1);
  });

  test("comes later for a copy that has been due for long", () => {
    expect(trigger([outcome({ status: "deferred" })])).toBe(5);
  });

  test("is timed from the slot for a deferred snapshot", () => {
    const late = { ...set, slot: isoSeconds(NOW - 16 * MINUTE_MS) };
    expect(trigger([outcome({ action: late, status: "deferred" })])).toBe(4);
    expect(trigger([outcome({ action: { ...set, slot: "?" }, status: "deferred" })])).toBe(1);
  });

  test("is not scheduled for deletions, because the sweep is soon enough", () => {
    const action = deleteAction("s");
    expect(trigger([outcome({ action, status: "deferred" })])).toBeUndefined();
  });

  test("comes at the earliest time of all", () => {
    const pending = [{ snapshotId: "s", region: "us-east-1", sinceMs: NOW - 300 * MINUTE_MS }];
    expect(trigger([], pending)).toBe(10);
    expect(trigger([outcome({ status: "deferred" })], pending)).toBe(5);
  });
});

describe("the record of what was reported", () => {
  test("expires after 23 hours, so that the next day's run reports again", () => {
    const notified = {
      now: isoSeconds(NOW),
      young: isoSeconds(NOW - 23 * HOUR_MS + 1_000),
      old: isoSeconds(NOW - 23 * HOUR_MS),
      odd: "yesterday",
    };
    expect(Object.keys(stillNotified(notified, NOW))).toStrictEqual(["now", "young"]);
  });

  test("holds at most the newest seven hundred", () => {
    const notified = Object.fromEntries(
      Array.from({ length: 1_200 }, (_, n) => [`p-${n}`, isoSeconds(NOW - n * 1_000)]),
    );
    const kept = Object.keys(stillNotified(notified, NOW));
    expect([kept.length, kept[0], kept.at(-1)]).toStrictEqual([700, "p-0", "p-699"]);
  });
});

describe("reading the timer", () => {
  test("asks for the vault's own schedule and returns what it carries", async () => {
    const state = { slot: SLOT, done: "2026-11-21T03:00:00Z", throttledSince: SLOT, notified: { "a/b": SLOT } };
    const Input = JSON.stringify({ kind: "follow-up", ...state });
    scheduler.on(GetScheduleCommand).resolves({ Target: { Arn: "", RoleArn: "", Input } });
    await expect(readClock(client, SETTINGS, NOW)).resolves.toStrictEqual({ state });
    expect(scheduler.calls().map((call) => call.args[0].input)).toStrictEqual([{ Name: "clock", GroupName: "vault" }]);
  });

  test.each([
    ["has no input", {}],
    ["carries nothing", { Target: { Arn: "", RoleArn: "", Input: '{"kind":"follow-up"}' } }],
    ["carries null", { Target: { Arn: "", RoleArn: "", Input: "null" } }],
  ])("returns an empty state if the schedule %s", async (_what, answer) => {
    scheduler.on(GetScheduleCommand).resolves(answer);
    await expect(readClock(client, SETTINGS, NOW)).resolves.toStrictEqual({ state: EMPTY });
  });

  test.each([
    ["2026-11-22T03:00:00.000Z", SLOT],
    ["2026-11-22T05:00:00+02:00", SLOT],
    ["2026-11-22T03:00:01Z", undefined],
    ["2099-01-01T00:00:00Z", undefined],
    ["tonight", undefined],
    [7, undefined],
    [null, undefined],
  ])("reads the instant %j as %j, ignoring invalid and future ones", async (slot, taken) => {
    const Input = JSON.stringify({ slot, done: slot, throttledSince: slot });
    scheduler.on(GetScheduleCommand).resolves({ Target: { Arn: "", RoleArn: "", Input } });
    await expect(readClock(client, SETTINGS, NOW)).resolves.toStrictEqual({
      state: { slot: taken, done: taken, throttledSince: taken, notified: {} },
    });
  });

  test.each([
    [JSON.stringify({ changes: null, schedule: 7 })],
    [JSON.stringify({ changes: { settings: {} } })],
    ["not JSON"],
  ])("ignores the changes in %s, which a person made up", async (Input) => {
    scheduler.on(GetScheduleCommand).resolves({ Target: { Arn: "", RoleArn: "", Input } });
    await expect(readClock(client, SETTINGS, NOW)).resolves.toStrictEqual({
      state: EMPTY,
    });
  });

  test("says why it could not be read", async () => {
    const gone = Object.assign(new Error("no"), { name: "ResourceNotFoundException" });
    scheduler.on(GetScheduleCommand).rejects(gone);
    await expect(readClock(client, SETTINGS, NOW)).resolves.toMatchObject({
      cause: { code: "ResourceNotFoundException", message: "no" },
    });
  });
});

describe("setting the timer", () => {
  const state = { slot: SLOT, done: "2026-11-21T03:00:00Z", notified: { "a/b": isoSeconds(NOW) } };
  const sent = async (atMs: number | undefined) => {
    await setClock(client, SETTINGS, { functionArn: FUNCTION_ARN, atMs, state }, NOW);
    return scheduler.commandCalls(UpdateScheduleCommand).map((call) => call.args[0].input);
  };
  const whole = {
    Name: "clock",
    GroupName: "vault",
    Description: "Follow-up timer of smart-vault-test: moved by the function, see docs/adr/0003",
    ScheduleExpression: "at(2026-11-22T03:01:00)",
    ScheduleExpressionTimezone: "UTC",
    State: "ENABLED",
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "NONE",
    Target: {
      Arn: FUNCTION_ARN,
      RoleArn: "arn:aws:iam::111122223333:role/clock",
      Input: JSON.stringify({ kind: "follow-up", ...state }),
    },
  };

  test("moves the one schedule", async () => {
    await expect(sent(NOW + MINUTE_MS)).resolves.toStrictEqual([whole]);
  });

  test("stops it if there is nothing to wait for, and still carries what was reported", async () => {
    await expect(sent(undefined)).resolves.toStrictEqual([
      { ...whole, State: "DISABLED", ScheduleExpression: STOPPED_CLOCK },
    ]);
  });

  test("carries no more than Scheduler's 256 KB", async () => {
    const notified = Object.fromEntries(
      Array.from({ length: 6_000 }, (_, n) => [`snapshot-call-failed/i-0123456789abcdef${n}`, SLOT]),
    );
    await setClock(client, SETTINGS, { functionArn: FUNCTION_ARN, atMs: NOW, state: { notified } }, NOW);
    const [call] = scheduler.commandCalls(UpdateScheduleCommand);
    expect(call?.args[0].input.Target?.Input?.length).toBeLessThan(256_000);
  });

  test.each(["7", "live", "$LATEST"])(
    "sets the function itself as target after an invocation as %s, because Scheduler may invoke only that",
    async (qualifier) => {
      await setClock(client, SETTINGS, { functionArn: `${FUNCTION_ARN}:${qualifier}`, atMs: NOW, state: EMPTY }, NOW);
      const [call] = scheduler.commandCalls(UpdateScheduleCommand);
      expect(call?.args[0].input.Target?.Arn).toBe(FUNCTION_ARN);
    },
  );
});
