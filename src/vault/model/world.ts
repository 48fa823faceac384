import type { ChangeMemory } from "./memory/changeMemory";
import type { Dropout } from "./dropout";
import type { Doubt, Identity, Stranger } from "./identity";
import type { SeenLeft } from "./leftRegion";
import type { CapturedLaunch, LaunchBlobs } from "./launchSpec";
import type { PointMemory } from "./memory/pointMemory";
import type { Problem } from "./problem";

export type Tags = Readonly<Record<string, string>>;

/** One EBS volume as attached to one instance, with what is needed to recreate it. */
export interface AttachedVolume {
  volumeId: string;
  deviceName: string;
  isRoot: boolean;
  volumeType?: string;
  sizeGiB?: number;
  iops?: number;
  throughputMiBps?: number;
  /** What becomes of the volume if its instance is terminated. */
  deleteOnTermination?: boolean;
  /** Set if several instances may attach it at once. */
  multiAttach?: true;
  /** End of the id of the key that it is encrypted under: enough to recognize the key. */
  kmsKeyEnd?: string;
  tags: Tags;
}

export interface ProtectedInstance {
  instanceId: string;
  instanceType: string;
  availabilityZone: string;
  tags: Tags;
  /** Volumes in its own mappings. */
  volumes: AttachedVolume[];
  /** pending | running | stopping | stopped, if EC2 says so. */
  state?: string;
  /** Time at which it was launched, or last started after a stop. */
  launchTimeMs?: number;
  /** Set if it boots from EBS and no mapping shows its root device. */
  lacksRoot?: true;
  /** What else a launch needs. */
  captured?: CapturedLaunch;
  /** Blobs that this invocation read. They may hold secrets: they go into a capture, and nowhere else. */
  blobs?: LaunchBlobs;
  /** Volumes that DescribeVolumes shows attached to it, but its mappings lack: see wholeness.ts. */
  unmapped?: AttachedVolume[];
}

/** A snapshot of this vault, in the primary region (part of a recovery point) or in a DR region (a copy). */
export interface Snapshot {
  snapshotId: string;
  region: string;
  identity: Identity;
  /** Absent if nothing contradicts its Description. */
  doubt?: Doubt;
  /**
   * Volume whose data it holds: from EC2, or for a copy from its Description, because EC2 gives copies an arbitrary
   * one.
   */
  volumeId: string;
  /** pending | completed | error | recoverable | recovering */
  state: string;
  startTimeMs: number;
  /** Time at which it was completed, if EC2 says so. */
  completedMs?: number;
  sizeGiB: number;
  encrypted: boolean;
  kmsKeyId?: string;
  /** EC2's `StateMessage`, which shows asynchronous copy and key failures. */
  stateMessage?: string;
  /** standard | archive */
  storageTier?: string;
  /** Set while it is being restored, or is restored, from the archive tier. */
  restoreExpiryTimeMs?: number;
  tags: Tags;
}

/** The observed state. A part that could not be read is `undefined`, and nothing that needs it is planned. */
export interface World {
  /** Also `undefined` if the invocation works on no slot, so that most follow-ups make no instance reads. */
  instances?: ProtectedInstance[];
  snapshots?: Snapshot[];
  /** Copies by DR region. A region that could not be read is missing here. */
  copies: Readonly<Record<string, Snapshot[]>>;
  /** State of each of the vault's keys, by ARN. If absent, as in worlds that were not observed, all are enabled. */
  keys?: Readonly<Record<string, KeyState>>;
  /** Snapshots of others that carry the vault's tag, if this invocation looked for them. */
  strangers?: readonly Stranger[];
  /** Absent if no instance is missing; `unseen` if some are but could not be looked up. */
  dropouts?: Dropout[] | "unseen";
  /** Recovery points that the timer expects. Absent if it could not be read: then none is missed. */
  points?: PointMemory;
  /** Remains in the regions that left the stack, if this invocation looked. */
  left?: readonly SeenLeft[];
  /** Changes that the timer carries; `unread` if it could not be read: then no recovery point is deleted. */
  changes?: ChangeMemory | "unread";
  problems: Problem[];
  /** Reads that AWS throttled; not a problem yet. */
  throttled: ThrottledRead[];
}

/** State of a key, from KMS; `unknown` if KMS could not be asked. */
export interface KeyState {
  /** Enabled, Disabled, PendingDeletion, PendingImport, Unavailable …; copies can be used only while it is Enabled. */
  state: string;
  /** Time at which KMS will delete it, as an ISO instant. */
  deletedAt?: string;
}

/** A read that met a limit, and the problem to report if that lasts. */
export interface ThrottledRead {
  /** AWS error code. */
  code: string;
  problem: Problem;
}
