import type { PlannedChanges } from "./memory/waitingPlans";
import type { Identity } from "./identity";
import type { PointsLook } from "./memory/pointMemory";
import type { Problem } from "./problem";
import type { AttachedVolume, Snapshot, Tags } from "./world";
import type { SnapshotLock } from "./settings";

export interface SnapshotAction {
  kind: "snapshot";
  region: string;
  instanceId: string;
  slot: string;
  /** `set`: one crash-consistent CreateSnapshots. `each`: one CreateSnapshot per volume. */
  mode: "set" | "each";
  volumes: AttachedVolume[];
  excludeBootVolume: boolean;
  excludeDataVolumeIds: string[];
  /** True if EC2 copies all of each volume's own tags; otherwise the vault writes those that fit (volumeTags.ts). */
  copyVolumeTags: boolean;
  /** Highest number of tags that a snapshot is created with. */
  maxTags: number;
  tags: Tags;
  reason: string;
}

export interface CopyAction {
  kind: "copy";
  region: string;
  sourceSnapshotId: string;
  sourceRegion: string;
  kmsKeyArn: string;
  /** Start of the source snapshot: the copy has been due since then. */
  sinceMs: number;
  /** Identity that the copy gets. */
  identity: Identity;
  /**
   * Set if the source is in doubt because its tags were changed. The copy has the same tags, so it is in doubt from the
   * start.
   */
  ofDoubt?: true;
  tags: Tags;
  reason: string;
}

/**
 * Copy-expired tag, written on a snapshot of the primary region before another snapshot is deleted. That is a copy that
 * the DR region's own retention deletes, or an original whose replacement lacks the tag.
 */
export interface ExpiredCopyTag {
  snapshotId: string;
  regions: string[];
}

export interface DeleteAction {
  kind: "delete";
  region: string;
  snapshotId: string;
  /** Snapshot as it was read. */
  snapshot: Snapshot;
  /** Tag that must be written first, if any. */
  expiredCopyTag?: ExpiredCopyTag;
  /** Reason: past its rules, a redundant snapshot, or one that nobody can restore from. */
  because: "retention" | "redundant" | "failed";
  /** Key of its recovery point, if the rules delete that as a whole: see recoverySets.ts. */
  set?: string;
  /** Set on the snapshot of a root volume. It is deleted last, so that no data is left without its root. */
  isRoot?: true;
  reason: string;
}

export interface LockAction {
  kind: "lock";
  region: string;
  snapshotId: string;
  /** Copy as it was read. */
  snapshot: Snapshot;
  mode: SnapshotLock["mode"];
  days: number;
  /** Start of the copy: the lock has been due since then. */
  sinceMs: number;
  reason: string;
}

export type Action = SnapshotAction | CopyAction | DeleteAction | LockAction;

export interface Kept {
  region: string;
  snapshotId: string;
  reason: string;
}

export interface Plan {
  actions: Action[];
  kept: Kept[];
  problems: Problem[];
  /** True if the target slot lacks nothing but what this plan creates, or if this plan closes it. */
  slotSettled: boolean;
  /** Work under way in AWS that a later invocation must check again, with its start. */
  pending: { snapshotId: string; region: string; sinceMs: number }[];
  /** Part of `kept`: what the deletion limit keeps. */
  withheld?: Kept[];
  /** Canonical snapshot of each volume and slot in the primary region; absent if that region could not be read. */
  canonical?: readonly Snapshot[];
  /** Recovery points that exist and that are missing; absent if this was not checked. */
  points?: PointsLook;
  /** Instances that have not been backed up for `orphanDays`; absent if the instances were not read. */
  orphans?: readonly string[];
  /** Change memory and waiting plans after this plan; absent if they were not read. */
  changes?: PlannedChanges;
  /** Time since which the slot has waited for an instance that EC2 does not show whole yet; a follow-up looks again. */
  waitsSinceMs?: number;
}

/**
 * Outcome of one action. `deferred` and `skipped` are normal and not failures. `planned` is the outcome of a dry run.
 */
export interface Outcome {
  action: Action;
  status: "done" | "deferred" | "skipped" | "failed" | "planned";
  detail: string;
  /** Set if the action was not started, for example because its kind met a limit or time ran out. */
  notStarted?: true;
  /** AWS error code, if AWS refused the action. */
  code?: string;
  requestId?: string;
  /** AMIs that AWS named, possibly none, if something forbids a deletion. */
  heldBy?: string[];
  /** Snapshots that the action created. */
  snapshotIds: string[];
  /** Reason why EC2 refused a crash-consistent set, so that each volume was snapshotted on its own. */
  brokenSet?: string;
  tagsLeftOut?: TagsLeftOut;
}

/** Tags that AWS refused, and why. */
export interface TagsLeftOut {
  /** AWS error code. */
  code: string;
  message: string;
  /**
   * Snapshots that lack tags of their volumes; absent: everything was created without the tags of instance and volumes.
   */
  snapshotIds?: string[];
}
