/** Which slot an invocation serves: every way that a slot is begun, gone on with, made good, reopened and closed. */
import type { ClockState } from "../../../src/vault/model/clockState";
import { isSuperseded, slotToServe } from "../../../src/vault/clock/slots";
import { TAG } from "../../../src/vault/model/tags";
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
/** As {@link OPEN}, and gives up the slot of yesterday. */
const OVERTAKING: SlotTask = { ...OPEN, supersedes: YESTERDAY };
const CLOSING: SlotTask = { slot: SLOT, mode: "closing" };
/** The schedule alone says that a slot is due. */
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

/** What is served so many minutes after the slot; without `clock` it could not be read. */
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
      "gives up the older one that a killed run had given up",
      { trigger: run(SLOT), clock: { slot: SLOT, abandoned: YESTERDAY } },
      OVERTAKING,
    ],
    [
      "does not give up a newer one",
      { trigger: run(EARLIER), clock: { abandoned: SLOT } },
      { slot: EARLIER, mode: "open" },
    ],
    ["serves its slot though it comes a day late", { trigger: run(SLOT), clock: {}, minutes: 24 * 60 }, OPEN],
    [
      "closes its slot where it comes later still: what is made then is no snapshot of it",
      { trigger: run(SLOT), clock: {}, minutes: 24 * 60 + 1 },
      CLOSING,
    ],
    [
      "closes a slot that is too old also where the clock is unreadable",
      { trigger: run(SLOT), minutes: 24 * 60 + 1 },
      CLOSING,
    ],
    ["serves its slot where the clock is unreadable", { trigger: run(SLOT) }, OPEN],
    ["serves its slot again where it is delivered twice", { trigger: run(SLOT), clock: { done: SLOT } }, OPEN],
    ["serves its slot again while that is open", { trigger: run(SLOT), clock: { slot: SLOT, done: YESTERDAY } }, OPEN],
    [
      "serves its slot though it comes after the window",
      { trigger: run(SLOT), clock: { done: YESTERDAY }, minutes: 600 },
      OPEN,
    ],
    ["serves nothing where a newer slot is done", { trigger: run(YESTERDAY), clock: { done: SLOT } }, undefined],
    ["goes on with the newer slot that is open", { trigger: run(YESTERDAY), clock: { slot: SLOT } }, OPEN],
    [
      "goes on with the newer slot beside an older one that is done",
      { trigger: run(YESTERDAY), clock: { slot: SLOT, done: isoSeconds(NOW - 2 * DAY_MS) } },
      OPEN,
    ],
    [
      "closes the newer slot whose window is over",
      { trigger: run(YESTERDAY), clock: { slot: SLOT }, minutes: 481 },
      CLOSING,
    ],
    [
      "closes it with the older one that was given up for it",
      { trigger: run(YESTERDAY), clock: { slot: SLOT, abandoned: YESTERDAY }, minutes: 481 },
      { ...CLOSING, supersedes: YESTERDAY },
    ],
    [
      "by hand is a slot of its own",
      { trigger: run(BY_HAND), clock: { done: SLOT }, minutes: 120 },
      { slot: BY_HAND, mode: "open" },
    ],
    [
      "that was scheduled before one by hand serves nothing",
      { trigger: run(SLOT), clock: { done: BY_HAND }, minutes: 121 },
      undefined,
    ],
  ])("%s", (_what, given, expected) => {
    expect(served(given)).toStrictEqual(expected);
  });
});

describe("a pass", () => {
  test.each<[string, Case, SlotTask | undefined]>([
    ["goes on with the slot that it brings", { trigger: pass(SLOT), clock: { slot: SLOT, done: YESTERDAY } }, OPEN],
    ["goes on with it where the clock is unreadable", { trigger: pass(SLOT) }, OPEN],
    [
      "that comes late, when the slot is done, serves nothing",
      { trigger: pass(SLOT), clock: { done: SLOT } },
      undefined,
    ],
    [
      "that comes late, when a newer slot is done, serves nothing",
      { trigger: pass(YESTERDAY), clock: { done: SLOT } },
      undefined,
    ],
    ["that comes late goes on with the newer slot", { trigger: pass(YESTERDAY), clock: { slot: SLOT } }, OPEN],
    ["without a slot serves nothing where nothing is owed", { trigger: pass(), clock: { done: SLOT } }, undefined],
    ["without a slot serves nothing where the clock is unreadable", { trigger: pass() }, undefined],
  ])("%s", (_what, given, expected) => {
    expect(served(given)).toStrictEqual(expected);
  });
});

describe("the window", () => {
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

  test("is as long as the policy says", () => {
    const at = (minutes: number) =>
      served({ trigger: SWEEP, clock: { slot: SLOT }, minutes, policy: { startWindowHours: 1 } })?.mode;
    expect([at(60), at(61)]).toStrictEqual(["open", "closing"]);
  });

  test("closes nothing while the clock is unreadable: what is done already is not known", () => {
    expect(served({ trigger: pass(SLOT), minutes: 481 })).toBeUndefined();
  });

  test("is over once: a slot that was closed is not served again", () => {
    expect(served({ trigger: SWEEP, clock: { done: SLOT }, minutes: 481 })).toBeUndefined();
  });
});

describe("a sweep", () => {
  const hourly = { schedule: "rate(6 hours)" };
  test.each<[string, Case, SlotTask | undefined]>([
    ["goes on with the slot that is open", { trigger: SWEEP, clock: { slot: SLOT, done: YESTERDAY } }, OPEN],
    ["makes good a run that never came", { trigger: SWEEP, clock: { done: YESTERDAY }, minutes: 10 }, missed(OPEN)],
    ["leaves it to its run for ten minutes", { trigger: SWEEP, clock: { done: YESTERDAY }, minutes: 9 }, undefined],
    ["owes nothing an instant before", { trigger: SWEEP, clock: { done: YESTERDAY }, minutes: -1 / 60 }, undefined],
    [
      "prefers the slot that is due to an older one that is open",
      { trigger: SWEEP, clock: { slot: YESTERDAY, done: isoSeconds(NOW - 2 * DAY_MS) }, minutes: 10 },
      missed(OVERTAKING),
    ],
    [
      "closes the slot of a run that never came, where the window is over",
      { trigger: SWEEP, clock: { done: YESTERDAY }, minutes: 481 },
      missed(CLOSING),
    ],
    [
      "serves nothing where the slot that is due is done",
      { trigger: SWEEP, clock: { done: SLOT }, minutes: 60 },
      undefined,
    ],
    [
      "serves nothing where a run by hand came after the time that was due",
      { trigger: SWEEP, clock: { done: BY_HAND }, minutes: 180 },
      undefined,
    ],
    ["owes nothing on a vault's first day, however long the schedule is", { trigger: SWEEP, clock: {} }, undefined],
    [
      "makes good a new vault's first run that never came, after its first sweep",
      { trigger: SWEEP, clock: { dueSince: EARLIER }, minutes: 10 },
      missed(OPEN),
    ],
    [
      "owes a new vault's first run nothing of before its first sweep",
      { trigger: SWEEP, clock: { dueSince: BY_HAND }, minutes: 180 },
      undefined,
    ],
    ["goes on with a first day's run that was cut off", { trigger: SWEEP, clock: { slot: SLOT } }, OPEN],
    ["closes a first day's run that stayed cut off", { trigger: SWEEP, clock: { slot: SLOT }, minutes: 481 }, CLOSING],
    ["serves nothing where the clock is unreadable", { trigger: SWEEP }, undefined],
    [
      "makes good a lost run of a rate, counted from the one before",
      { trigger: SWEEP, clock: { done: isoSeconds(NOW - 6 * HOUR_MS) }, policy: hourly, minutes: 10 },
      missed(OPEN),
    ],
    [
      "makes good the last of several lost runs of a rate",
      { trigger: SWEEP, clock: { done: isoSeconds(NOW - 18 * HOUR_MS) }, policy: hourly, minutes: 10 },
      missed(OPEN),
    ],
    [
      "owes nothing between two runs of a rate",
      { trigger: SWEEP, clock: { done: SLOT }, policy: hourly, minutes: 359 },
      undefined,
    ],
    [
      "takes no time between two runs of a rate for one after a run by hand",
      { trigger: SWEEP, clock: { slot: SLOT, done: isoSeconds(NOW - HOUR_MS) }, policy: hourly, minutes: 301 },
      missed(OPEN),
    ],
    [
      "owes nothing of a schedule that has not begun",
      { trigger: SWEEP, clock: { done: YESTERDAY }, policy: { schedule: "cron(0 3 * * ? 2099)" } },
      undefined,
    ],
    [
      "knows the schedule's time zone",
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
    ["is reopened by a pass", { trigger: pass(), clock: { done: SLOT }, own: failed(SLOT, 2) }, OPEN],
    ["is reopened where the clock is unreadable", { trigger: SWEEP, own: failed(SLOT, 1) }, OPEN],
    ["is not reopened after three tries", { trigger: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 3) }, undefined],
    [
      "is reopened for one volume, though another had its three tries",
      { trigger: SWEEP, clock: { done: SLOT }, own: [...failed(SLOT, 3), ...failed(SLOT, 1, "vol-2")] },
      OPEN,
    ],
    [
      "is not reopened where a later try is good",
      { trigger: SWEEP, clock: { done: SLOT }, own: [...failed(SLOT, 2), snapshot("good")] },
      undefined,
    ],
    [
      "is not reopened where a later try is on the way",
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
      "is not reopened where a newer one is done",
      { trigger: SWEEP, clock: { done: BY_HAND }, own: failed(SLOT, 1), minutes: 180 },
      undefined,
    ],
    [
      "is not reopened for a volume that was tried for a newer one, whatever is left of its tries",
      { trigger: SWEEP, clock: { done: YESTERDAY }, own: [...failed(YESTERDAY, 1), ...failed(SLOT, 3)] },
      undefined,
    ],
    [
      "gives way to a newer one that is open",
      { trigger: SWEEP, clock: { slot: SLOT, done: YESTERDAY }, own: failed(YESTERDAY, 1) },
      OPEN,
    ],
    [
      "stays open, with its remains gone, while the clock carries it",
      { trigger: SWEEP, clock: { slot: SLOT, done: SLOT } },
      OPEN,
    ],
    [
      "is closed where it is carried beyond its window",
      { trigger: SWEEP, clock: { slot: SLOT, done: SLOT }, minutes: 481 },
      CLOSING,
    ],
    [
      "is forgotten where a newer one is due",
      { trigger: SWEEP, clock: { slot: YESTERDAY, done: YESTERDAY }, minutes: 10 },
      missed(OPEN),
    ],
    [
      "is looked for by its Description, whatever slot a person tagged it with",
      {
        trigger: SWEEP,
        clock: { done: SLOT },
        own: failed(SLOT, 1).map((one) => ({ ...one, tags: { ...one.tags, [TAG.slot]: "x" } })),
      },
      OPEN,
    ],
    [
      "is not looked for in a slot that a person tagged",
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

  test("is not known where the snapshots could not be read", () => {
    const clock = { done: SLOT, notified: {} };
    expect(slotToServe(SWEEP, { carried: clock, own: undefined }, SETTINGS, NOW)).toBeUndefined();
  });
});

test("failures are those of a volume and slot that has nothing better", () => {
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
])("whether a slot is overtaken with the clock at %j: %p", (clock, expected) => {
  const state = clock === undefined ? undefined : { ...clock, notified: {} };
  expect(isSuperseded(SLOT, state)).toBe(expected);
});
