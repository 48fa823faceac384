/** Which slot an invocation serves: every way that a slot is begun, gone on with, made good, reopened and closed. */
import type { ClockState } from "../../../src/vault/model/clockState";
import { isOvertaken, slotToServe } from "../../../src/vault/clock/slots";
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
const OVERTAKING: SlotTask = { ...OPEN, overtakes: YESTERDAY };
const CLOSING: SlotTask = { slot: SLOT, mode: "closing" };
/** The schedule alone says that a slot is due. */
const missed = (serving: SlotTask): SlotTask => ({ ...serving, isMissedRun: true });

const run = (slot: string): Trigger => ({ kind: "run", slot, runId: "r" });
const pass = (slot?: string): Trigger => ({ kind: "pass", slot, runId: "r" });
const SWEEP: Trigger = { kind: "sweep", runId: "r" };

interface Case {
  wake: Trigger;
  clock?: Omit<ClockState, "told">;
  own?: Snapshot[];
  minutes?: number;
  policy?: Partial<CoreSettings>;
}

/** What is served so many minutes after the slot; without `clock` it could not be read. */
function served({ wake, clock, own = [], minutes = 5, policy = {} }: Case): SlotTask | undefined {
  const state = clock === undefined ? undefined : { ...clock, told: {} };
  return slotToServe(wake, state, own, { ...SETTINGS, ...policy }, NOW + minutes * MINUTE_MS);
}

function failed(slot: string, count: number, volumeId = "vol-1"): Snapshot[] {
  return Array.from({ length: count }, (_, n) =>
    snapshot(`${volumeId}-${slot}-${n}`, { volumeId, state: "error", tags: { [TAG.slot]: slot } }),
  );
}

describe("a run", () => {
  test.each<[string, Case, SlotTask | undefined]>([
    ["serves its slot on a vault's first day", { wake: run(SLOT), clock: {} }, OPEN],
    ["serves its slot after yesterday's", { wake: run(SLOT), clock: { done: YESTERDAY } }, OPEN],
    ["serves its slot before one that is still open", { wake: run(SLOT), clock: { slot: YESTERDAY } }, OVERTAKING],
    [
      "gives up the older one that a killed run had given up",
      { wake: run(SLOT), clock: { slot: SLOT, givenUp: YESTERDAY } },
      OVERTAKING,
    ],
    ["does not give up a newer one", { wake: run(EARLIER), clock: { givenUp: SLOT } }, { slot: EARLIER, mode: "open" }],
    ["serves its slot though it comes a day late", { wake: run(SLOT), clock: {}, minutes: 24 * 60 }, OPEN],
    [
      "closes its slot where it comes later still: what is made then is no snapshot of it",
      { wake: run(SLOT), clock: {}, minutes: 24 * 60 + 1 },
      CLOSING,
    ],
    [
      "closes a slot that is too old also where the clock is unreadable",
      { wake: run(SLOT), minutes: 24 * 60 + 1 },
      CLOSING,
    ],
    ["serves its slot where the clock is unreadable", { wake: run(SLOT) }, OPEN],
    ["serves its slot again where it is delivered twice", { wake: run(SLOT), clock: { done: SLOT } }, OPEN],
    ["serves its slot again while that is open", { wake: run(SLOT), clock: { slot: SLOT, done: YESTERDAY } }, OPEN],
    [
      "serves its slot though it comes after the window",
      { wake: run(SLOT), clock: { done: YESTERDAY }, minutes: 600 },
      OPEN,
    ],
    ["serves nothing where a newer slot is done", { wake: run(YESTERDAY), clock: { done: SLOT } }, undefined],
    ["goes on with the newer slot that is open", { wake: run(YESTERDAY), clock: { slot: SLOT } }, OPEN],
    [
      "goes on with the newer slot beside an older one that is done",
      { wake: run(YESTERDAY), clock: { slot: SLOT, done: isoSeconds(NOW - 2 * DAY_MS) } },
      OPEN,
    ],
    [
      "closes the newer slot whose window is over",
      { wake: run(YESTERDAY), clock: { slot: SLOT }, minutes: 481 },
      CLOSING,
    ],
    [
      "closes it with the older one that was given up for it",
      { wake: run(YESTERDAY), clock: { slot: SLOT, givenUp: YESTERDAY }, minutes: 481 },
      { ...CLOSING, overtakes: YESTERDAY },
    ],
    [
      "by hand is a slot of its own",
      { wake: run(BY_HAND), clock: { done: SLOT }, minutes: 120 },
      { slot: BY_HAND, mode: "open" },
    ],
    [
      "that was scheduled before one by hand serves nothing",
      { wake: run(SLOT), clock: { done: BY_HAND }, minutes: 121 },
      undefined,
    ],
  ])("%s", (_what, given, expected) => {
    expect(served(given)).toStrictEqual(expected);
  });
});

describe("a pass", () => {
  test.each<[string, Case, SlotTask | undefined]>([
    ["goes on with the slot that it brings", { wake: pass(SLOT), clock: { slot: SLOT, done: YESTERDAY } }, OPEN],
    ["goes on with it where the clock is unreadable", { wake: pass(SLOT) }, OPEN],
    ["that comes late, when the slot is done, serves nothing", { wake: pass(SLOT), clock: { done: SLOT } }, undefined],
    [
      "that comes late, when a newer slot is done, serves nothing",
      { wake: pass(YESTERDAY), clock: { done: SLOT } },
      undefined,
    ],
    ["that comes late goes on with the newer slot", { wake: pass(YESTERDAY), clock: { slot: SLOT } }, OPEN],
    ["without a slot serves nothing where nothing is owed", { wake: pass(), clock: { done: SLOT } }, undefined],
    ["without a slot serves nothing where the clock is unreadable", { wake: pass() }, undefined],
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
    expect(served({ wake: SWEEP, clock, minutes })).toStrictEqual(expected);
    expect(served({ wake: pass(SLOT), clock, minutes })).toStrictEqual(expected);
  });

  test("is as long as the policy says", () => {
    const at = (minutes: number) =>
      served({ wake: SWEEP, clock: { slot: SLOT }, minutes, policy: { startWindowHours: 1 } })?.mode;
    expect([at(60), at(61)]).toStrictEqual(["open", "closing"]);
  });

  test("closes nothing while the clock is unreadable: what is done already is not known", () => {
    expect(served({ wake: pass(SLOT), minutes: 481 })).toBeUndefined();
  });

  test("is over once: a slot that was closed is not served again", () => {
    expect(served({ wake: SWEEP, clock: { done: SLOT }, minutes: 481 })).toBeUndefined();
  });
});

describe("a sweep", () => {
  const hourly = { schedule: "rate(6 hours)" };
  test.each<[string, Case, SlotTask | undefined]>([
    ["goes on with the slot that is open", { wake: SWEEP, clock: { slot: SLOT, done: YESTERDAY } }, OPEN],
    ["makes good a run that never came", { wake: SWEEP, clock: { done: YESTERDAY }, minutes: 10 }, missed(OPEN)],
    ["leaves it to its run for ten minutes", { wake: SWEEP, clock: { done: YESTERDAY }, minutes: 9 }, undefined],
    ["owes nothing an instant before", { wake: SWEEP, clock: { done: YESTERDAY }, minutes: -1 / 60 }, undefined],
    [
      "prefers the slot that is due to an older one that is open",
      { wake: SWEEP, clock: { slot: YESTERDAY, done: isoSeconds(NOW - 2 * DAY_MS) }, minutes: 10 },
      missed(OVERTAKING),
    ],
    [
      "closes the slot of a run that never came, where the window is over",
      { wake: SWEEP, clock: { done: YESTERDAY }, minutes: 481 },
      missed(CLOSING),
    ],
    [
      "serves nothing where the slot that is due is done",
      { wake: SWEEP, clock: { done: SLOT }, minutes: 60 },
      undefined,
    ],
    [
      "serves nothing where a run by hand came after the time that was due",
      { wake: SWEEP, clock: { done: BY_HAND }, minutes: 180 },
      undefined,
    ],
    ["owes nothing on a vault's first day, however long the schedule is", { wake: SWEEP, clock: {} }, undefined],
    [
      "makes good a new vault's first run that never came, after its first sweep",
      { wake: SWEEP, clock: { owedFrom: EARLIER }, minutes: 10 },
      missed(OPEN),
    ],
    [
      "owes a new vault's first run nothing of before its first sweep",
      { wake: SWEEP, clock: { owedFrom: BY_HAND }, minutes: 180 },
      undefined,
    ],
    ["goes on with a first day's run that was cut off", { wake: SWEEP, clock: { slot: SLOT } }, OPEN],
    ["closes a first day's run that stayed cut off", { wake: SWEEP, clock: { slot: SLOT }, minutes: 481 }, CLOSING],
    ["serves nothing where the clock is unreadable", { wake: SWEEP }, undefined],
    [
      "makes good a lost run of a rate, counted from the one before",
      { wake: SWEEP, clock: { done: isoSeconds(NOW - 6 * HOUR_MS) }, policy: hourly, minutes: 10 },
      missed(OPEN),
    ],
    [
      "makes good the last of several lost runs of a rate",
      { wake: SWEEP, clock: { done: isoSeconds(NOW - 18 * HOUR_MS) }, policy: hourly, minutes: 10 },
      missed(OPEN),
    ],
    [
      "owes nothing between two runs of a rate",
      { wake: SWEEP, clock: { done: SLOT }, policy: hourly, minutes: 359 },
      undefined,
    ],
    [
      "takes no time between two runs of a rate for one after a run by hand",
      { wake: SWEEP, clock: { slot: SLOT, done: isoSeconds(NOW - HOUR_MS) }, policy: hourly, minutes: 301 },
      missed(OPEN),
    ],
    [
      "owes nothing of a schedule that has not begun",
      { wake: SWEEP, clock: { done: YESTERDAY }, policy: { schedule: "cron(0 3 * * ? 2099)" } },
      undefined,
    ],
    [
      "knows the schedule's time zone",
      {
        wake: SWEEP,
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
    ["is reopened by a sweep", { wake: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 1) }, OPEN],
    ["is reopened by a pass", { wake: pass(), clock: { done: SLOT }, own: failed(SLOT, 2) }, OPEN],
    ["is reopened where the clock is unreadable", { wake: SWEEP, own: failed(SLOT, 1) }, OPEN],
    ["is not reopened after three tries", { wake: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 3) }, undefined],
    [
      "is reopened for one volume, though another had its three tries",
      { wake: SWEEP, clock: { done: SLOT }, own: [...failed(SLOT, 3), ...failed(SLOT, 1, "vol-2")] },
      OPEN,
    ],
    [
      "is not reopened where a later try is good",
      { wake: SWEEP, clock: { done: SLOT }, own: [...failed(SLOT, 2), snapshot("good")] },
      undefined,
    ],
    [
      "is not reopened where a later try is on the way",
      { wake: SWEEP, clock: { done: SLOT }, own: [...failed(SLOT, 2), snapshot("new", { state: "pending" })] },
      undefined,
    ],
    [
      "is reopened up to the window's end",
      { wake: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 1), minutes: 480 },
      OPEN,
    ],
    [
      "is not reopened after the window",
      { wake: SWEEP, clock: { done: SLOT }, own: failed(SLOT, 1), minutes: 481 },
      undefined,
    ],
    [
      "is not reopened where a newer one is done",
      { wake: SWEEP, clock: { done: BY_HAND }, own: failed(SLOT, 1), minutes: 180 },
      undefined,
    ],
    [
      "is not reopened for a volume that was tried for a newer one, whatever is left of its tries",
      { wake: SWEEP, clock: { done: YESTERDAY }, own: [...failed(YESTERDAY, 1), ...failed(SLOT, 3)] },
      undefined,
    ],
    [
      "gives way to a newer one that is open",
      { wake: SWEEP, clock: { slot: SLOT, done: YESTERDAY }, own: failed(YESTERDAY, 1) },
      OPEN,
    ],
    [
      "stays open, with its remains gone, while the clock carries it",
      { wake: SWEEP, clock: { slot: SLOT, done: SLOT } },
      OPEN,
    ],
    [
      "is closed where it is carried beyond its window",
      { wake: SWEEP, clock: { slot: SLOT, done: SLOT }, minutes: 481 },
      CLOSING,
    ],
    [
      "is forgotten where a newer one is due",
      { wake: SWEEP, clock: { slot: YESTERDAY, done: YESTERDAY }, minutes: 10 },
      missed(OPEN),
    ],
    [
      "is looked for by its Description, whatever slot a person tagged it with",
      {
        wake: SWEEP,
        clock: { done: SLOT },
        own: failed(SLOT, 1).map((one) => ({ ...one, tags: { ...one.tags, [TAG.slot]: "x" } })),
      },
      OPEN,
    ],
    [
      "is not looked for in a slot that a person tagged",
      {
        wake: SWEEP,
        clock: { done: SLOT },
        own: failed(YESTERDAY, 1).map((one) => ({ ...one, tags: { ...one.tags, [TAG.slot]: SLOT } })),
      },
      undefined,
    ],
  ])("%s", (_what, given, expected) => {
    expect(served(given)).toStrictEqual(expected);
  });

  test("is not known where the snapshots could not be read", () => {
    const clock = { done: SLOT, told: {} };
    expect(slotToServe(SWEEP, clock, undefined, SETTINGS, NOW)).toBeUndefined();
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
  const state = clock === undefined ? undefined : { ...clock, told: {} };
  expect(isOvertaken(SLOT, state)).toBe(expected);
});
