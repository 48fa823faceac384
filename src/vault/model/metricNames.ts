/**
 * Names shared by what emits a metric, what alarms on it and what draws it. Two kinds of dimensions: the vault's own metrics
 * have `service` (the vault id), those of a region `service` and `region`.
 */

export const METRIC_NAMESPACE = "SmartVault";

/** Of the vault. What each means, and when it is sent: docs/METRICS.md. */
export const METRIC = {
  /** 1 by every invocation that came to its end, whatever it found: the heartbeat. */
  invocationsCompleted: "InvocationsCompleted",
  /** The same of runs alone. */
  runsCompleted: "RunsCompleted",
  /** Protected instances, as a run saw them; `zeroMatches` is 1 where there are none. */
  instancesTargeted: "InstancesTargeted",
  zeroMatches: "ZeroMatches",
  /** Put off for a limit or for time; by AWS's code for why as `ActionsDeferred.<code>`. */
  actionsDeferred: "ActionsDeferred",
  /** Problems that are no notices, told or not. */
  problemsSeen: "ProblemsSeen",
  /** What is left in regions that left the stack, and the sum of its volumes' sizes. */
  leftSnapshots: "LeftRegionSnapshots",
  leftGiB: "LeftRegionGiB",
  /** Seconds, of a run. */
  runDuration: "RunDuration",
} as const;

/** Of a region. */
export const REGION_METRIC = {
  snapshotsStarted: "SnapshotsStarted",
  /** Volumes that have their recovery point of the newest slot; not sent by sweeps. */
  snapshotsCompleted: "SnapshotsCompleted",
  /** Of the newest slot in state error, and CreateSnapshots calls that were refused. */
  snapshotsFailed: "SnapshotsFailed",
  copiesStarted: "CopiesStarted",
  copiesCompleted: "CopiesCompleted",
  copiesFailed: "CopiesFailed",
  copiesDeferred: "CopiesDeferred",
  /** Copies that EC2 is at work on in this DR region, those just begun among them. */
  copiesInFlight: "CopiesInFlight",
  snapshotsDeleted: "SnapshotsDeleted",
  /** One a volume and slot that can be restored from, and the sum of their volumes' sizes: what is protected, not what is billed. */
  recoveryPoints: "RecoveryPoints",
  protectedGiB: "ProtectedGiB",
  /** Of these: what instances have that have not been backed up for `orphanDays`. */
  orphanPoints: "OrphanRecoveryPoints",
  orphanGiB: "OrphanGiB",
  /** Minutes since the start of the oldest snapshot that this DR region has no verified copy of. */
  oldestMissingCopy: "OldestMissingCopyMinutes",
  /** Hours since the data of the newest recovery point in this region of the instance that is worst off. */
  maxRecoveryPointAge: "MaxRecoveryPointAgeHours",
} as const;

/** CloudWatch has no GiB, no minutes and no hours: those are in the name. */
type MetricUnit = "Count" | "Seconds" | "NoUnit";

/** One value of a metric. */
export interface Measured {
  name: string;
  value: number;
  unit: MetricUnit;
  /** Set on a metric of a region. */
  region?: string;
}
