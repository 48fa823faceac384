/**
 * Configuration of a deployed stack. Plain records only, here and in all of model/. Pulumi's serializer carries
 * functions and plain data into the Lambda archive, and breaks classes, Map, Set and Date.
 */
import type { Tags } from "./world";

/** Settings of the pure core. */
export interface CoreSettings {
  /** `<project>-<stack>`: the value of the vault tag on everything that the vault makes. */
  vaultId: string;
  primaryRegion: string;
  /** DR regions, each with the key that its copies must be encrypted under. */
  dr: readonly KeyedRegion[];
  /** ARN of the key that snapshots of unencrypted volumes are encrypted under; absent: they are not encrypted. */
  primaryKeyArn?: string;
  /** Dry run: everything except writes to EC2. What would have been done is logged and mailed. */
  dryRun: boolean;
  /** Tags for everything that the vault makes: the stack's resources, snapshots and copies. */
  tags: Tags;
  /** Key of the backup tag. Instances with it are protected; a volume tagged `<tagKey>=exclude` is left out. */
  tagKey: string;
  /** Keep policies, by the value of that tag. An instance with any of these values is protected. */
  policies: Readonly<Record<string, KeepPolicy>>;
  /**
   * Number of newest recovery points of an instance, and of each volume, that each region keeps whatever the rules say.
   */
  keepAtLeast: number;
  /**
   * Lowest values that an instance's own tags can set a rule to; a rule without one cannot be set below the policy's
   * value.
   */
  overrideMin: KeepRules;
  /**
   * Highest values that an instance's own tags can set a rule to. Tags cannot change a rule that is not listed here.
   */
  overrideMax: KeepRules;
  /** Treatment of an instance's recovery points once it has not been backed up for `orphanDays`. */
  orphans: "keep-last" | "keep" | "expire";
  orphanDays: number;
  /** Days after a mail for which the vault keeps what a change would delete. */
  editGraceDays: number;
  /**
   * Deletion limit. If more than `maxDeletePercent` of an instance's recovery points in a region is due, none of them
   * is deleted. If more than `maxDeletes` (0: any number) is due in a region, none there is deleted.
   */
  maxDeletePercent: number;
  maxDeletes: number;
  /** Hashes of the deletion plans that a person approved. */
  approvedDeletePlan: readonly string[];
  /** Schedule of the runs and its time zone. A sweep computes the slot of a missing run from them. */
  schedule: string;
  timezone: string;
  /** Hours that a slot remains open. Until then its missing snapshots are created; after that they are reported. */
  startWindowHours: number;
  /** True if captures have the user data of instances, and the UEFI variables of those that booted by UEFI. */
  userData?: boolean;
  uefiData?: boolean;
  /** Hours after which a pending copy is reported. */
  copyStuckHours: number;
  /** Lock of copies; absent: copies are not locked. */
  lock?: SnapshotLock;
}

/** Settings of one deployed stack. The Lambda's closure captures them as one plain literal. */
export interface VaultSettings extends CoreSettings {
  /** Target of audit records; absent: none are written. */
  audit?: BucketTarget;
  /** Targets of manifests, one per DR region; empty: none are written. */
  manifests: readonly BucketTarget[];
  /** Mails that are sent: problems and notices only, also each run's result, or also a weekly summary. */
  mailOn: "failure" | "always" | "weekly-summary";
  topicArn: string;
  /** Follow-up timer: one EventBridge Scheduler schedule, and the role that it invokes the function with. */
  clock: { name: string; groupName: string; roleArn: string };
  /** Queue of hints: delayed messages that invoke the function before the timer does. */
  hintQueueUrl: string;
}

/** What the function answers to `{"kind":"describe"}`: its settings, of which none is a secret (src/config/secrets.ts). */
export interface DescribedVault {
  kind: "settings";
  schema: 1;
  settings: VaultSettings;
}

/** A region with the KMS key of its copies. The key is an ARN, not an alias, because EC2 answers with the ARN. */
export interface KeyedRegion {
  region: string;
  keyArn: string;
}

/** A bucket that the function writes to. */
export interface BucketTarget {
  bucket: string;
  region: string;
  /** `<bucket>.s3.<region>.amazonaws.com`, or the partition's equivalent. */
  host: string;
}

/** EC2 Snapshot Lock, as configured for copies. */
export interface SnapshotLock {
  mode: "governance" | "compliance";
  /** Days from a copy's start for which it is locked. */
  days: number;
}

/**
 * Keep rules for one history of recovery points in one region, with the meaning of restic's `forget`. A point is kept
 * if any rule wants it. A count is a number of periods that have a point; -1 is all of them, 0 or absent is none.
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
  /**
   * Days of 24 hours, from the point's own start to now. Not one of restic's rules, but the vault's first and simplest.
   */
  retentionDays?: number;
}

/** Keep rules of an instance in the primary region, and of its copies. */
export interface KeepPolicy {
  keep: KeepRules;
  drKeep: KeepRules;
}
