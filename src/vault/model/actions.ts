import type { PlannedChanges } from "./waitingPlans";
import type { Identity } from "./identity";
import type { PointsLook } from "./pointMemory";
import type { Problem } from "./problem";
import type { AttachedVolume, Snapshot, Tags } from "./world";
import type { SnapshotLock } from "./settings";

export interface SnapshotAction {
  kind: "snapshot";
  region: string;
  instanceId: string;
  slot: string;
  /** `set`: one crash-consistent CreateSnapshots. `each`: one CreateSnapshot a volume. */
  mode: "set" | "each";
  volumes: AttachedVolume[];
  excludeBootVolume: boolean;
  excludeDataVolumeIds: string[];
  /** Whether EC2 shall copy each volume's own tags, all of them; else those that fit are written: see volumeTags.ts. */
  copyVolumeTags: boolean;
  /** The most tags that a snapshot may be made with. */
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
  /** When the source was started: how long the copy has been owed. */
  sinceMs: number;
  /** What the copy is to be. */
  identity: Identity;
  /** Set where the source's tags were changed: so are the copy's, and it is in doubt from the start. */
  ofDoubt?: true;
  tags: Tags;
  reason: string;
}

/**
 * Written on a snapshot of the primary region before another goes: before a copy of it does by the DR region's own
 * retention, or before its original does, which had such marks.
 */
export interface ExpiredCopyTag {
  snapshotId: string;
  regions: string[];
}

export interface DeleteAction {
  kind: "delete";
  region: string;
  snapshotId: string;
  /** The snapshot as it was seen. */
  snapshot: Snapshot;
  /** What must remember first that its copies in some regions have lived their time: see {@link ExpiredCopyTag}. */
  expiredCopyTag?: ExpiredCopyTag;
  /** A recovery point past its rules, a second one of the same slot, or what nobody can restore from. */
  because: "retention" | "redundant" | "failed";
  /** The recovery point that it is part of, where that goes whole by its rules: see recoverySets.ts. */
  set?: string;
  /** Set on the snapshot of a root volume: it goes last, so that no data is left without its root. */
  isRoot?: true;
  reason: string;
}

export interface LockAction {
  kind: "lock";
  region: string;
  snapshotId: string;
  /** The copy as it was seen. */
  snapshot: Snapshot;
  mode: SnapshotLock["mode"];
  days: number;
  /** When the copy was started: how long the lock has been owed. */
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
  /** Whether the served slot lacks nothing that this plan does not make, or is closed by it. */
  slotSettled: boolean;
  /** Work under way in AWS that a later pass must look at again, with the time that it began. */
  pending: { snapshotId: string; region: string; sinceMs: number }[];
  /** Of what is kept: what the deletion limit keeps. */
  withheld?: Kept[];
  /** The canonical snapshot of each volume and slot in the primary region; absent where that could not be read. */
  canonical?: readonly Snapshot[];
  /** Which recovery points there are, and which are missed; absent where that was not looked at. */
  points?: PointsLook;
  /** Instances that have not been backed up for `orphanDays`; absent where the instances were not read. */
  orphans?: readonly string[];
  /** What is known of changes after this plan; absent where that was not looked at. */
  changes?: PlannedChanges;
  /** Since when the slot has waited for an instance that EC2 does not show whole yet; a pass looks at it again. */
  waitsSinceMs?: number;
}

/** What became of one action. `deferred` and `skipped` are normal: they neither mail nor count as errors. `planned` is a dry run's. */
export interface Outcome {
  action: Action;
  status: "done" | "deferred" | "skipped" | "failed" | "planned";
  detail: string;
  /** Set on what was not even begun: its kind met a limit before, or time was over. */
  notStarted?: true;
  /** AWS error code, where AWS refused. */
  code?: string;
  requestId?: string;
  /** Of a deletion that something forbids: the AMIs that AWS named, if any. */
  heldBy?: string[];
  /** Snapshots that the action made. */
  snapshotIds: string[];
  /** Why EC2 took no crash-consistent set, so that each volume was snapshotted on its own. */
  brokenSet?: string;
  tagsLeftOut?: TagsLeftOut;
}

/** Tags that AWS did not take, and why. */
export interface TagsLeftOut {
  /** AWS error code. */
  code: string;
  message: string;
  /** Snapshots that lack tags of their volumes; absent: all were made without the tags of instance and volumes. */
  snapshotIds?: string[];
}
