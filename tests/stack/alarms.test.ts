/** Tests the alarm table: its limits, what it is made into, and that each alarm has its page in the runbook. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Watched, alarmTable, nearTimeoutMs, staleHours } from "../../src/stack/monitoring/alarmTable";
import { type DeclaredStack, ROOT, declareStack } from "../support/stackProgram";
import { TAGS, TOPIC, VAULT } from "../support/stackPolicies";

const WATCHED: Watched = {
  vaultId: VAULT,
  primaryRegion: "us-east-1",
  drRegions: ["us-west-2", "eu-west-1"],
  schedule: "cron(0 3 * * ? *)",
  timezone: "UTC",
  startWindowHours: 8,
  timeoutSeconds: 600,
  memoryMb: 512,
  maxRecoveryPointAgeHours: 0,
  copyOverdueHours: 24,
};

test("makes one alarm of each kind, and one per region if it is about a region", () => {
  expect(alarmTable(WATCHED).map(({ key }) => key)).toStrictEqual([
    "errors",
    "throttles",
    "duration",
    "out-of-memory",
    "dropped",
    "no-heartbeat",
    "no-match",
    "stale-us-east-1",
    "stale-us-west-2",
    "stale-eu-west-1",
    "overdue-us-west-2",
    "overdue-eu-west-1",
  ]);
});

/** API reference, PutMetricAlarm: seven days, or one day if the period is shorter than an hour. */
test.each(["rate(5 minutes)", "rate(12 hours)", "rate(6 days)", "cron(0 3 ? * SUN *)"])(
  "looks with %s no further back than CloudWatch does",
  (schedule) => {
    for (const { periodSeconds, of, datapoints } of alarmTable({ ...WATCHED, schedule })) {
      expect(of * periodSeconds).toBeLessThanOrEqual((periodSeconds < 3_600 ? 1 : 7) * 86_400);
      expect(datapoints).toBeLessThanOrEqual(of);
    }
  },
);

/**
 * CloudWatch evaluates an alarm that looks back more than a day only once an hour (CloudWatch user guide, "Alarm
 * evaluation").
 */
test.each(["rate(5 minutes)", "cron(0 3 * * ? *)", "cron(0 3 ? * SUN *)", "rate(30 days)"])(
  "looks with %s no more than a day back, so that each alarm is evaluated by the minute",
  (schedule) => {
    const alarms = alarmTable({ ...WATCHED, schedule });
    const spans = alarms.map(({ periodSeconds, of }) => of * periodSeconds);
    expect(spans.filter((seconds) => seconds > 86_400)).toStrictEqual([]);
  },
);

test("says in the alarm for silence the hours that it measures", () => {
  const { says, of, periodSeconds, datapoints } = alarmTable(WATCHED).find(({ key }) => key === "no-heartbeat")!;
  expect(datapoints).toBe(of);
  expect(says).toContain(`no invocation for ${(of * periodSeconds) / 3_600} hours`);
});

test.each([
  "rate(5 minutes)",
  "cron(0 3 * * ? *)",
  "cron(0 3 ? * SUN *)",
  "rate(30 days)",
  "cron(0 3 1 * ? *)",
  "cron(0 3 1 1 ? 2099)",
])("alarms with %s after three hours without a completed invocation", (schedule) => {
  const alarm = alarmTable({ ...WATCHED, schedule }).find(({ key }) => key === "no-heartbeat");
  expect(alarm).toStrictEqual({
    key: "no-heartbeat",
    page: "no-heartbeat",
    says: "the function has completed no invocation for 3 hours: nothing is backed up, copied or checked",
    namespace: "SmartVault",
    metricName: "InvocationsCompleted",
    dimensions: { service: VAULT },
    statistic: "Sum",
    periodSeconds: 300,
    datapoints: 36,
    of: 36,
    comparison: "LessThanThreshold",
    threshold: 1,
    missing: "breaching",
    because: "silence is what it watches for",
  });
});

test.each([
  ["cron(0 3 * * ? *)", 0, 34],
  ["cron(0 3 ? * MON-FRI *)", 0, 82],
  ["cron(0 3 * * ? *)", 50, 50],
  ["cron(0 3 1 1 ? 2099)", 0, undefined],
])("computes for %s with maxRecoveryPointAgeHours %s a limit of %s hours", (schedule, age, hours) => {
  expect(staleHours({ ...WATCHED, schedule, maxRecoveryPointAgeHours: age })).toBe(hours);
});

test("makes no alarm for age if the schedule comes to an end", () => {
  const keys = alarmTable({ ...WATCHED, schedule: "cron(0 3 1 1 ? 2099)" }).map(({ key }) => key);
  expect(keys.filter((key) => key.startsWith("stale"))).toStrictEqual([]);
});

test.each([
  [120, 108_000],
  [600, 570_000],
  [900, 870_000],
])("counts with a timeout of %s seconds more than %s ms as near it", (timeoutSeconds, ms) => {
  expect(nearTimeoutMs(timeoutSeconds)).toBe(ms);
});

test.each([
  [512, "ran out of its 512 MB of memory: set memoryMb to 1024"],
  [6_000, "ran out of its 6000 MB of memory: set memoryMb to 10240"],
  [10_240, "ran out of its 10240 MB of memory: the most that Lambda has"],
])("says with %s MB what to set when that is used up", (memoryMb, says) => {
  const alarm = alarmTable({ ...WATCHED, memoryMb }).find(({ key }) => key === "out-of-memory");
  expect(alarm?.says).toContain(says);
});

test("links each alarm to its page in the runbook", () => {
  const runbook = readFileSync(join(ROOT, "docs", "RUNBOOK.md"), "utf8");
  for (const { page } of alarmTable(WATCHED)) expect(runbook).toContain(`\n## Alarm: ${page}\n`);
});

describe("the production stack", () => {
  let stack: DeclaredStack;
  beforeAll(async () => {
    stack = await declareStack("prod");
  });

  test("has every alarm, which mails the topic when it goes off and when it is over", () => {
    const type = "aws:cloudwatch/metricAlarm:MetricAlarm";
    for (const alarm of alarmTable({ ...WATCHED, drRegions: ["us-west-2"] })) {
      expect(stack.inputs(type, `${VAULT}-${alarm.key}`)).toStrictEqual({
        name: `${VAULT}-${alarm.key}`,
        alarmDescription: `${VAULT}: ${alarm.says}. What to do: docs/RUNBOOK.md#alarm-${alarm.page}`,
        namespace: alarm.namespace,
        metricName: alarm.metricName,
        dimensions: alarm.dimensions,
        statistic: alarm.statistic,
        period: alarm.periodSeconds,
        evaluationPeriods: alarm.of,
        datapointsToAlarm: alarm.datapoints,
        threshold: alarm.threshold,
        comparisonOperator: alarm.comparison,
        treatMissingData: alarm.missing,
        alarmActions: [TOPIC],
        okActions: [TOPIC],
        tags: TAGS,
      });
    }
    expect(stack.list.filter((line) => line.startsWith(type))).toHaveLength(10);
  });

  test("counts in the function's log what Lambda and Node write when there is no more memory", () => {
    const { pattern, logGroupName, metricTransformation } = stack.inputs(
      "aws:cloudwatch/logMetricFilter:LogMetricFilter",
      `${VAULT}-out-of-memory`,
    );
    expect(pattern).toBe('?"signal: killed" ?"Runtime.OutOfMemory" ?"heap out of memory"');
    expect(logGroupName).toBe(stack.inputs("aws:cloudwatch/logGroup:LogGroup").name);
    const alarm = alarmTable(WATCHED).find(({ key }) => key === "out-of-memory");
    expect(metricTransformation).toStrictEqual({
      namespace: alarm?.namespace,
      name: alarm?.metricName,
      value: "1",
    });
  });

  test("creates each alarm after the sweep's schedule, whose first heartbeat comes with it", () => {
    for (const { key } of alarmTable({ ...WATCHED, drRegions: ["us-west-2"] })) {
      const { after } = stack.options("aws:cloudwatch/metricAlarm:MetricAlarm", `${VAULT}-${key}`);
      expect(after).toContain(`aws:scheduler/schedule:Schedule ${VAULT}-sweep`);
    }
  });

  test("has no budget unless one is configured, and then allows none to publish", () => {
    expect(stack.list.filter((line) => line.includes("budget"))).toStrictEqual([]);
    const { policy } = stack.inputs("aws:sns/topicPolicy:TopicPolicy");
    expect(policy).not.toContain("budgets");
  });
});
