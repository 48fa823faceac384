/** Tests when former settings are forgotten: only if the present ones keep at least as much of everything. */
import { covers, remember } from "../../../src/vault/changes/changeMemory";
import type { KeepRules, VaultSettings } from "../../../src/vault/model/settings";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { NOW, SETTINGS, keeping } from "../../support/world";

/** Returns what is remembered as former after a change of settings. */
function formerAfter(was: Partial<VaultSettings>, now: Partial<VaultSettings>) {
  const memory = remember({ memory: undefined, hasPoints: false }, { ...SETTINGS, ...was }, NOW - DAY_MS);
  return remember({ memory, hasPoints: true }, { ...SETTINGS, ...now }, NOW).former;
}

test.each<[string, KeepRules, KeepRules, boolean]>([
  ["no rules keep everything", {}, { yearly: -1 }, true],
  ["any rule keeps less than none does", { yearly: -1 }, {}, false],
  ["more days cover fewer", { retentionDays: 7 }, { retentionDays: 3 }, true],
  ["fewer days do not cover more", { retentionDays: 3 }, { retentionDays: 7 }, false],
  ["a count of another period does not", { weekly: 52 }, { daily: 7 }, false],
  ["the same distance covers itself", { within: "1m" }, { within: "1m" }, true],
  ["another distance is not compared", { within: "2m" }, { within: "1m" }, false],
])("%s", (_what, rules, others, isCovering) => {
  expect(covers(rules, others)).toBe(isCovering);
});

describe("former settings are forgotten after", () => {
  test.each<[string, Partial<VaultSettings>, Partial<VaultSettings>]>([
    ["a longer retention", {}, { policies: keeping(60) }],
    ["looser orphans", { orphans: "expire" }, { orphans: "keep" }],
    ["more orphan days", {}, { orphanDays: 60 }],
  ])("%s", (_what, was, now) => {
    expect(formerAfter(was, now)).toStrictEqual([]);
  });
});

describe("former settings are kept after", () => {
  test.each<[string, Partial<VaultSettings>, Partial<VaultSettings>]>([
    ["a shorter retention in the DR region alone", {}, { policies: keeping(30, 29) }],
    ["a policy more", {}, { policies: { ...SETTINGS.policies, gold: keeping(60)["true"]! } }],
    ["a policy that is gone, because it may come back shorter", {}, { policies: {} }],
    [
      "a span that a tag's own may have been longer than",
      { overrideMax: { within: "1y" } },
      {
        overrideMax: { within: "1y" },
        policies: { true: { keep: { retentionDays: 30, within: "1m" }, drKeep: { retentionDays: 30 } } },
      },
    ],
    ["stricter orphans", {}, { orphans: "expire" }],
    ["fewer orphan days", {}, { orphanDays: 29 }],
    ["fewer points that are always kept", { keepAtLeast: 2 }, { keepAtLeast: 1 }],
    ["another schedule", {}, { schedule: "cron(0 4 * * ? *)" }],
  ])("%s", (_what, was, now) => {
    const { former } = remember({ memory: undefined, hasPoints: false }, { ...SETTINGS, ...was }, NOW);
    expect(former).toStrictEqual([]);
    expect(formerAfter(was, now)).toMatchObject([{ until: isoSeconds(NOW) }]);
  });
});

test("of more than ten former settings the oldest become one that keeps everything, and ends now", () => {
  let memory = remember({ memory: undefined, hasPoints: false }, SETTINGS, NOW);
  for (let days = 29; days > 18; days -= 1) {
    const at = NOW + (30 - days) * DAY_MS;
    memory = remember({ memory, hasPoints: true }, { ...SETTINGS, policies: keeping(days) }, at);
  }
  const { former } = memory;
  const unknown = former.filter(({ was }) => was === "unknown");
  expect(former).toHaveLength(10);
  expect(unknown).toStrictEqual([{ was: "unknown", until: isoSeconds(NOW + 11 * DAY_MS + 1_000) }]);
});
