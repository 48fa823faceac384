/**
 * The data that flows through the vault: observe → plan → apply → report. Plain records only: Pulumi's serializer
 * carries functions and plain data into the Lambda archive, and breaks classes, Map, Set and Date.
 */

import type { ChangeMemory } from "../changes/changeMemory";
import type { PlannedChanges } from "../changes/changePlans";
import type { Dropout } from "./dropout";
import type { Doubt, Identity, Stranger } from "./identity";
import type { SeenLeft } from "./leftRegion";
import type { PointsLook } from "../missing/missingPoints";
import type { PointMemory } from "../missing/pointMemory";

export type Tags = Readonly<Record<string, string>>;

/** What one deployed stack knows of itself. Captured by the Lambda's closure as one plain literal. */
export interface VaultSettings {
  /** `<project>-<stack>`: the value of the vault tag on everything it makes. */
  vaultId: string;
  primaryRegion: string;
  /** Where copies are kept, and the key that each must be encrypted under there. */
  dr: readonly KeyedRegion[];
  /** ARN of the key that snapshots of unencrypted volumes are encrypted under; absent: they stay as they are. */
  primaryKeyArn?: string;
  /** Everything but writes to EC2: what would have been done is logged and mailed. */
  dryRun: boolean;
  /** Tags for everything that the vault makes: the stack's resources, snapshots and copies. */
  tags: Tags;
  /** Instances with this tag are protected; a volume tagged `<tagKey>=exclude` is left out. */
  tagKey: string;
  /** What is kept, by the value of that tag: an instance with any of these is protected. */
  policies: Readonly<Record<string, KeepPolicy>>;
  /** So many of a volume's newest recovery points stay in either region, whatever the rules say. */
  keepAtLeast: number;
  /** The least that an instance's own tags may ask of a rule; without, no less than its policy has of it. */
  overrideMin: KeepRules;
  /** The most that an instance's own tags may ask of a rule. A rule that is not here is nobody's to change. */
  overrideMax: KeepRules;
  /** What becomes of a volume's recovery points `orphanDays` after it is not backed up any more. */
  orphans: "keep-last" | "keep" | "expire";
  orphanDays: number;
  /** Days after a mail for which what a change would delete is kept. */
  editGraceDays: number;
  /** The deletion limit: more than this share of an instance's recovery points in a region, or (above 0) this number in a region, is not deleted. */
  maxDeletePercent: number;
  maxDeletes: number;
  /** Hashes of the plans that the brake lets pass. */
  allowDeletePlan: readonly string[];
  /** The schedule and its time zone, from which a sweep knows the slot of a run that never came. */
  schedule: string;
  timezone: string;
  /** Hours that a slot stays open: what it lacks is made until then, and told afterwards. */
  startWindowHours: number;
  /** Hours after which a copy that is still pending is told. */
  copyStuckHours: number;
  /** How copies are locked; absent: they are not. */
  lock?: SnapshotLock;
  /** Where records and manifests are written; absent: nowhere. */
  audit?: AuditTarget;
  /** What is mailed: problems and notices; each run's result, too; or once a week how the vault stands, too. */
  mailOn: "failure" | "always" | "weekly-summary";
  topicArn: string;
  /** The vault's alarm clock: one EventBridge Scheduler schedule, and the role it calls the function with. */
  clock: { name: string; groupName: string; roleArn: string };
}

/** A region with the KMS key of its copies: an ARN, not an alias, since EC2 answers with the ARN. */
export interface KeyedRegion {
  region: string;
  keyArn: string;
}

/** The audit bucket, in the first DR region. */
export interface AuditTarget {
  bucket: string;
  region: string;
  /** `<bucket>.s3.<region>.amazonaws.com`, or what the partition has for it. */
  host: string;
}

/** EC2 Snapshot Lock, as configured for copies. */
export interface SnapshotLock {
  mode: "governance" | "compliance";
  /** Days of a copy's life for which nobody can delete it. */
  days: number;
}

/** What keeps and deletes are decided by: the part of the settings that the pure core needs. */
export type VaultPolicy = Pick<
  VaultSettings,
  | "vaultId"
  | "primaryRegion"
  | "dr"
  | "primaryKeyArn"
  | "tags"
  | "tagKey"
  | "policies"
  | "keepAtLeast"
  | "overrideMin"
  | "overrideMax"
  | "orphans"
  | "orphanDays"
  | "editGraceDays"
  | "maxDeletePercent"
  | "maxDeletes"
  | "allowDeletePlan"
  | "schedule"
  | "timezone"
  | "startWindowHours"
  | "copyStuckHours"
  | "lock"
  | "dryRun"
>;

/**
 * What is kept of one volume's points in one region, with the meaning of restic's `forget`: a point stays where any
 * rule wants it. A count is of periods that have a point; -1 is all of them, 0 or absent is none.
 */
export interface KeepRules {
  last?: number;
  hourly?: number;
  daily?: number;
  weekly?: number;
  monthly?: number;
  yearly?: number;
  /** Calendar distance from the newest point: `1y5m7d2h`, each part optional. */
  within?: string;
  /** Days of 24 hours, from the point's own start up to now. Not restic's: the vault's first and simplest rule. */
  retentionDays?: number;
}

/** What is kept of a volume in the primary region, and of its copies. */
export interface KeepPolicy {
  keep: KeepRules;
  drKeep: KeepRules;
}

/** One EBS volume as attached to one instance; what is needed to make it again. */
export interface AttachedVolume {
  volumeId: string;
  deviceName: string;
  isRoot: boolean;
  volumeType?: string;
  sizeGiB?: number;
  iops?: number;
  throughputMiBps?: number;
  tags: Tags;
}

export interface ProtectedInstance {
  instanceId: string;
  instanceType: string;
  availabilityZone: string;
  tags: Tags;
  /** Volumes that its own mappings show. */
  volumes: AttachedVolume[];
  /** pending | running | stopping | stopped, where EC2 says so. */
  state?: string;
  /** When it was launched, or started last after a stop. */
  launchTimeMs?: number;
  /** Set where it boots from EBS and no mapping shows its root device. */
  lacksRoot?: true;
  /** Volumes that DescribeVolumes shows attached to it and its mappings lack: see wholeness.ts. */
  unmapped?: AttachedVolume[];
}

/** A snapshot of this vault, in the primary region (a recovery point's part) or in the DR region (a copy). */
export interface Snapshot {
  snapshotId: string;
  region: string;
  identity: Identity;
  /** Absent: nothing contradicts its Description. */
  doubt?: Doubt;
  /** The volume whose data it holds: by EC2, or of a copy by its Description, since EC2 gives copies an arbitrary one. */
  volumeId: string;
  /** pending | completed | error | recoverable | recovering */
  state: string;
  startTimeMs: number;
  /** When it was completed, where EC2 says so. */
  completedMs?: number;
  sizeGiB: number;
  encrypted: boolean;
  kmsKeyId?: string;
  /** EC2's `StateMessage`, where asynchronous copy and key failures show. */
  stateMessage?: string;
  /** standard | archive */
  storageTier?: string;
  /** Set while an archived one is restored, or on its way there. */
  restoreExpiryTimeMs?: number;
  tags: Tags;
}

/** What was seen. A part that could not be read is `undefined`, and nothing that needs it is planned. */
export interface World {
  /** `undefined` also when the wake does not create, so that a pass costs no instance reads. */
  instances?: ProtectedInstance[];
  snapshots?: Snapshot[];
  /** By DR region. One that could not be read is not here. */
  copies: Readonly<Record<string, Snapshot[]>>;
  /** By ARN, the state of each of the vault's keys. Absent in worlds that were not observed: then all are enabled. */
  keys?: Readonly<Record<string, KeyState>>;
  /** Snapshots that carry the vault's tag and are not the vault's, where this invocation looked for them. */
  strangers?: readonly Stranger[];
  /** Absent where nobody is missing; `unseen` where somebody is and could not be looked up. */
  dropouts?: Dropout[] | "unseen";
  /** Which recovery points the clock expects; absent where it could not be read: then none is missed. */
  points?: PointMemory;
  /** What is left in the regions that left the stack, where this invocation looked. */
  left?: readonly SeenLeft[];
  /** What the clock carries of changes; `unread` where it could not be read: then no recovery point is deleted. */
  changes?: ChangeMemory | "unread";
  problems: Problem[];
  /** Reads that AWS throttled: no problem yet. */
  throttled: ThrottledRead[];
}

/** The state of a key, as KMS tells it; `unknown` where it could not be asked. */
export interface KeyState {
  /** Enabled, Disabled, PendingDeletion, PendingImport, Unavailable …; only of an enabled one can copies be used. */
  state: string;
  /** When KMS will delete it, as an ISO instant. */
  deletedAt?: string;
}

/** A read that met a limit, and what to tell where that lasts. */
export interface ThrottledRead {
  /** AWS error code. */
  code: string;
  problem: Problem;
}

/** Why an invocation happens. A run has a slot from the start; a pass or sweep may be given one that is still open. */
export interface Wake {
  kind: "run" | "pass" | "sweep";
  /** The scheduled time that the backup stands for. */
  slot?: string;
  /** This invocation's own id, on everything it makes. */
  runId: string;
}

/** The slot that an invocation serves: creates what is missing, or says what is missing and closes it. */
export interface Serving {
  slot: string;
  mode: "open" | "closing";
  /** An older slot that still lacked something and is given up for this one: told, not made. */
  overtakes?: string;
  /** Set where the schedule alone says that the slot is due: its run is missing. */
  isMissedRun?: true;
}

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
export interface Mark {
  snapshotId: string;
  regions: string[];
}

export interface DeleteAction {
  kind: "delete";
  region: string;
  snapshotId: string;
  /** What must remember first that its copies in some regions have lived their time: see {@link Mark}. */
  mark?: Mark;
  /** A recovery point past its rules, a second one of the same slot, or what nobody can restore from. */
  because: "retention" | "duplicate" | "failed";
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

/** Something a person must know of. `kind/subject` identifies it from one invocation to the next. */
export interface Problem {
  kind: string;
  subject: string;
  message: string;
  /** What the person can do about it. */
  hint?: string;
  /** Set on what a person should know though nothing failed: mailed once a day too, but no error and no alarm. */
  notice?: true;
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
  notBegun?: true;
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
