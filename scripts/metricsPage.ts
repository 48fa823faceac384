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
    means: "1: the heartbeat. An invocation that crashes or is killed sends none",
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
      "actions and reads deferred for a limit, a lost answer or lack of time. Later invocations do them. An action that waits for its next attempt does not count. `ActionsDeferred.<code>` is the same by AWS's error code; `NoTime` means that the invocation's time was over",
  },
  problemsSeen: {
    unit: "Count",
    sent: IF_NOT_ZERO,
    means: "problems that exist, mailed today or not. Notices do not count",
  },
  leftSnapshots: {
    unit: "Count",
    sent: "once a day, by the sweep that looks, while a region that left the stack has snapshots of the vault",
    means: "snapshots in all such regions. The vault no longer deletes any of them",
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
    means: "volumes whose recovery point of the newest slot is completed. This is a level, so use its maximum",
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
    means: "volumes whose copy of the newest slot is verified there: a level",
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
    means: "copies that EC2 is making there, including those just started: a level",
  },
  snapshotsDeleted: { unit: "Count", sent: IF_NOT_ZERO, means: "snapshots or copies that were deleted" },
  recoveryPoints: {
    unit: "Count",
    sent: "by each run that could read the region, even if zero",
    means: "completed snapshots, in a DR region verified copies, one per volume and slot",
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
    means: "hours since the data of the newest recovery point of the volume that is worst off",
  },
};

const ABOUT = `The function sends these metrics to CloudWatch, in the namespace \`${METRIC_NAMESPACE}\` of the primary region, as embedded metric
format (EMF) in its log. \`service\` is the vault id, for example \`smart-vault-prod\`. \`region\` is the region that a metric is about; for a DR
region that is not the one it is sent to.

CloudWatch bills a custom metric by the hours in which it is sent. So counts are sent only if they are not zero, totals once per run, and an idle
sweep sends only its heartbeat.`;

const NOTES = `A run measures what it sees before it does anything, so \`MaxRecoveryPointAgeHours\` of a nightly vault is 24, not 0. A volume without a recovery
point in a region does not count there: a new one has its first run ahead, and one that cannot be backed up is reported by mail when its slot closes.

**\`ProtectedGiB\` is not what you are billed for**, nor are \`OrphanGiB\` and \`LeftRegionGiB\`. It is the sum of volume sizes: what you could restore.
Snapshots are incremental. You are billed for the blocks that changed since the snapshot before, and for blocks of deleted snapshots that others
still need (AWS, [How Amazon EBS snapshots work](https://docs.aws.amazon.com/ebs/latest/userguide/how_snapshots_work.html)). EC2 reports a
snapshot's full size (\`FullSnapshotSizeInBytes\`), but only the bill shows its increment: see [the budget](RUNBOOK.md#the-budget).`;

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
    "## Of the vault: dimension `service`",
    "",
    ...tableOf(METRIC, OF_VAULT),
    "## Of a region: dimensions `service`, `region`",
    "",
    ...tableOf(REGION_METRIC, OF_REGION),
    NOTES,
    "",
  ].join("\n");
}
