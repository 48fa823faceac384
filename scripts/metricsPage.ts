/**
 * docs/METRICS.md, generated from the names of metrics and a text for each: a metric without a text does not compile.
 */
import { METRIC, METRIC_NAMESPACE, REGION_METRIC } from "../src/vault/model/metricNames";

interface MetricText {
  unit: "Count" | "Seconds" | "None";
  sent: string;
  means: string;
}

const IF_NOT_ZERO = "if not zero";

const OF_VAULT: Record<keyof typeof METRIC, MetricText> = {
  invocationsCompleted: {
    unit: "Count",
    sent: "by each invocation that completes, even if it reports a failure",
    means: "1, as a heartbeat. An invocation that crashes or is killed sends none",
  },
  runsCompleted: { unit: "Count", sent: "by each run that completes", means: "1, whatever the run found" },
  instancesTargeted: {
    unit: "Count",
    sent: "by each run that could read instances, even if zero",
    means: "instances with the backup tag",
  },
  zeroMatches: { unit: "Count", sent: "by each invocation that read instances and found none", means: "1" },
  actionsDeferred: {
    unit: "Count",
    sent: IF_NOT_ZERO,
    means:
      "actions and reads deferred because of a limit, a lost response or lack of time. Later invocations do them. An action that waits for its next attempt does not count. `ActionsDeferred.<code>` is the number for one of AWS's error codes. `NoTime` means that the invocation ran out of time",
  },
  problemsSeen: {
    unit: "Count",
    sent: IF_NOT_ZERO,
    means: "open problems, whether mailed today or not. Notices do not count",
  },
  leftSnapshots: {
    unit: "Count",
    sent: "once a day by a sweep, as long as a region that left the stack has snapshots of the vault",
    means: "snapshots in all such regions, which the vault no longer deletes",
  },
  leftGiB: { unit: "None", sent: "with `LeftRegionSnapshots`", means: "sum of the sizes of their volumes, in GiB" },
  runDuration: {
    unit: "Seconds",
    sent: "by each run",
    means: "time from the run's first log line to the end of its report",
  },
};

const OF_REGION: Record<keyof typeof REGION_METRIC, MetricText> = {
  snapshotsStarted: { unit: "Count", sent: `${IF_NOT_ZERO}; primary region`, means: "snapshots that were started" },
  snapshotsCompleted: {
    unit: "Count",
    sent: `by runs and follow-ups, ${IF_NOT_ZERO}; primary region`,
    means: "volumes whose recovery point of the newest slot is completed. This is a gauge, so use its maximum",
  },
  snapshotsFailed: {
    unit: "Count",
    sent: `${IF_NOT_ZERO}; primary region`,
    means: "snapshots of the newest slot in state `error`, and calls that AWS refused",
  },
  copiesStarted: {
    unit: "Count",
    sent: IF_NOT_ZERO,
    means: "copies that were started. In the primary region these are encrypted replacements",
  },
  copiesCompleted: {
    unit: "Count",
    sent: `by runs and follow-ups, ${IF_NOT_ZERO}; DR regions`,
    means: "volumes whose copy of the newest slot is verified there (a gauge)",
  },
  copiesFailed: {
    unit: "Count",
    sent: `${IF_NOT_ZERO}; DR regions`,
    means: "copies of the newest slot in state `error` there, and calls that AWS refused",
  },
  copiesDeferred: { unit: "Count", sent: IF_NOT_ZERO, means: "copies that were deferred" },
  copiesInFlight: {
    unit: "Count",
    sent: `${IF_NOT_ZERO}; DR regions`,
    means: "copies in progress there, including those just started (a gauge)",
  },
  snapshotsDeleted: { unit: "Count", sent: IF_NOT_ZERO, means: "snapshots or copies that were deleted" },
  recoveryPoints: {
    unit: "Count",
    sent: "by each run that could read the region, even if zero",
    means: "completed snapshots, or verified copies in a DR region, one per volume and slot",
  },
  protectedGiB: { unit: "None", sent: "with `RecoveryPoints`", means: "sum of the sizes of their volumes, in GiB" },
  orphanPoints: {
    unit: "Count",
    sent: `by each run that read instances and the region, ${IF_NOT_ZERO}`,
    means: "recovery points of instances that have not been backed up for `orphanDays`",
  },
  orphanGiB: { unit: "None", sent: "with `OrphanRecoveryPoints`", means: "sum of the sizes of their volumes, in GiB" },
  oldestMissingCopy: {
    unit: "None",
    sent: "by each invocation that finds one missing; DR regions",
    means: "minutes since the start of the oldest completed snapshot that has no verified copy there",
  },
  maxRecoveryPointAge: {
    unit: "None",
    sent: "by each run, if an instance has a recovery point there",
    means: "hours since the data of a volume's newest recovery point was taken, for the volume where that is longest",
  },
};

const ABOUT = `The function sends these metrics to CloudWatch, in the namespace \`${METRIC_NAMESPACE}\` of the primary region, as embedded metric
format (EMF) in its log. \`service\` is the vault id, for example \`smart-vault-prod\`. \`region\` is the region that a metric describes. For a DR
region, that is not the region it is sent to.

CloudWatch bills a custom metric by the hours in which it is sent. The function therefore sends counts only if they are not zero, and totals
once per run. An idle sweep sends only its heartbeat.`;

const NOTES = `CloudWatch Logs counts \`OutOfMemory.<vault id>\` in the namespace \`SmartVault/Log\`, without a dimension: lines of the log which say that
an invocation ran out of memory. The function cannot send that itself.

A run measures before it acts, so \`MaxRecoveryPointAgeHours\` of a nightly vault is 24, not 0. A volume without a recovery point in a region does
not count there. Either it is new and waits for its first run, or it cannot be backed up, and a mail says so when its slot closes.

**\`ProtectedGiB\` is not what you are billed for**, nor are \`OrphanGiB\` and \`LeftRegionGiB\`. It is the sum of volume sizes, which is what you
could restore. Snapshots are incremental. You are billed for the blocks that changed since the snapshot before, and for blocks of deleted
snapshots that other snapshots still need
(AWS, [How Amazon EBS snapshots work](https://docs.aws.amazon.com/ebs/latest/userguide/how_snapshots_work.html)). EC2 reports a snapshot's full
size (\`FullSnapshotSizeInBytes\`), but only the bill shows its increment. See [the budget](RUNBOOK.md#the-budget).`;

function tableOf<K extends string>(
  names: Readonly<Record<K, string>>,
  texts: Readonly<Record<K, MetricText>>,
): string[] {
  const rows = (Object.keys(names) as K[]).map((key) => {
    const { unit, sent, means } = texts[key];
    return `| \`${names[key]}\` | ${unit} | ${sent} | ${means} |`;
  });
  return ["| name | unit | sent | means |", "|---|---|---|---|", ...rows, ""];
}

/** Returns the page. */
export function metricsPage(): string {
  return [
    "# Metrics",
    "",
    "<!-- Made from src/vault/model/metricNames.ts and scripts/metricsPage.ts by `npm run docs`. -->",
    "",
    ABOUT,
    "",
    "## Vault metrics: dimension `service`",
    "",
    ...tableOf(METRIC, OF_VAULT),
    "## Region metrics: dimensions `service`, `region`",
    "",
    ...tableOf(REGION_METRIC, OF_REGION),
    NOTES,
    "",
  ].join("\n");
}
