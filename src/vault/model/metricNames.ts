/**
 * Metric names, shared by the code that emits, alarms on and draws a metric. The vault's own metrics have the dimension
 * `service` (the vault id). Those of a region have `service` and `region`.
 */

export const METRIC_NAMESPACE = "SmartVault";

/** Namespace of what CloudWatch Logs counts in the log of a function. */
export const LOG_NAMESPACE = "SmartVault/Log";

/** Returns the metric of invocations that ran out of memory. A count of log lines has no dimension for the vault. */
export function outOfMemoryMetric(vaultId: string): string {
  return `OutOfMemory.${vaultId}`;
}

/** Metrics of the vault. docs/METRICS.md says what each means, and when it is sent. */
export const METRIC = {
  /** 1, sent by every invocation that completes, whatever it found: the heartbeat. */
  invocationsCompleted: "InvocationsCompleted",
  /** The same for runs only. */
  runsCompleted: "RunsCompleted",
  /** Protected instances, as a run saw them; `zeroMatches` is 1 if none was found. */
  instancesTargeted: "InstancesTargeted",
  zeroMatches: "ZeroMatches",
  /** Actions and reads deferred because of a limit or lack of time; per AWS error code as `ActionsDeferred.<code>`. */
  actionsDeferred: "ActionsDeferred",
  /** Open problems other than notices, reported or not. */
  problemsSeen: "ProblemsSeen",
  /** Snapshots in regions that left the stack, and the sum of their volumes' sizes. */
  leftSnapshots: "LeftRegionSnapshots",
  leftGiB: "LeftRegionGiB",
  /** Duration of a run, in seconds. */
  runDuration: "RunDuration",
} as const;

/** Metrics of a region. */
export const REGION_METRIC = {
  snapshotsStarted: "SnapshotsStarted",
  /** Volumes that have their recovery point of the newest slot; not sent by sweeps. */
  snapshotsCompleted: "SnapshotsCompleted",
  /** Snapshots of the newest slot in state `error`, and CreateSnapshots calls that were refused. */
  snapshotsFailed: "SnapshotsFailed",
  copiesStarted: "CopiesStarted",
  copiesCompleted: "CopiesCompleted",
  copiesFailed: "CopiesFailed",
  copiesDeferred: "CopiesDeferred",
  /** Pending copies in this DR region, including those just started. */
  copiesInFlight: "CopiesInFlight",
  snapshotsDeleted: "SnapshotsDeleted",
  /**
   * Recovery points that can be restored, one per volume and slot, and the sum of their volumes' sizes. This shows what
   * is protected, not what is billed.
   */
  recoveryPoints: "RecoveryPoints",
  protectedGiB: "ProtectedGiB",
  /** Those of instances that have not been backed up for `orphanDays`. */
  orphanPoints: "OrphanRecoveryPoints",
  orphanGiB: "OrphanGiB",
  /** Minutes since the start of the oldest snapshot that has no verified copy in this DR region. */
  oldestMissingCopy: "OldestMissingCopyMinutes",
  /**
   * Hours since the data of a volume's newest recovery point in this region was taken, for the volume that is worst
   * off.
   */
  maxRecoveryPointAge: "MaxRecoveryPointAgeHours",
} as const;

/** Units of CloudWatch. It knows no GiB, minutes or hours, so those are in the metric's name. */
type MetricUnit = "Count" | "Seconds" | "NoUnit";

/** One value of a metric. */
export interface Measured {
  name: string;
  value: number;
  unit: MetricUnit;
  /** Set on a metric of a region. */
  region?: string;
}
