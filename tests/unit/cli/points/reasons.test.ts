/** Why recovery points are kept and when they expire, by the rules and not by the words for them. */
import { reasonsBy } from "../../../../src/cli/points/reasons";
import { DAY_MS } from "../../../../src/vault/lib/time";
import type { KeepRules } from "../../../../src/vault/model/settings";
import { copyOf, DR, NOW, SETTINGS, keeping, snapshot } from "../../../support/world";

const SIZE = { "smart-vault:volume-size-gib": "8" };
const old = snapshot("snap-old", { startTimeMs: NOW - 2 * DAY_MS });
const newest = snapshot("snap-new", { startTimeMs: NOW - DAY_MS });
const copy = copyOf(old, "snap-copy", { tags: SIZE });

function expiry(keep: KeepRules, drKeep = keep) {
  const settings = { ...SETTINGS, policies: { true: { keep, drKeep } } };
  const reads = [
    { region: SETTINGS.primaryRegion, snapshots: [old, newest] },
    { region: DR.region, snapshots: [copy, copyOf(newest, "snap-c2", { tags: SIZE })] },
  ];
  const reasons = reasonsBy(reads, settings, NOW);
  return [old, copy].map((one) => reasons(one).expiresMs);
}

test("days alone give an expiry, from the data in the primary region and from the copy in a DR region", () => {
  expect(expiry({ retentionDays: 5 })).toStrictEqual([old.startTimeMs + 5 * DAY_MS, copy.startTimeMs + 5 * DAY_MS]);
  expect(expiry({ retentionDays: 5 }, { retentionDays: 9 })[1]).toBe(copy.startTimeMs + 9 * DAY_MS);
});

test("a DR copy in what is the primary region now expires by both rules, whatever else is there of its data", () => {
  const here = copyOf(old, "snap-back", { region: SETTINGS.primaryRegion, startTimeMs: NOW - DAY_MS / 2, tags: SIZE });
  const ends = (days: number, drDays: number) => {
    const settings = { ...SETTINGS, policies: keeping(days, drDays) };
    const reads = [
      { region: SETTINGS.primaryRegion, snapshots: [old, newest, here] },
      { region: DR.region, snapshots: [copy, copyOf(newest, "snap-c2", { tags: SIZE })] },
    ];
    const reasons = reasonsBy(reads, settings, NOW);
    expect(reasons(old)).toStrictEqual(reasons(here));
    return reasons(here).expiresMs;
  };
  expect(ends(5, 9)).toBe(here.startTimeMs + 9 * DAY_MS);
  expect(ends(20, 9)).toBe(old.startTimeMs + 20 * DAY_MS);
});

test.each<[string, KeepRules]>([
  ["another rule", { retentionDays: 5, daily: 3 }],
  ["a distance from the newest", { retentionDays: 5, within: "7d" }],
  ["no rule of days", { last: 3 }],
  ["no rule", {}],
])("with %s nobody knows when a recovery point expires", (_what, keep) => {
  expect(expiry(keep)).toStrictEqual([undefined, undefined]);
});

test("what is due, or is kept although its days are over, has no expiry", () => {
  expect(expiry({ retentionDays: 1 })).toStrictEqual([undefined, undefined]);
});
