/**
 * The alarms as data: the metric that each watches, when it fires, and how it treats missing data. Pure. alarms.ts
 * makes them, and the tests evaluate them over the metrics of simulated invocations. docs/RUNBOOK.md says what to do
 * when one fires.
 */
import { longestGapMs } from "../../config/schedule";
import { moreMemoryMb } from "../../vault/model/memory";
import {
  LOG_NAMESPACE,
  METRIC,
  METRIC_NAMESPACE,
  REGION_METRIC,
  outOfMemoryMetric,
} from "../../vault/model/metricNames";
import { HOUR_MS } from "../../vault/lib/time";
import { namesOf } from "../../iam/names";

export interface AlarmDefinition {
  /** The alarm's name is `<vault>-<key>`. */
  key: string;
  /** Its page of the runbook is `docs/RUNBOOK.md#alarm-<page>`. */
  page: string;
  /** The state of things in ALARM, as a sentence without its full stop. */
  says: string;
  namespace: string;
  metricName: string;
  dimensions: Readonly<Record<string, string>>;
  statistic: "Sum" | "Maximum" | "Minimum";
  periodSeconds: number;
  /** Number of the last `of` periods that must breach the threshold. */
  datapoints: number;
  of: number;
  comparison: "GreaterThanOrEqualToThreshold" | "GreaterThanThreshold" | "LessThanThreshold";
  threshold: number;
  /** `ignore`: the alarm keeps its state until there is data again. */
  missing: "breaching" | "notBreaching" | "ignore";
  /** Reason for this treatment of missing data. */
  because: string;
}

export interface Watched {
  vaultId: string;
  primaryRegion: string;
  drRegions: readonly string[];
  schedule: string;
  timezone: string;
  startWindowHours: number;
  timeoutSeconds: number;
  memoryMb: number;
  maxRecoveryPointAgeHours: number;
  copyOverdueHours: number;
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
/**
 * Fires within five minutes, and lasts a little more than two hours. A problem that recurs with every hourly sweep is
 * then one alarm, not an ALARM and an OK per hour.
 */
const AT_ONCE_AND_HELD = { periodSeconds: 5 * MINUTE_SECONDS, datapoints: 1, of: 25 };
/** Hours by which a recovery point may be older than expected. */
const GRACE_HOURS = 2;
/** Hours without a heartbeat after which the alarm fires: two sweeps may be lost or late. */
const SILENT_HOURS = 3;

/**
 * Returns the age from which a recovery point is too old. A run sees the recovery point of the previous run. That is as
 * old as the schedule's gap, and may have been taken at the end of its slot's window. `undefined`: the runs end, and
 * nothing is too old.
 */
export function staleHours(
  watched: Pick<Watched, "schedule" | "timezone" | "startWindowHours" | "maxRecoveryPointAgeHours">,
): number | undefined {
  if (watched.maxRecoveryPointAgeHours > 0) return watched.maxRecoveryPointAgeHours;
  const gapHours = longestGapMs(watched.schedule, watched.timezone) / HOUR_MS;
  if (gapHours === Infinity) return undefined;
  return Math.ceil(gapHours) + watched.startWindowHours + GRACE_HOURS;
}

/**
 * Returns the duration that counts as near the timeout. The function reserves its last minute for the report, so a long
 * invocation ends a minute early, which is normal. It is near its timeout if it has also used half of that minute, and
 * at least 90 % of the time.
 */
export function nearTimeoutMs(timeoutSeconds: number): number {
  return Math.max(0.9 * timeoutSeconds, timeoutSeconds - MINUTE_SECONDS / 2) * 1_000;
}

/**
 * Returns the alarms on AWS/Lambda metrics. Lambda sends these with every invocation, and sends none while nothing
 * runs.
 */
function lambdaAlarms({ vaultId, timeoutSeconds }: Watched): AlarmDefinition[] {
  const common = {
    namespace: "AWS/Lambda",
    dimensions: { FunctionName: namesOf(vaultId).function },
    missing: "notBreaching",
    because: "without invocations nothing fails; no-heartbeat notices that there are none",
  } as const;
  return [
    {
      ...common,
      key: "errors",
      page: "errors",
      says: "an invocation failed; the mail of the same time says why",
      metricName: "Errors",
      statistic: "Sum",
      ...AT_ONCE_AND_HELD,
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: 1,
    },
    {
      // A sweep that waits for a long follow-up to end is throttled too, for at most a quarter of each hour, or half of
      // the periods. So only lasting throttling is wrong. Lambda retries every five minutes at the latest (Lambda
      // developer guide, "How Lambda handles errors and retries with asynchronous invocation").
      ...common,
      key: "throttles",
      page: "throttles",
      says: "for more than an hour Lambda has refused invocations: the function's concurrency is taken",
      metricName: "Throttles",
      statistic: "Sum",
      periodSeconds: 15 * MINUTE_SECONDS,
      datapoints: 6,
      of: 8,
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: 1,
    },
    {
      ...common,
      key: "duration",
      page: "duration",
      says: `an invocation came near its timeout of ${timeoutSeconds} seconds`,
      metricName: "Duration",
      statistic: "Maximum",
      ...AT_ONCE_AND_HELD,
      comparison: "GreaterThanThreshold",
      threshold: nearTimeoutMs(timeoutSeconds),
    },
  ];
}

/**
 * Returns the alarm on what outOfMemory.ts counts in the log. The alarm `errors` goes off too; this one says what the error
 * was.
 */
function outOfMemory({ vaultId, memoryMb }: Watched): AlarmDefinition {
  const more = moreMemoryMb(memoryMb);
  const advice = more === undefined ? "the most that Lambda has" : `set memoryMb to ${more}`;
  return {
    key: "out-of-memory",
    page: "out-of-memory",
    says: `an invocation ran out of its ${memoryMb} MB of memory: ${advice}`,
    namespace: LOG_NAMESPACE,
    metricName: outOfMemoryMetric(vaultId),
    dimensions: {},
    statistic: "Sum",
    ...AT_ONCE_AND_HELD,
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    missing: "notBreaching",
    because: "it is counted only when it happens",
  };
}

/**
 * Returns the alarm on AWS/Scheduler metrics, by schedule group (EventBridge Scheduler user guide, "Monitoring with
 * CloudWatch"). It does not use Lambda's AsyncEventsDropped, which without retries counts every failed invocation a
 * second time.
 */
function dropped({ vaultId }: Watched): AlarmDefinition {
  return {
    key: "dropped",
    page: "dropped",
    says: "EventBridge Scheduler gave up calling the function",
    namespace: "AWS/Scheduler",
    metricName: "InvocationDroppedCount",
    dimensions: { ScheduleGroup: namesOf(vaultId).scheduleGroup },
    statistic: "Sum",
    ...AT_ONCE_AND_HELD,
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    missing: "notBreaching",
    because: "it is sent only when a call is dropped",
  };
}

/**
 * Returns the dead man's switch. Every stack has the hourly sweep, whatever its schedule, so this alarm watches the
 * sweep; the sweep in turn detects a missed run (slots.ts). The function itself sends the metric at the end of an
 * invocation. The metric stops when nothing invokes the function, when the function always crashes, and when its
 * metrics do not arrive, without which the alarms below are blind too. Periods are short, because CloudWatch waits for
 * some periods more than it evaluates.
 */
function noHeartbeat({ vaultId }: Watched): AlarmDefinition {
  const periodSeconds = 5 * MINUTE_SECONDS;
  const periods = (SILENT_HOURS * HOUR_SECONDS) / periodSeconds;
  return {
    key: "no-heartbeat",
    page: "no-heartbeat",
    says: `the function has completed no invocation for ${SILENT_HOURS} hours: nothing is backed up, copied or checked`,
    namespace: METRIC_NAMESPACE,
    dimensions: { service: vaultId },
    metricName: METRIC.invocationsCompleted,
    statistic: "Sum",
    periodSeconds,
    datapoints: periods,
    of: periods,
    comparison: "LessThanThreshold",
    threshold: 1,
    missing: "breaching",
    because: "silence is what it watches for",
  };
}

function noMatch({ vaultId }: Watched): AlarmDefinition {
  return {
    // This does not use ZeroMatches, which is sent only while nothing matches: it could not distinguish a successful
    // night from none.
    namespace: METRIC_NAMESPACE,
    dimensions: { service: vaultId },
    periodSeconds: HOUR_SECONDS,
    key: "no-match",
    page: "no-match",
    says: "the last run found no instance with the backup tag: nothing is backed up",
    metricName: METRIC.instancesTargeted,
    statistic: "Minimum",
    datapoints: 1,
    of: 1,
    comparison: "LessThanThreshold",
    threshold: 1,
    missing: "ignore",
    because: "it is sent once a run, and holds until the next one",
  };
}

function regionAlarms(watched: Watched): AlarmDefinition[] {
  const { vaultId, primaryRegion, drRegions, copyOverdueHours } = watched;
  const common = (region: string) => ({
    namespace: METRIC_NAMESPACE,
    dimensions: { service: vaultId, region },
    statistic: "Maximum" as const,
    periodSeconds: HOUR_SECONDS,
    datapoints: 1,
    comparison: "GreaterThanThreshold" as const,
  });
  const hours = staleHours(watched);
  const stale = (region: string): AlarmDefinition => ({
    ...common(region),
    key: `stale-${region}`,
    page: "stale",
    says: `the newest recovery point in ${region} of some instance was older than ${hours} hours at the last run`,
    metricName: REGION_METRIC.maxRecoveryPointAge,
    of: 1,
    threshold: hours ?? Infinity,
    missing: "ignore",
    because: "it is sent once a run, and holds until the next one",
  });
  const overdue = (region: string): AlarmDefinition => ({
    // Two hours, because sweeps are an hour and some seconds apart: at least one of the two has one.
    ...common(region),
    key: `overdue-${region}`,
    page: "overdue",
    says: `for more than ${copyOverdueHours} hours a snapshot has had no verified copy in ${region}`,
    metricName: REGION_METRIC.oldestMissingCopy,
    of: 2,
    threshold: 60 * copyOverdueHours,
    missing: "notBreaching",
    because: "every sweep sends it while a copy is missing, and none when all are there",
  });
  return [...(hours === undefined ? [] : [primaryRegion, ...drRegions].map(stale)), ...drRegions.map(overdue)];
}

/** Returns every alarm of a vault. */
export function alarmTable(watched: Watched): AlarmDefinition[] {
  return [
    ...lambdaAlarms(watched),
    outOfMemory(watched),
    dropped(watched),
    noHeartbeat(watched),
    noMatch(watched),
    ...regionAlarms(watched),
  ];
}
