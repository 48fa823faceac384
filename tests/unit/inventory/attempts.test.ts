/**
 * Tests how often a failing snapshot is attempted for a slot: by the rule, and in virtual time with EC2's limits per
 * volume.
 */
import fc from "fast-check";
import { planOf } from "../../support/planOf";
import { slotToServe } from "../../../src/vault/clock/slots";
import { TAG } from "../../../src/vault/model/tags/tags";
import { HOUR_MS, MINUTE_MS, isoSeconds, parseIso } from "../../../src/vault/lib/time";
import { nextAttempt } from "../../../src/vault/inventory/attempts";
import type { Problem } from "../../../src/vault/model/problem";
import type { Snapshot, World } from "../../../src/vault/model/world";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { applyToWorld } from "../../support/applyToWorld";
import { NOW, SETTINGS, SLOT, inDr, instance, snapshot, volume } from "../../support/world";

function failed(volumeType: string, ...hours: number[]): Snapshot[] {
  return hours.map((h) =>
    snapshot(`f-${h}`, {
      state: "error",
      startTimeMs: NOW + h * HOUR_MS,
      tags: { [TAG.slot]: SLOT, [TAG.volumes]: `vol-1:/dev/sdf:data:${volumeType}:500::` },
    }),
  );
}

describe("the next attempt for a slot with a window of nine hours", () => {
  test.each([
    ["gp3", "is at once, after one failure", [0], 0, "now"],
    ["gp3", "waits, after two failures", [0, 1], 1.4, "later"],
    ["gp3", "is half an hour later, after two failures", [0, 1], 1.5, "now"],
    ["gp3", "is never, after three failures", [0, 1, 2], 8, "never"],
    ["st1", "waits", [0], 2.9, "later"],
    ["st1", "is a third of the window later", [0], 3, "now"],
    ["sc1", "is a third of the window later, after a late failure", [5.9], 8.9, "now"],
    ["st1", "is never, after a failure in the last third", [6], 7, "never"],
  ])("for a volume of type %s %s", (type, _what, hours, nowHours, expected) => {
    const policy = { ...SETTINGS, startWindowHours: 9 };
    expect(nextAttempt(failed(type, ...hours), policy, NOW + nowHours * HOUR_MS)).toBe(expected);
  });
});

interface Played {
  /** Times at which snapshots were started, by slot. */
  attempts: Map<string, number[]>;
  /** Creations that EC2 refused because of the volume's other snapshots. */
  refused: number;
  reported: Problem[];
  world: World;
}

interface Setting {
  policy: CoreSettings;
  volumeType: string;
  everyMinutes: number;
  hours: number;
  /** Time that a snapshot takes to fail. */
  minutes: number;
  fails: (startMs: number) => boolean;
  /** Returns true if another limit refuses a creation at that time. */
  isLimited?: (nowMs: number) => boolean;
}

/**
 * Plays one volume whose slots are served as the timer would have it. Deletions come after creations, as in the vault.
 */
function play({ policy, volumeType, everyMinutes, hours, minutes, fails, isLimited }: Setting): Played {
  const one = instance("i-1", [volume("vol-1", { volumeType })]);
  const max = volumeType === "st1" ? 1 : 5;
  const played: Played = {
    attempts: new Map(),
    refused: 0,
    reported: [],
    world: { instances: [one], snapshots: [], copies: inDr([]), problems: [], throttled: [] },
  };
  let clock: { slot?: string; done?: string } = { done: isoSeconds(NOW - HOUR_MS) };
  const finish = (s: Snapshot, nowMs: number) =>
    s.state !== "pending" || nowMs - s.startTimeMs < minutes * MINUTE_MS
      ? s
      : { ...s, state: fails(s.startTimeMs) ? "error" : "completed" };
  for (let nowMs = NOW; nowMs < NOW + hours * HOUR_MS; nowMs += everyMinutes * MINUTE_MS) {
    const own = played.world.snapshots?.map((s) => finish(s, nowMs)) ?? [];
    const slotTask = slotToServe(
      { kind: "sweep", runId: "r" },
      { carried: { ...clock, notified: {} }, own },
      policy,
      nowMs,
    );
    const world = { ...played.world, snapshots: own };
    const plan = planOf(world, policy, slotTask, "r", nowMs);
    played.reported.push(...plan.problems);
    const busy = own.filter((s) => s.volumeId === "vol-1" && s.state !== "completed").length;
    const wants = plan.actions.some((a) => a.kind === "snapshot");
    const limited = isLimited?.(nowMs) === true;
    if (wants && busy >= max) played.refused += 1;
    const refused = busy >= max || limited;
    const actions = plan.actions.filter((a) => a.kind === "delete" || (a.kind === "snapshot" && !refused));
    const after = applyToWorld(world, actions, nowMs);
    const fresh = (s: Snapshot) => s.startTimeMs === nowMs && s.state === "completed";
    played.world = { ...after, snapshots: after.snapshots?.map((s) => (fresh(s) ? { ...s, state: "pending" } : s)) };
    if (slotTask === undefined) continue;
    if (wants && !refused) played.attempts.set(slotTask.slot, [...(played.attempts.get(slotTask.slot) ?? []), nowMs]);
    const settled = plan.slotSettled && !(wants && refused);
    clock = settled ? { done: slotTask.slot } : { ...clock, slot: slotTask.slot };
  }
  return played;
}

test("attempts a volume with serial snapshots three times at most and reports it, whatever refuses attempts between", () => {
  const drawn = fc.record({
    everyMinutes: fc.integer({ min: 1, max: 90 }),
    minutes: fc.integer({ min: 1, max: 200 }),
    // So that the last attempt has failed, and a sweep has seen it, before the next slot.
    startWindowHours: fc.integer({ min: 1, max: 18 }),
    limits: fc.array(fc.tuple(fc.nat(1_200), fc.nat(300)), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(drawn, ({ everyMinutes, minutes, startWindowHours, limits }) => {
      const isLimited = (nowMs: number) =>
        limits.some(([from, length]) => {
          const at = (nowMs - NOW) / MINUTE_MS;
          return at >= from && at < from + length;
        });
      const policy = { ...SETTINGS, startWindowHours };
      const { attempts, reported } = play({
        policy,
        volumeType: "st1",
        everyMinutes,
        hours: 23.5,
        minutes,
        fails: () => true,
        isLimited,
      });
      const times = attempts.get(SLOT) ?? [];
      expect(times.length).toBeLessThanOrEqual(3);
      if (times.length === 0) return;
      // If failed attempts were deleted for a new one that did not start in time, that is reported.
      const kinds = ["snapshot-errored", "slot-missed"];
      expect(reported.some(({ kind, message }) => kinds.includes(kind) && message.includes("vol-1"))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("makes three attempts at a serial volume by hourly sweeps, and gets its snapshot if the cause is gone by then", () => {
  const setting = { policy: SETTINGS, volumeType: "st1", everyMinutes: 10, hours: 23, minutes: 5 };
  expect(play({ ...setting, fails: () => true }).attempts.get(SLOT)).toHaveLength(3);
  const mended = play({ ...setting, fails: (ms) => ms < NOW + 4 * HOUR_MS });
  expect(mended.attempts.get(SLOT)).toHaveLength(3);
  expect(mended.reported).toStrictEqual([]);
});

test.each(["gp3", "st1"])(
  "loses no later slot of a %s volume after a key is out of reach for two hours of an hourly schedule",
  (volumeType) => {
    const policy = { ...SETTINGS, schedule: "cron(0 * * * ? *)", startWindowHours: 1 };
    const fails = (ms: number) => ms < NOW + 2 * HOUR_MS;
    const { attempts, refused, world } = play({ policy, volumeType, everyMinutes: 2, hours: 6, minutes: 3, fails });
    const done = (world.snapshots ?? []).filter(({ state }) => state === "completed");
    const hours = done.map(({ tags }) => ((parseIso(tags[TAG.slot] ?? "") ?? 0) - NOW) / HOUR_MS);
    expect(hours.filter((hour) => hour >= 2 && hour < 5)).toStrictEqual([2, 3, 4]);
    expect(Math.max(...[...attempts.values()].map((times) => times.length))).toBeLessThanOrEqual(3);
    if (volumeType === "gp3") expect(refused).toBe(0);
  },
);
