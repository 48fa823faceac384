/** Tests what `lock` accepts, and when it contradicts the rest of the configuration. */
import { type RawConfig, parseConfig } from "../../src/config/config";
import { lockErrors } from "../../src/config/checks/lock";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { ROOT } from "../support/stackProgram";

/** Returns the dev stack's configuration with other values. */
function withValues(values: Record<string, string>): RawConfig {
  const { project, values: all } = loadStackConfig(ROOT, "dev");
  const own = Object.entries(all).flatMap(([key, value]) =>
    key.startsWith(`${project}:`) ? [[key.slice(project.length + 1), value] as const] : [],
  );
  const base = { ...Object.fromEntries(own), retentionDays: "7" };
  return { project, stack: "dev", primaryRegion: "us-east-1", values: { ...base, ...values } };
}

/** Returns the lines of the error, without the heading. */
function faults(raw: RawConfig): string[] {
  try {
    parseConfig(raw);
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

test.each([
  ["{}", undefined],
  ['{"mode":"governance","days":1}', { mode: "governance", days: 1 }],
  ['{"days":"7","mode":"governance"}', { mode: "governance", days: 7 }],
])("accepts the lock %s", (lock, value) => {
  expect(parseConfig(withValues({ lock })).lock).toStrictEqual(value);
});

const EXPECTED = '{} or {"mode": "governance" or "compliance", "days": 1 to 36500}';

test.each([
  "",
  "none",
  "[]",
  "null",
  '"governance"',
  '{"mode":"governance"}',
  '{"days":7}',
  '{"mode":"strict","days":7}',
  '{"mode":"governance","days":0}',
  '{"mode":"governance","days":36501}',
  '{"mode":"governance","days":1.5}',
  '{"mode":"governance","days":[7]}',
  '{"mode":"governance","days":7,"coolOffHours":2}',
])("refuses the lock %j, saying what was expected and what was given", (lock) => {
  expect(faults(withValues({ lock }))).toStrictEqual([`lock: expected ${EXPECTED}, got ${JSON.stringify(lock)}`]);
});

test("finds no contradiction without a lock", () => {
  const bounds = { overrideMin: {}, overrideMax: {} };
  const context = {
    policies: {},
    ...bounds,
    keepAtLeast: 1,
    schedule: "",
    understood: false,
  };
  expect(lockErrors(undefined, context)).toStrictEqual([]);
});

describe("a lock", () => {
  const withLock = (mode: string, days: number, more: Record<string, string> = {}) =>
    withValues({ lock: JSON.stringify({ mode, days }), ...more });

  test("in compliance mode requires a confirmation that it is understood", () => {
    expect(faults(withLock("compliance", 7))).toStrictEqual([
      "iUnderstandComplianceLock: expected true where lock.mode is compliance, got false: until such a lock ends " +
        "nobody can take it off or delete the copy, AWS Support included, and its storage is paid for",
    ]);
    const raw = withLock("compliance", 7, { iUnderstandComplianceLock: "true" });
    expect(parseConfig(raw).lock).toStrictEqual({ mode: "compliance", days: 7 });
  });

  test.each([
    ["retentionDays if the DR region has none of its own", 8, {}, 7],
    ["drRetentionDays, shorter", 4, { drRetentionDays: "3" }, 3],
    ["drRetentionDays, longer", 31, { drRetentionDays: "30" }, 30],
  ])("must not last longer than %s", (_what, days, values, kept) => {
    expect(faults(withLock("governance", days, values))).toStrictEqual([
      `lock.days: expected at most the ${kept} days that a copy is kept in the DR region, got ${days}: ` +
        "retention can't delete what is locked",
    ]);
    expect(faults(withLock("governance", kept, values))).toStrictEqual([]);
  });

  const NIGHTLY = "cron(0 3 * * ? *)";
  test.each<[string, string, string, number, number | undefined]>([
    ["one copy a night, kept for seven", '{"daily":7}', NIGHTLY, 7, undefined],
    ["one copy a night, kept for seven", '{"daily":7}', NIGHTLY, 8, 7],
    ["two copies a day, of which one is kept", '{"daily":7}', "rate(12 hours)", 1, 0.5],
    ["two copies a day, all of a week", '{"daily":30,"within":"7d"}', "rate(12 hours)", 6, undefined],
    ["two copies a day, all of a week", '{"daily":30,"within":"7d"}', "rate(12 hours)", 8, 7],
    ["the last three", '{"last":3}', NIGHTLY, 4, 3],
    ["all", '{"last":-1}', NIGHTLY, 365, undefined],
    ["days and months", '{"retentionDays":10,"monthly":12}', NIGHTLY, 10, undefined],
    ["days and months", '{"retentionDays":10,"monthly":12}', NIGHTLY, 11, 10],
    ["hours, over more runs than a thousand", '{"hourly":1200}', "rate(1 hour)", 90, 50],
    ["hours, over more runs than a thousand", '{"hourly":1200}', "cron(0 * * * ? *)", 90, 50],
    ["hours, over more runs than a thousand", '{"hourly":1200}', "cron(0 * * * ? *)", 50, undefined],
    ["minutes", '{"last":10000}', "rate(1 minute)", 7, 6.9],
    ["all hours", '{"hourly":-1}', "rate(1 hour)", 1_000, undefined],
    ["the last two of days that come together once a month", '{"last":2}', "cron(0 3 1,2,30 * ? *)", 7, 2],
    ["a year, of which a leap year is longer", '{"yearly":1}', "cron(0 3 1 1 ? *)", 366, 365],
    ["a month, of which February is the shortest", '{"within":"1m"}', NIGHTLY, 29, 28],
    ["runs that have come to their end", '{"last":1}', "cron(0 3 * * ? 2026)", 7, undefined],
  ])(
    "must not outlast the first release of a copy by the rules: %s, %s, %s, locked for %d days",
    (_what, drKeep, schedule, days, kept) => {
      const lines = faults(withLock("governance", days, { drKeep, schedule }));
      expect(lines).toStrictEqual(
        kept === undefined
          ? []
          : [
              `lock.days: expected at most the ${kept} days that a copy is kept in the DR region, got ${days}: retention can't delete what is locked`,
            ],
      );
    },
  );

  test("is refused with the name of the policy that releases too early", () => {
    const policies = '{"gold":{"retentionDays":30},"bronze":{"retentionDays":3}}';
    expect(faults(withLock("governance", 7, { policies }))).toStrictEqual([
      "lock.days: expected at most the 3 days that a copy is kept in the DR region, by the policy bronze, got 7: retention can't delete what is locked",
    ]);
  });

  test.each<[string, string, number, string | undefined]>([
    ['{"daily":7}', '{"daily":90}', 7, undefined],
    ['{"daily":6}', '{"daily":90}', 7, "6"],
    ['{"daily":6}', '{"daily":90}', 6, undefined],
    ['{"monthly":2}', '{"monthly":12}', 30, undefined],
    ["{}", '{"daily":90}', 30, undefined],
  ])(
    "must not outlast the rules that tags can shorten to: %s of %s, locked for %d days",
    (overrideMin, overrideMax, days, kept) => {
      const lines = faults(withLock("governance", days, { drKeep: '{"daily":30}', overrideMin, overrideMax }));
      expect(lines).toStrictEqual(
        kept === undefined
          ? []
          : [
              `lock.days: expected at most the ${kept} days that a copy is kept in the DR region, where tags shorten it to overrideMin, got ${days}: retention can't delete what is locked`,
            ],
      );
    },
  );

  test("is refused for both mistakes at once", () => {
    expect(faults(withLock("compliance", 8))).toHaveLength(2);
  });

  test.each([
    ["retentionDays", "soon"],
    ["drRetentionDays", "soon"],
    ["iUnderstandComplianceLock", "soon"],
  ])("is compared with %s only if that is valid", (key, text) => {
    const lines = faults(withLock("compliance", 8, { [key]: text }));
    expect(lines.map((line) => line.split(":")[0])).toStrictEqual([key]);
  });
});
