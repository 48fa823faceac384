import type { ChangeMemory } from "./changeMemory";
import type { Dropout } from "./dropout";
import type { Doubt, Identity, Stranger } from "./identity";
import type { SeenLeft } from "./leftRegion";
import type { PointMemory } from "./pointMemory";
import type { Problem } from "./problem";

export type Tags = Readonly<Record<string, string>>;

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
