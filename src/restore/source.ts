/** What is restored: one recovery point in one region, as its snapshots' tags and its manifest say. Types only. */
import type { CapturedLaunch, LaunchBlobs } from "../vault/model/launchSpec";
import type { Tags } from "../vault/model/world";

/** A volume of the recovery point, with the snapshot that it is restored from. */
export interface SourceVolume {
  /** The volume that the data was of. */
  volumeId: string;
  snapshotId: string;
  device: string;
  isRoot: boolean;
  /** Size of the volume in GiB, never less than its snapshot's. */
  sizeGiB: number;
  /** `gp3`, `io2` …; absent: not captured, and EC2's default is taken. */
  type?: string;
  iops?: number;
  throughputMiBps?: number;
  deleteOnTermination?: boolean;
  isMultiAttach?: boolean;
  isEncrypted: boolean;
  /** Key of the snapshot, which the restored volume is under unless another is given. */
  kmsKeyId?: string;
  /** Encryption of the volume that the data was of, which may differ from its snapshot's; absent: not captured. */
  original?: { isEncrypted: boolean; kmsKeyEnd?: string };
  /** The volume's own tags. */
  tags: Tags;
}

/** A volume that several instances shared, and that the recovery point of another one has. */
export interface SharedVolume {
  /** At the device of this instance, if that was captured, else of the other one. */
  volume: SourceVolume;
  /** The instance whose recovery point has it. */
  owner: string;
  /** Its tag Name; empty where there is none. */
  ownerName: string;
  /** True if a capture says that this instance used it. */
  isCertain: boolean;
}

/** A recovery point that can be restored in its region. */
export interface RestoreSource {
  vaultId: string;
  instanceId: string;
  /** Tag Name; empty where there is none. */
  name: string;
  /** Scheduled time of the recovery point, an ISO instant. */
  slot: string;
  /** When the data was taken. */
  takenMs: number;
  region: string;
  instanceType?: string;
  availabilityZone?: string;
  /** The instance's own tags. */
  instanceTags: Tags;
  /** How it was launched; absent: not captured. */
  captured?: CapturedLaunch;
  /** Empty: it had none. Absent: not captured, or left out. They may hold secrets, and are never shown. */
  blobs: LaunchBlobs;
  /** The root first. */
  volumes: readonly SourceVolume[];
  shared: readonly SharedVolume[];
}
