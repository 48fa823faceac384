/** Tests which mails about changes an invocation no longer remembers. */
import { knownOf } from "../../../src/vault/changes/changeKeys";
import { remember } from "../../../src/vault/changes/changeMemory";
import type { ChangeMemory } from "../../../src/vault/model/memory/changeMemory";
import { nextMemory } from "../../../src/vault/changes/changeUpdate";
import type { Looked } from "../../../src/vault/changes/looked";
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
