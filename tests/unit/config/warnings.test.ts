/** Tests which combinations of settings are warned of, in exact words, and which are not. */
import { type WarningContext, configWarnings } from "../../../src/config/warnings";
import { DAY_MS, SECOND_MS } from "../../../src/vault/lib/time";
import type { KeepPolicy, KeepRules } from "../../../src/vault/model/settings";
import { instanceRules } from "../../../src/vault/retention/effectiveRules";
import { TAG } from "../../../src/vault/model/tags/tags";
import { NOW, SETTINGS, instance, snapshot, volume } from "../../support/world";

const DAILY = "cron(0 3 * * ? *)";
const MONTHLY = "cron(0 3 1 * ? *)";
const WEEKLY = "cron(0 3 ? * SUN *)";

const GOOD: WarningContext = {
  policies: { True: { keep: { retentionDays: 7 }, drKeep: { retentionDays: 7 } } },
  policyForAll: true,
  keepAtLeast: 1,
  maxDeletePercent: 50,
  schedule: DAILY,
  timezone: "UTC",
  orphans: "keep-last",
  orphanDays: 400,
  alertEmails: ["somebody@example.com"],
};

function warnings(settings: Partial<WarningContext>): string[] {
  return configWarnings({ ...GOOD, ...settings });
}

/** Returns the warnings for one policy. Without its own rules the DR region has the primary's. */
function kept(
  schedule: string,
  keep: KeepRules,
  drKeep: KeepRules = keep,
  settings: Partial<WarningContext> = {},
): string[] {
  return warnings({ schedule, policies: { True: { keep, drKeep } }, ...settings });
}

describe("keep.last with more than one run per day", () => {
  test("is warned of as counting recovery points, not days", () => {
    expect(kept("rate(1 hour)", { last: 14 })).toStrictEqual([
      "keep.last=14 with schedule rate(1 hour) keeps as few as 14 recovery points of a volume, the oldest at most " +
        "14 hours old: keep.last counts recovery points, not days. keep.daily counts days.",
    ]);
  });

  test.each<[string, KeepRules, string]>([
    ["rate(1 minute)", { last: 90 }, "90 recovery points of a volume, the oldest at most 1.5 hours old"],
    ["cron(* * * * ? *)", { last: 10_000 }, "10000 recovery points of a volume, the oldest at most 6.9 days old"],
    ["rate(1 hour)", { last: 90, hourly: 24 }, "90 recovery points of a volume, the oldest at most 3.8 days old"],
    // Nine a day: from Friday 15:00 to Monday 08:00 nothing is made.
    ["cron(0 8-16 ? * MON-FRI *)", { last: 9 }, "9 recovery points of a volume, the oldest at most 3 days old"],
  ])("is warned of for %s with %j", (schedule, rules, words) => {
    expect(kept(schedule, rules)).toStrictEqual([expect.stringContaining(words)]);
  });

  test.each<[string, string, KeepRules]>([
    ["it reaches back a week", "rate(1 hour)", { last: 168 }],
    ["it reaches back a week", "rate(12 hours)", { last: 14 }],
    ["there is only one run per day", DAILY, { last: 2 }],
    ["another rule reaches as far", "rate(1 hour)", { last: 3, daily: 7 }],
    ["another rule reaches as far", "rate(1 hour)", { last: 14, retentionDays: 3 }],
    ["the other rules keep for years", "rate(1 hour)", { last: 14, yearly: -1 }],
    ["hours are counted by another rule", "rate(1 hour)", { hourly: 24 }],
    ["hours are counted by another rule", "rate(1 hour)", { within: "12h" }],
  ])("is not warned of if %s: %s with %j", (_why, schedule, rules) => {
    expect(kept(schedule, rules)).toStrictEqual([]);
  });
});

describe("a deletion limit below the share of one recovery point", () => {
  const limited = (maxDeletePercent: number, keep: KeepRules) => kept(DAILY, keep, keep, { maxDeletePercent });

  test("is warned of, with the least that lets one expire", () => {
    expect(limited(30, { last: 2 })).toStrictEqual([
      "maxDeletePercent=30 with keep.last=2 and schedule cron(0 3 * * ? *) keeps as few as 2 recovery points of a volume, " +
        "the oldest at most 2 days old: if one of 3 expires, that is more than 30 %, and the deletion limit stops it until " +
        "you approve each plan. Set maxDeletePercent to at least 34.",
    ]);
    expect(limited(34, { last: 2 })).toStrictEqual([]);
  });

  test("is not warned of if enough is kept, or nothing expires", () => {
    expect(limited(10, { last: 9 })).toStrictEqual([]);
    expect(limited(9, { last: 9 })).toStrictEqual([expect.stringContaining("if one of 10 expires")]);
    expect(limited(1, { daily: 3, yearly: -1 })).toStrictEqual([]);
  });
});

describe("rules that are no longer than the time between runs", () => {
  test.each<[string, KeepRules, string, string]>([
    [MONTHLY, { retentionDays: 30 }, "retentionDays=30", "31 days"],
    [DAILY, { retentionDays: 1 }, "retentionDays=1", "1 day"],
    [WEEKLY, { retentionDays: 7 }, "retentionDays=7", "7 days"],
    ["cron(0 3 ? * MON-FRI *)", { retentionDays: 3 }, "retentionDays=3", "3 days"],
    ["rate(90 days)", { retentionDays: 90 }, "retentionDays=90", "90 days"],
    [DAILY, { last: 1, within: "1d" }, "keep.last=1, keep.within=1d", "1 day"],
    ["rate(1 hour)", { last: 1, hourly: 1 }, "keep.last=1, keep.hourly=1", "1 hour"],
    [DAILY, { daily: 1, retentionDays: 1 }, "keep.daily=1, keep.retentionDays=1", "1 day"],
  ])("are warned of because they leave a single recovery point: %s with %j", (schedule, rules, keys, age) => {
    expect(kept(schedule, rules)).toStrictEqual([
      `${keys} with schedule ${schedule} keeps as few as 1 recovery point of a volume, the oldest at most ${age} old: ` +
        "a new recovery point can be the only one. Keep them for longer than the time between runs.",
    ]);
  });

  test("are warned of as leaving the rest to keepAtLeast", () => {
    expect(kept(MONTHLY, { retentionDays: 30 }, undefined, { keepAtLeast: 3 })).toStrictEqual([
      "retentionDays=30 with schedule cron(0 3 1 * ? *) keeps no recovery point but the newest: keepAtLeast=3 alone " +
        "keeps as few as 3 recovery points of a volume, the oldest at most 92 days old.",
    ]);
  });

  test.each<[string, KeepRules]>([
    [DAILY, { retentionDays: 2 }],
    [MONTHLY, { retentionDays: 62 }],
    [WEEKLY, { retentionDays: 14 }],
    ["cron(0 3 ? * MON-FRI *)", { retentionDays: 4 }],
    ["rate(1 minute)", { retentionDays: 1 }],
    ["rate(1 minute)", { monthly: 12 }],
    [DAILY, { last: 1, monthly: 12 }],
    // No recovery point follows the last one, so nothing takes its place.
    ["cron(0 3 1 1 ? 2030)", { retentionDays: 7 }],
  ])("are not warned of if there are always two recovery points: %s with %j", (schedule, rules) => {
    expect(kept(schedule, rules)).toStrictEqual([]);
  });
});

describe("rules that are shorter than twice the time between runs", () => {
  test.each<[string, KeepRules, string]>([
    [WEEKLY, { retentionDays: 8 }, "retentionDays=8"],
    [WEEKLY, { retentionDays: 13 }, "retentionDays=13"],
    [MONTHLY, { retentionDays: 32 }, "retentionDays=32"],
  ])("are warned of because the newest is alone for a part of it: %s with %j", (schedule, rules, keys) => {
    expect(kept(schedule, rules)).toStrictEqual([
      expect.stringMatching(
        `^${keys} .* keeps as few as 1 recovery point .*: at times the newest is the only one\\. To have two at all times, `,
      ),
    ]);
  });

  test("are not warned of if keepAtLeast keeps two", () => {
    expect(kept(WEEKLY, { retentionDays: 8 }, undefined, { keepAtLeast: 2 })).toStrictEqual([]);
  });
});

describe("a rule whose periods are shorter than the time between runs", () => {
  test("is warned of as keeping for longer than it sounds", () => {
    expect(kept(DAILY, { hourly: 24 })).toStrictEqual([
      "keep.hourly=24 with schedule cron(0 3 * * ? *) keeps as few as 24 recovery points of a volume, the oldest at " +
        "most 24 days old, not 24 hours: keep.hourly counts only hours that have a recovery point.",
    ]);
  });

  test("is shown alone and together with the other rules", () => {
    expect(kept(DAILY, { hourly: 24, daily: 7, weekly: 52 })).toStrictEqual([
      "keep.hourly=24 with schedule cron(0 3 * * ? *) keeps as few as 24 recovery points of a volume, the oldest at " +
        "most 24 days old, not 24 hours: keep.hourly counts only hours that have a recovery point. " +
        "All rules together keep as few as 71 recovery points of a volume, the oldest at most 358 days old.",
    ]);
  });

  test("beside a rule that keeps for many years gives only a lower limit for the oldest age", () => {
    const [warning, ...others] = kept(DAILY, { hourly: 24, yearly: -1 });
    expect(others).toStrictEqual([]);
    expect(warning).toMatch(/All rules together keep as few as \d+ .* the oldest at least \d{4} days old\.$/);
  });

  test.each<[string, KeepRules, string]>([
    ["cron(0 3 ? * SUN *)", { daily: 7 }, "the oldest at most 49 days old, not 7 days"],
    ["cron(0 3 1 * ? *)", { weekly: 4 }, "the oldest at most 123 days old, not 4 weeks"],
    ["rate(6 hours)", { hourly: 48 }, "the oldest at most 12 days old, not 48 hours"],
  ])("is warned of for %s with %j", (schedule, rules, words) => {
    expect(kept(schedule, rules)).toStrictEqual([expect.stringContaining(words)]);
  });

  test.each<[string, string, KeepRules]>([
    ["its periods are no shorter", "rate(1 hour)", { hourly: 24, daily: 7 }],
    ["it leaves out only weekends", "cron(0 3 ? * MON-FRI *)", { daily: 7 }],
    ["another rule keeps the same", DAILY, { hourly: 2, daily: 7 }],
    ["it keeps all", DAILY, { hourly: -1 }],
  ])("is not warned of if %s: %s with %j", (_why, schedule, rules) => {
    expect(kept(schedule, rules)).toStrictEqual([]);
  });
});

describe("the DR region", () => {
  test("is warned of under its own keys", () => {
    expect(kept("rate(1 hour)", { daily: 7 }, { last: 14 })).toStrictEqual([
      "drKeep.last=14 with schedule rate(1 hour) keeps as few as 14 recovery points of a volume in the DR region, the " +
        "oldest at most 14 hours old: drKeep.last counts recovery points, not days. drKeep.daily counts days.",
    ]);
    expect(kept(DAILY, { retentionDays: 7 }, { retentionDays: 1 })).toStrictEqual([
      expect.stringMatching(/^drRetentionDays=1 with .* as few as 1 recovery point of a volume in the DR region/),
    ]);
  });

  test("is warned of when older drRetentionDays keep much less than the primary region's rules", () => {
    expect(kept(DAILY, { daily: 7, monthly: 12 }, { retentionDays: 30 })).toStrictEqual([
      "drRetentionDays=30 with keep.daily=7, keep.monthly=12 and schedule cron(0 3 * * ? *) keeps as few as 30 recovery " +
        "points of a volume in the DR region, the oldest at most 30 days old; in the primary region it is at most 338 " +
        "days old. Without the primary region everything older is lost. Set drKeep to keep copies as long.",
    ]);
    expect(kept("rate(1 hour)", { daily: -1 }, { retentionDays: 30 })).toStrictEqual([
      expect.stringContaining("in the primary region it is at least "),
    ]);
  });

  test.each<[string, KeepRules, KeepRules]>([
    ["both are days", { retentionDays: 90 }, { retentionDays: 7 }],
    ["both are rules", { daily: 90 }, { daily: 7 }],
    ["it is not half as long", { daily: 40 }, { retentionDays: 30 }],
    ["the DR region keeps longer", { daily: 7 }, { retentionDays: 30 }],
  ])("is not warned of if %s: %j and %j", (_why, keep, drKeep) => {
    expect(kept(DAILY, keep, drKeep)).toStrictEqual([]);
  });
});

describe("policies by the value of the tag", () => {
  const policy = (keep: KeepRules): KeepPolicy => ({ keep, drKeep: keep });

  test("are warned of under their own keys, and only those that are wrong", () => {
    const policies = {
      gold: policy({ daily: 30 }),
      silver: policy({ last: 4 }),
      bronze: policy({ retentionDays: 1 }),
    };
    expect(
      warnings({ policyForAll: false, policies, schedule: "rate(25 hours)" }).map((text) => text.split(" with ")[0]),
    ).toStrictEqual(["policies.bronze.retentionDays=1"]);
    expect(
      warnings({ policyForAll: false, policies, schedule: "rate(6 hours)" }).map((text) => text.split(" with ")[0]),
    ).toStrictEqual(["policies.silver.keep.last=4"]);
  });

  test("are checked in seconds even if there are two hundred with a schedule of every minute", () => {
    const many = Array.from({ length: 200 }, (_, index): [string, KeepPolicy] => [
      `policy-${index}`,
      { keep: { hourly: 24, daily: 7 + index }, drKeep: { last: 14, weekly: index, monthly: 12 } },
    ]);
    const started = Date.now();
    warnings({
      policyForAll: false,
      policies: Object.fromEntries(many),
      schedule: "cron(* * * * ? *)",
    });
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});

describe("orphanDays no longer than the time between runs", () => {
  test("is warned of, because recovery points are deleted in the run that first reports the orphans", () => {
    const settings = {
      orphanDays: 30,
      schedule: MONTHLY,
      policies: { True: { keep: { daily: 7 }, drKeep: { daily: 7 } } },
    };
    const text = (orphans: string, left: string, deleted = "the others") =>
      `orphanDays=30 and orphans=${orphans} with schedule cron(0 3 1 * ? *): a volume that is no longer backed up keeps ${left}. ` +
      `The next run, up to 31 days later, is the first that reports it; a run editGraceDays after that mail deletes ${deleted}. ` +
      "Set orphanDays to more than 31 days.";
    expect(warnings({ ...settings, orphans: "keep-last" })).toContain(
      text("keep-last", "as few as 1 recovery point, the newest"),
    );
    expect(warnings({ ...settings, orphans: "keep-last", keepAtLeast: 2 })).toContain(
      text("keep-last", "as few as 2 recovery points, the newest"),
    );
    expect(warnings({ ...settings, orphans: "expire" })).toContain(text("expire", "no recovery point", "all of them"));
  });

  /** Returns what the function would do in the first run after an instance's last recovery point. */
  function isOrphanInNextRun(orphanDays: number): boolean {
    const policy = { ...SETTINGS, orphanDays, orphans: "expire" as const };
    const tags = { [TAG.instance]: "i-gone" };
    const last = snapshot("snap-1", { volumeId: "vol-gone", startTimeMs: NOW - DAY_MS, tags });
    const fleet = [instance("i-1", [volume("vol-1")])];
    const { rulesOf } = instanceRules([last], { instances: fleet }, policy, NOW + SECOND_MS);
    return rulesOf("i-gone").expireAll !== undefined;
  }

  test.each([
    [1, true],
    [2, false],
  ])("with a daily schedule and orphanDays %d is warned of: %s, and the vault does the same", (orphanDays, isSo) => {
    expect(warnings({ orphanDays }).length > 0).toBe(isSo);
    expect(isOrphanInNextRun(orphanDays)).toBe(isSo);
  });

  test.each<[string, Partial<WarningContext>]>([
    ["orphans are left unchanged", { orphans: "keep", orphanDays: 1 }],
    ["the weekend is shorter", { schedule: "cron(0 3 ? * MON-FRI *)", orphanDays: 4 }],
    ["the schedule comes to an end", { schedule: "cron(0 3 1 1 ? 2030)", orphanDays: 1 }],
  ])("is not warned of if %s", (_why, settings) => {
    expect(warnings(settings)).toStrictEqual([]);
  });
});

test("warns that nobody is notified without alertEmails", () => {
  expect(warnings({ alertEmails: [] })).toStrictEqual([
    "alertEmails=[]: no e-mail address is notified of failed backups and alarms. Add one: " +
      "npx pulumi config set --path 'alertEmails[0]' you@example.com",
  ]);
});

test("warns of everything that is wrong at once", () => {
  const settings = { alertEmails: [], orphanDays: 1, schedule: "rate(2 days)" };
  expect(
    kept("rate(2 days)", { hourly: 24 }, { retentionDays: 2 }, settings).map((text) => text.split(/[= ]/)[0]),
  ).toStrictEqual(["keep.hourly", "drRetentionDays", "drRetentionDays", "orphanDays", "alertEmails"]);
});
