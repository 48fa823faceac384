/**
 * What a deployed stack is configured with. Plain records only, here and in all of model/: Pulumi's serializer carries
 * functions and plain data into the Lambda archive, and breaks classes, Map, Set and Date.
 */
import type { Tags } from "./world";

/** The settings that the pure core decides by. */
export interface CoreSettings {
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
  approvedDeletePlan: readonly string[];
  /** The schedule and its time zone, from which a sweep knows the slot of a run that never came. */
  schedule: string;
  timezone: string;
  /** Hours that a slot stays open: what it lacks is made until then, and told afterwards. */
  startWindowHours: number;
  /** Hours after which a copy that is still pending is told. */
  copyStuckHours: number;
  /** How copies are locked; absent: they are not. */
  lock?: SnapshotLock;
}

/** What one deployed stack knows of itself. Captured by the Lambda's closure as one plain literal. */
export interface VaultSettings extends CoreSettings {
  /** Where records and manifests are written; absent: nowhere. */
  audit?: AuditTarget;
  /** What is mailed: problems and notices; each run's result, too; or once a week how the vault stands, too. */
  mailOn: "failure" | "always" | "weekly-summary";
  topicArn: string;
  /** The vault's alarm clock: one EventBridge Scheduler schedule, and the role it calls the function with. */
  clock: { name: string; groupName: string; roleArn: string };
}

/** What the function answers to `{"kind":"describe"}`: its settings, of which none is a secret (src/config/secrets.ts). */
export interface DescribedVault {
  kind: "settings";
  schema: 1;
  settings: VaultSettings;
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
