/** Names shared by what emits a metric and what alarms on it. */

/** Namespace of the vault's own metrics; their one dimension is `service`, the vault id. */
export const METRIC_NAMESPACE = "SmartVault";

export const METRIC = {
  runsCompleted: "RunsCompleted",
  snapshotsStarted: "SnapshotsStarted",
  copiesStarted: "CopiesStarted",
  snapshotsDeleted: "SnapshotsDeleted",
  actionsDeferred: "ActionsDeferred",
  problemsSeen: "ProblemsSeen",
} as const;
