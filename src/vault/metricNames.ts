/**
 * Names shared by what emits a metric, what alarms on it and what draws it. Two kinds of dimensions: the vault's own metrics
 * have `service` (the vault id), those of a region `service` and `region`.
 */

export const METRIC_NAMESPACE = "SmartVault";

/** Of the vault. */
export const METRIC = {
  runsCompleted: "RunsCompleted",
  /** Protected instances, as a run saw them; `zeroMatches` is 1 where there are none. */
  instancesTargeted: "InstancesTargeted",
  zeroMatches: "ZeroMatches",
  actionsDeferred: "ActionsDeferred",
  problemsSeen: "ProblemsSeen",
  /** Seconds. */
  runDuration: "RunDuration",
} as const;

/** Of a region. */
export const REGION_METRIC = {
  snapshotsStarted: "SnapshotsStarted",
  snapshotsCompleted: "SnapshotsCompleted",
  snapshotsFailed: "SnapshotsFailed",
  copiesStarted: "CopiesStarted",
  copiesCompleted: "CopiesCompleted",
  copiesFailed: "CopiesFailed",
  copiesDeferred: "CopiesDeferred",
  snapshotsDeleted: "SnapshotsDeleted",
  /** Completed recovery points, and the sum of their volumes' sizes: what is protected, not what is billed. */
  recoveryPoints: "RecoveryPoints",
  protectedGiB: "ProtectedGiB",
  /** Minutes since the start of the oldest snapshot that this DR region has no sound copy of. */
  oldestMissingCopy: "OldestMissingCopyMinutes",
  /** Hours since the newest recovery point in this region of the instance that is worst off. */
  stalestInstance: "StalestInstanceHours",
} as const;

/** CloudWatch has no GiB, no minutes and no hours: those are in the name. */
export type MetricUnit = "Count" | "Seconds" | "NoUnit";

/** One value of a metric. */
export interface Measured {
  name: string;
  value: number;
  unit: MetricUnit;
  /** Set on a metric of a region. */
  region?: string;
}
