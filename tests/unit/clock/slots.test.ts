/** Tests which slot an invocation serves: how slots are started, continued, caught up on, reopened and closed. */
import type { ClockState } from "../../../src/vault/model/memory/clockState";
import { isSuperseded, slotToServe } from "../../../src/vault/clock/slots";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import { failuresBySlot } from "../../../src/vault/inventory/attempts";
import type { SlotTask, Trigger } from "../../../src/vault/model/trigger";
import type { Snapshot } from "../../../src/vault/model/world";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { NOW, SETTINGS, SLOT, snapshot } from "../../support/world";

const YESTERDAY = isoSeconds(NOW - DAY_MS);
const EARLIER = isoSeconds(NOW - HOUR_MS);
const BY_HAND = isoSeconds(NOW + 2 * HOUR_MS);
const OPEN: SlotTask = { slot: SLOT, mode: "open" };
/** As {@link OPEN}, and abandons yesterday's slot. */
const OVERTAKING: SlotTask = { ...OPEN, supersedes: YESTERDAY };
const CLOSING: SlotTask = { slot: SLOT, mode: "closing" };
/** A vault for which only the schedule says that a slot is due. */
const missed = (slotTask: SlotTask): SlotTask => ({ ...slotTask, isMissedRun: true });

const run = (slot: string): Trigger => ({ kind: "run", slot, runId: "r" });
const pass = (slot?: string): Trigger => ({ kind: "follow-up", slot, runId: "r" });
const SWEEP: Trigger = { kind: "sweep", runId: "r" };

interface Case {
  trigger: Trigger;
  clock?: Omit<ClockState, "notified">;
  own?: Snapshot[];
  minutes?: number;
  policy?: Partial<CoreSettings>;
}

/** Returns what is served some minutes after the slot. Without `clock` the timer could not be read. */
function served({ trigger, clock, own = [], minutes = 5, policy = {} }: Case): SlotTask | undefined {
  const state = clock === undefined ? undefined : { ...clock, notified: {} };
  return slotToServe(trigger, { carried: state, own }, { ...SETTINGS, ...policy }, NOW + minutes * MINUTE_MS);
}

function failed(slot: string, count: number, volumeId = "vol-1"): Snapshot[] {
  return Array.from({ length: count }, (_, n) =>
    snapshot(`${volumeId}-${slot}-${n}`, { volumeId, state: "error", tags: { [TAG.slot]: slot } }),
  );
}

describe("a run", () => {
  test.each<[string, Case, SlotTask | undefined]>([
    ["serves its slot on a vault's first day", { trigger: run(SLOT), clock: {} }, OPEN],
    ["serves its slot after yesterday's", { trigger: run(SLOT), clock: { done: YESTERDAY } }, OPEN],
    ["serves its slot before one that is still open", { trigger: run(SLOT), clock: { slot: YESTERDAY } }, OVERTAKING],
    [
      "abandons the older slot that a killed run had abandoned",
      { trigger: run(SLOT), clock: { slot: SLOT, abandoned: YESTERDAY } },
      OVERTAKING,
    ],
    [
      "does not abandon a newer slot",
      { trigger: run(EARLIER), clock: { abandoned: SLOT } },
      { slot: EARLIER, mode: "open" },
    ],
    ["serves its slot if it comes a day late", { trigger: run(SLOT), clock: {}, minutes: 24 * 60 }, OPEN],
    [
      "closes its slot if it comes more than a day late",
      { trigger: run(SLOT), clock: {}, minutes: 24 * 60 + 1 },
      CLOSING,
    ],
    [
      "closes a slot that is too old even if the timer is unreadable",
      { trigger: run(SLOT), minutes: 24 * 60 + 1 },
      CLOSING,
    ],
    ["serves its slot if the timer is unreadable", { trigger: run(SLOT) }, OPEN],
    ["serves its slot again if it is delivered twice", { trigger: run(SLOT), clock: { done: SLOT } }, OPEN],
    [
      "serves its slot again while the slot is open",
      { trigger: run(SLOT), clock: { slot: SLOT, done: YESTERDAY } },
      OPEN,
    ],
    [
      "serves its slot if it comes after the window",
      { trigger: run(SLOT), clock: { done: YESTERDAY }, minutes: 600 },
      OPEN,
    ],
    ["serves nothing if a newer slot is done", { trigger: run(YESTERDAY), clock: { done: SLOT } }, undefined],
    ["continues the newer slot that is open", { trigger: run(YESTERDAY), clock: { slot: SLOT } }, OPEN],
    [
      "continues the newer slot if an older one is done",
      { trigger: run(YESTERDAY), clock: { slot: SLOT, done: isoSeconds(NOW - 2 * DAY_MS) } },
      OPEN,
    ],
    [
      "closes the newer slot whose window is over",
      { trigger: run(YESTERDAY), clock: { slot: SLOT }, minutes: 481 },
      CLOSING,
    ],
    [
      "closes the newer slot with the older one that was abandoned for it",
      { trigger: run(YESTERDAY), clock: { slot: SLOT, abandoned: YESTERDAY }, minutes: 481 },
      { ...CLOSING, supersedes: YESTERDAY },
    ],
    [
      "that a person starts has its own slot",
      { trigger: run(BY_HAND), clock: { done: SLOT }, minutes: 120 },
      { slot: BY_HAND, mode: "open" },
    ],
    [
      "scheduled before one that a person started serves nothing",
      { trigger: run(SLOT), clock: { done: BY_HAND }, minutes: 121 },
      undefined,
    ],
  ])("%s", (_what, given, expected) => {
    expect(served(given)).toStrictEqual(expected);
  });
});

describe("a follow-up", () => {
  test.each<[string, Case, SlotTask | undefined]>([
    ["continues the slot in its payload", { trigger: pass(SLOT), clock: { slot: SLOT, done: YESTERDAY } }, OPEN],
    ["continues the slot in its payload if the timer is unreadable", { trigger: pass(SLOT) }, OPEN],
    ["serves nothing if it comes after the slot is done", { trigger: pass(SLOT), clock: { done: SLOT } }, undefined],
    [
      "serves nothing if it comes after a newer slot is done",
      { trigger: pass(YESTERDAY), clock: { done: SLOT } },
      undefined,
    ],
    ["continues the newer slot if it comes late", { trigger: pass(YESTERDAY), clock: { slot: SLOT } }, OPEN],
    ["without a slot serves nothing if nothing is due", { trigger: pass(), clock: { done: SLOT } }, undefined],
    ["without a slot serves nothing if the timer is unreadable", { trigger: pass() }, undefined],
  ])("%s", (_what, given, expected) => {
    expect(served(given)).toStrictEqual(expected);
  });
});

describe("the start window", () => {
  test.each([
    [0, OPEN],
    [479, OPEN],
    [480, OPEN],
    [480 + 1 / 60, CLOSING],
    [900, CLOSING],
  ])("%d minutes after the slot", (minutes, expected) => {
    const clock = { slot: SLOT, done: YESTERDAY };
    expect(served({ trigger: SWEEP, clock, minutes })).toStrictEqual(expected);
    expect(served({ trigger: pass(SLOT), clock, minutes })).toStrictEqual(expected);
  });

  test("is as long as the settings say", () => {
    const at = (minutes: number) =>
      served({ trigger: SWEEP, clock: { slot: SLOT }, minutes, policy: { startWindowHours: 1 } })?.mode;
    expect([at(60), at(61)]).toStrictEqual(["open", "closing"]);
  });

  test("closes nothing while the timer is unreadable, because it is unknown what is done", () => {
    expect(served({ trigger: pass(SLOT), minutes: 481 })).toBeUndefined();
  });

  test("ends only once, so a slot that was closed is not served again", () => {
    expect(served({ trigger: SWEEP, clock: { done: SLOT }, minutes: 481 })).toBeUndefined();
  });
});

describe("a sweep", () => {
  const hourly = { schedule: "rate(6 hours)" };
  test.each<[string, Case, SlotTask | undefined]>([
    ["continues the slot that is open", { trigger: SWEEP, clock: { slot: SLOT, done: YESTERDAY } }, OPEN],
    ["catches up on a run that never came", { trigger: SWEEP, clock: { done: YESTERDAY }, minutes: 10 }, missed(OPEN)],
    [
      "leaves a due slot to its run for ten minutes",
      { trigger: SWEEP, clock: { done: YESTERDAY }, minutes: 9 },
      undefined,
    ],
    [
      "has nothing due an instant before the scheduled time",
      { trigger: SWEEP, clock: { done: YESTERDAY }, minutes: -1 / 60 },
      undefined,
    ],
    [
      "prefers the slot that is due to an older one that is open",
      { trigger: SWEEP, clock: { slot: YESTERDAY, done: isoSeconds(NOW - 2 * DAY_MS) }, minutes: 10 },
      missed(OVERTAKING),
    ],
    [
      "closes the slot of a run that never came once the window is over",
      { trigger: SWEEP, clock: { done: YESTERDAY }, minutes: 481 },
      missed(CLOSING),
    ],
    [
      "serves nothing if the slot that is due is done",
      { trigger: SWEEP, clock: { done: SLOT }, minutes: 60 },
      undefined,
    ],
    [
      "serves nothing if a person started a run after the scheduled time",
      { trigger: SWEEP, clock: { done: BY_HAND }, minutes: 180 },
      undefined,
    ],
    ["has nothing due on a vault's first day, whatever the schedule", { trigger: SWEEP, clock: {} }, undefined],
    [
      "catches up on a new vault's first missed run, after its first sweep",
      { trigger: SWEEP, clock: { dueSince: EARLIER }, minutes: 10 },
      missed(OPEN),
    ],
    [
      "has no missed run of a new vault before its first sweep",
      { trigger: SWEEP, clock: { dueSince: BY_HAND }, minutes: 180 },
      undefined,
    ],
    ["continues a first day's run that was cut off", { trigger: SWEEP, clock: { slot: SLOT } }, OPEN],
    ["closes a first day's run that stayed cut off", { trigger: SWEEP, clock: { slot: SLOT }, minutes: 481 }, CLOSING],
    ["serves nothing if the timer is unreadable", { trigger: SWEEP }, undefined],
    [
      "catches up on a lost run of a rate, counted from the run before",
      { trigger: SWEEP, clock: { done: isoSeconds(NOW - 6 * HOUR_MS) }, policy: hourly, minutes: 10 },
      missed(OPEN),
    ],
    [
      "catches up on the last of several lost runs of a rate",
      { trigger: SWEEP, clock: { done: isoSeconds(NOW - 18 * HOUR_MS) }, policy: hourly, minutes: 10 },
      missed(OPEN),
    ],
    [
      "has nothing due between two runs of a rate",
      { trigger: SWEEP, clock: { done: SLOT }, policy: hourly, minutes: 359 },
      undefined,
    ],
    [
      "does not take the time of a manual run as a scheduled time of a rate",
      { trigger: SWEEP, clock: { slot: SLOT, done: isoSeconds(NOW - HOUR_MS) }, policy: hourly, minutes: 301 },
      missed(OPEN),
    ],
    [
      "has nothing due for a schedule that has not started",
      { trigger: SWEEP, clock: { done: YESTERDAY }, policy: { schedule: "cron(0 3 * * ? 2099)" } },
      undefined,
    ],
    [
      "uses the schedule's time zone",
      {
        trigger: SWEEP,
        clock: { done: YESTERDAY },
        policy: { schedule: "cron(0 4 * * ? *)", timezone: "Europe/Berlin" },
        minutes: 10,
      },
      missed(OPEN),
    ],
  ])("%s", (_what, given, expected) => {
    expect(served(given)).toStrictEqual(expected);
  });
});

describe("a slot in which a snapshot failed afterwards", () => {
  test.each<[string, Case, SlotTask | undefined]>([
    ["is reopened by a sweep", { trigger: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 1) }, OPEN],
    ["is reopened by a follow-up", { trigger: pass(), clock: { done: SLOT }, own: failed(SLOT, 2) }, OPEN],
    ["is reopened if the timer is unreadable", { trigger: SWEEP, own: failed(SLOT, 1) }, OPEN],
    [
      "is not reopened after three attempts",
      { trigger: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 3) },
      undefined,
    ],
    [
      "is reopened for one volume if another had its three attempts",
      { trigger: SWEEP, clock: { done: SLOT }, own: [...failed(SLOT, 3), ...failed(SLOT, 1, "vol-2")] },
      OPEN,
    ],
    [
      "is not reopened if a later attempt completed",
      { trigger: SWEEP, clock: { done: SLOT }, own: [...failed(SLOT, 2), snapshot("good")] },
      undefined,
    ],
    [
      "is not reopened if a later attempt is pending",
      { trigger: SWEEP, clock: { done: SLOT }, own: [...failed(SLOT, 2), snapshot("new", { state: "pending" })] },
      undefined,
    ],
    [
      "is reopened up to the window's end",
      { trigger: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 1), minutes: 480 },
      OPEN,
    ],
    [
      "is not reopened after the window",
      { trigger: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 1), minutes: 481 },
      undefined,
    ],
    [
      "is not reopened if a newer slot is done",
      { trigger: SWEEP, clock: { done: BY_HAND }, own: failed(SLOT, 1), minutes: 180 },
      undefined,
    ],
    [
      "is not reopened for a volume with an attempt in a newer slot, whatever attempts are left",
      { trigger: SWEEP, clock: { done: YESTERDAY }, own: [...failed(YESTERDAY, 1), ...failed(SLOT, 3)] },
      undefined,
    ],
    [
      "gives way to a newer slot that is open",
      { trigger: SWEEP, clock: { slot: SLOT, done: YESTERDAY }, own: failed(YESTERDAY, 1) },
      OPEN,
    ],
    [
      "remains open without its failed attempts while the timer carries it",
      { trigger: SWEEP, clock: { slot: SLOT, done: SLOT } },
      OPEN,
    ],
    [
      "is closed if the timer carries it beyond its window",
      { trigger: SWEEP, clock: { slot: SLOT, done: SLOT }, minutes: 481 },
      CLOSING,
    ],
    [
      "is forgotten if a newer slot is due",
      { trigger: SWEEP, clock: { slot: YESTERDAY, done: YESTERDAY }, minutes: 10 },
      missed(OPEN),
    ],
    [
      "is found by its Description, whatever slot a person tagged it with",
      {
        trigger: SWEEP,
        clock: { done: SLOT },
        own: failed(SLOT, 1).map((one) => ({ ...one, tags: { ...one.tags, [TAG.slot]: "x" } })),
      },
      OPEN,
    ],
    [
      "is not found in a slot that only a person's tag names",
      {
        trigger: SWEEP,
        clock: { done: SLOT },
        own: failed(YESTERDAY, 1).map((one) => ({ ...one, tags: { ...one.tags, [TAG.slot]: SLOT } })),
      },
      undefined,
    ],
  ])("%s", (_what, given, expected) => {
    expect(served(given)).toStrictEqual(expected);
  });

  test("is not found if the snapshots could not be read", () => {
    const clock = { done: SLOT, notified: {} };
    expect(slotToServe(SWEEP, { carried: clock, own: undefined }, SETTINGS, NOW)).toBeUndefined();
  });
});

test("counts failures per volume and slot, unless the slot has a better snapshot of the volume", () => {
  const own = [
    ...failed(SLOT, 2),
    ...failed(YESTERDAY, 1),
    ...failed(SLOT, 1, "vol-2"),
    snapshot("good", { volumeId: "vol-2" }),
  ];
  const counts = [...failuresBySlot(own)].map(([key, group]) => [key, group.length]);
  expect(counts).toStrictEqual([
    [`vol-1 ${SLOT}`, 2],
    [`vol-1 ${YESTERDAY}`, 1],
  ]);
});

test.each([
  [undefined, false],
  [{}, false],
  [{ done: SLOT }, false],
  [{ slot: SLOT }, false],
  [{ done: YESTERDAY, slot: YESTERDAY }, false],
  [{ done: BY_HAND }, true],
  [{ slot: BY_HAND, done: YESTERDAY }, true],
])("decides whether a slot is superseded: with the timer at %j: %p", (clock, expected) => {
  const state = clock === undefined ? undefined : { ...clock, notified: {} };
  expect(isSuperseded(SLOT, state)).toBe(expected);
});
