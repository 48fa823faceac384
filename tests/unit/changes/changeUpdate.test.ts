/** Tests which mails about changes an invocation no longer remembers. */
import { changeKey, knownOf } from "../../../src/vault/changes/changeKeys";
import { remember } from "../../../src/vault/changes/changeMemory";
import type { ChangeMemory } from "../../../src/vault/model/memory/changeMemory";
import type { ChangeKey } from "../../../src/vault/model/memory/waitingPlans";
import { nextMemory } from "../../../src/vault/changes/changeUpdate";
import type { Looked } from "../../../src/vault/changes/looked";
import { emptyVerdict } from "../../../src/vault/retention/retentionVerdict";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { HERE, POLICY } from "../../support/editNights";
import { NOW } from "../../support/world";

describe("the mail about an orphan", () => {
  const notified = [{ in: `${HERE} orphan`, of: ["i-1"], at: isoSeconds(NOW - DAY_MS), plan: "of all" }];
  const missing = [{ since: isoSeconds(NOW), slot: isoSeconds(NOW), of: ["i-1"] }];
  const remembered = (looked: Partial<Looked>, more: Partial<ChangeMemory> = { missing }) => {
    const memory = { ...remember({ memory: undefined, hasPoints: false }, POLICY, NOW), notified, ...more };
    const all: Looked = {
      settings: POLICY,
      regions: [],
      isAllSeen: true,
      knowsFleet: true,
      isMissing: () => true,
      has: () => true,
      comboOf: () => "",
      olderTags: () => new Map(),
      isInDoubt: () => false,
      openKeys: new Set(),
      shared: new Map(),
      ...looked,
    };
    return nextMemory(memory, knownOf(memory), all, NOW).notified;
  };

  test("is remembered while the instance is missing, or nobody knows", () => {
    expect(remembered({})).toStrictEqual(notified);
    expect(remembered({ knowsFleet: false, isMissing: () => false })).toStrictEqual(notified);
  });

  test("is forgotten once the instance is found, even if no recovery point is made of it before it leaves again", () => {
    expect(remembered({ isMissing: () => false })).toStrictEqual([]);
  });

  test("is forgotten once the instance has lost what it could", () => {
    expect(remembered({}, { missing: [] })).toStrictEqual([]);
    expect(remembered({ isAllSeen: false }, { missing: [] })).toStrictEqual(notified);
  });

  test("is forgotten with the last recovery point", () => {
    expect(remembered({ has: () => false })).toStrictEqual([]);
    expect(remembered({ has: () => false, isAllSeen: false })).toStrictEqual(notified);
  });
});

test("an orphan is recorded together with all that shared a volume with it, unless they are found", () => {
  const memory = remember({ memory: undefined, hasPoints: false }, POLICY, NOW);
  const waits = {
    why: "",
    keys: new Set([changeKey(HERE, "orphan", "i-1")]),
    fresh: new Set<ChangeKey>(),
    endMs: 0,
    lapsesMs: Infinity,
  };
  const verdict = { ...emptyVerdict(), held: new Map([["snap-1", waits]]) };
  const missingOf = (shared: Looked["shared"], isMissing: Looked["isMissing"] = () => true) =>
    nextMemory(
      memory,
      knownOf(memory),
      {
        settings: POLICY,
        slot: isoSeconds(NOW),
        regions: [{ region: HERE, verdict, stopped: [], due: new Set() }],
        isAllSeen: true,
        knowsFleet: true,
        isMissing,
        has: () => true,
        comboOf: () => "",
        olderTags: () => new Map(),
        isInDoubt: () => false,
        openKeys: new Set(),
        shared,
      },
      NOW,
    ).missing.flatMap(({ of }) => of);
  const shared = new Map([
    ["vol-1", new Set(["i-1", "i-2"])],
    ["vol-2", new Set(["i-3", "i-4"])],
  ]);
  expect(missingOf(new Map())).toStrictEqual(["i-1"]);
  expect(missingOf(shared)).toStrictEqual(["i-1", "vol-1", "i-2"]);
  expect(missingOf(shared, (id) => id !== "i-2")).toStrictEqual(["i-1", "vol-1"]);
});
