import { INSTANCE_TAG_PREFIX, TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS } from "../../../src/vault/lib/time";
import type { ProtectedInstance, Snapshot, Tags } from "../../../src/vault/model/world";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { instanceRules } from "../../../src/vault/retention/effectiveRules";
import { NOW, SETTINGS, copyOf, instance, snapshot, volume } from "../../support/world";

const BRONZE = { keep: { retentionDays: 7 }, drKeep: { retentionDays: 30 } };
const GOLD = { keep: { daily: 30 }, drKeep: { daily: 90 } };
const TWO: CoreSettings = {
  ...SETTINGS,
  policies: { bronze: BRONZE, gold: GOLD },
};

function point(days: number, tags: Tags = {}): Snapshot {
  return snapshot(`snap-${days}`, { startTimeMs: NOW - days * DAY_MS, tags });
}

function rulesOf(
  snapshots: Snapshot[],
  policy: CoreSettings = TWO,
  instances?: ProtectedInstance[],
  copies: Snapshot[] = [],
) {
  return instanceRules([...snapshots, ...copies], { instances }, policy, NOW).rulesOf("i-1");
}

describe("the policy of an instance", () => {
  test("is that of its newest recovery point, so that a new tag value applies to all of them", () => {
    const points = [point(2, { [TAG.policy]: "bronze" }), point(1, { [TAG.policy]: "gold" })];
    expect(rulesOf(points)).toStrictEqual({ ...GOLD, keepAtLeast: 1 });
    expect(rulesOf([...points].reverse())).toStrictEqual({ ...GOLD, keepAtLeast: 1 });
  });

  test("is known from a copy alone, and from the instance's tag on older snapshots", () => {
    const old = point(1, { [`${INSTANCE_TAG_PREFIX}Backup`]: "bronze" });
    expect(rulesOf([], TWO, undefined, [copyOf(old, "copy")])).toMatchObject(BRONZE);
  });

  describe("the last of a stack's policies", () => {
    const last = { ...TWO, policies: { gold: GOLD } };

    test("does not apply to points of a policy that was removed, which are kept and reported", () => {
      const bronze = [point(1, { [TAG.policy]: "bronze" })];
      const { rulesOf: of, problems } = instanceRules(bronze, {}, last, NOW);
      expect(of("i-1").keepAll).toBe("its policy bronze is not among the stack's");
      expect(problems.map(({ kind, subject }) => [kind, subject])).toStrictEqual([["unknown-policy", "bronze"]]);
    });

    test("applies to points without a policy name", () => {
      expect(rulesOf([point(1)], last)).toMatchObject(GOLD);
    });
  });

  test.each([
    ["silver", { [TAG.policy]: "silver" }],
    ["toString", { [TAG.policy]: "toString" }],
    ["(none)", {}],
  ])("prunes nothing, and reports it, if the policy is %s and the stack has none of that name", (name, tags) => {
    const { rulesOf: of, problems } = instanceRules([point(1, tags)], {}, TWO, NOW);
    expect(of("i-1").keepAll).toBe(`its policy ${name} is not among the stack's`);
    expect(problems.map(({ kind, subject, message }) => [kind, subject, message])).toStrictEqual([
      [
        "unknown-policy",
        name,
        `1 instance has recovery points of the policy ${name}, which the stack does not have, so none of them is pruned`,
      ],
    ]);
  });

  test("keeps everything of an instance of which nothing is known", () => {
    expect(rulesOf([]).keepAll).toBe("it is not known what it is of");
  });
});

test("replaces the policy's rules by an instance's own of the same name, within the present bounds", () => {
  const tags = { [TAG.policy]: "gold", [TAG.keep]: "daily=60 weekly=9", [TAG.drKeep]: "daily=7" };
  const policy = { ...TWO, overrideMax: { daily: 60 } };
  expect(rulesOf([point(1, tags)], policy)).toMatchObject({
    keep: { daily: 60 },
    drKeep: { daily: 90 },
  });
  expect(rulesOf([point(1, tags)], { ...policy, overrideMin: { daily: 7 } })).toMatchObject({
    keep: { daily: 60 },
    drKeep: { daily: 7 },
  });
  expect(rulesOf([point(1, tags)], { ...TWO, overrideMax: { weekly: 9 } })).toMatchObject({
    keep: { daily: 30, weekly: 9 },
    drKeep: { daily: 90 },
  });
});

describe("an instance that is no longer backed up", () => {
  const gold = { [TAG.policy]: "gold" };
  const other = [instance("i-2", [volume("vol-2")])];
  const policy = (orphans: CoreSettings["orphans"]): CoreSettings => ({ ...TWO, orphans });

  test("keeps its last recovery point after orphanDays", () => {
    const kept = { ...policy("keep-last"), keepAtLeast: 2 };
    expect(rulesOf([point(31, gold)], kept, other)).toStrictEqual({
      keep: { last: 2 },
      drKeep: { last: 2 },
      drCopyKeep: GOLD.drKeep,
      keepAtLeast: 2,
    });
    expect(rulesOf([point(30, gold)], kept, other)).toMatchObject(GOLD);
  });

  test("keeps what its rules keep if the stack says so", () => {
    expect(rulesOf([point(31, gold)], policy("keep"), other)).toMatchObject(GOLD);
  });

  test("expires whole if the stack says so, but not if its policy is unknown", () => {
    expect(rulesOf([point(31, gold)], policy("expire"), other)).toMatchObject({
      keepAtLeast: 0,
      expireAll: "its instance is not backed up any more",
    });
    const unknown = rulesOf([point(31, { [TAG.policy]: "silver" })], policy("expire"), other);
    expect([unknown.keepAll, unknown.expireAll]).toStrictEqual([
      "its policy silver is not among the stack's",
      undefined,
    ]);
  });

  test("includes one that is attached but excluded", () => {
    const excluded = volume("vol-1", { tags: { Backup: "exclude" } });
    const instances = [instance("i-1", [excluded]), instance("i-2", [volume("vol-2")])];
    expect(rulesOf([point(31, gold)], policy("expire"), instances).keepAtLeast).toBe(0);
  });

  test.each([
    ["the instances were not read", undefined],
    ["no instance matched", []],
    ["it is attached to one", [instance("i-1", [volume("vol-1")])]],
    ["it is attached to one whose mappings lack it", [{ ...instance("i-1", []), unmapped: [volume("vol-1")] }]],
  ])("is not an orphan if %s", (_what, instances) => {
    expect(rulesOf([point(400, gold)], policy("expire"), instances)).toMatchObject(GOLD);
  });
});
