/** What a restore is to make, with every choice made. A restore can be planned again from its order. Types only. */
import type { Word } from "../vault/lib/words";
import type { BlobName, CapturedLaunch, LaunchBlobs } from "../vault/model/launchSpec";
import type { Tags } from "../vault/model/world";
import type { SourceVolume } from "./source";

/** `launch`: a new instance. `volumes`: volumes, attached or not. `replace`: the volumes of an instance, in place. */
export type Mode = "launch" | "volumes" | "replace";

/** How the volumes of a restore are made. */
export interface VolumeOptions {
  /** Key of the restored volumes; absent: that of each snapshot. */
  kmsKeyId?: string;
  /** MiB per second at which EC2 reads the snapshots, for a price; absent: at first use. */
  initializationRate?: number;
}

/** What every restore has. */
interface Common extends VolumeOptions {
  /** `r-20261129T121500-4f1c`: it finds everything that the restore made. */
  restoreId: string;
  region: string;
  /** Instance and slot of the recovery point. */
  instanceId: string;
  slot: string;
  /** The root first. */
  volumes: readonly SourceVolume[];
  /** The choices as words, for the tags of all that is made: see choices.ts. */
  choices: readonly Word[];
  /**
   * Distinguishes a restore that goes on from the one before: EC2 answers a token that it knows with the volume of then, even one that it
   * dropped for its key.
   */
  attempt?: string;
}

/** A volume of another restore, which this instance shares with others. It is attached, and never deleted. */
export interface AttachedShared {
  volumeId: string;
  device: string;
  /** What it was; absent where a restore goes on. */
  original?: SourceVolume;
}

export interface LaunchOrder extends Common {
  mode: "launch";
  instanceType: string;
  availabilityZone: string;
  /** How it is launched, in this region's own ids. */
  as: CapturedLaunch;
  instanceTags: Tags;
  /** Given to the image and the instance; none is empty. They may hold secrets, and are never shown. */
  blobs: LaunchBlobs;
  /** Blobs that a person does not want back. */
  leavesOut: readonly BlobName[];
  shared: readonly AttachedShared[];
  /** The VPC of the group that lets nothing in or out, if the instance is launched in one. */
  isolatedIn?: string;
  /** Public image of the same platform, for where the root's image lost its billing code. */
  baseImageId?: string;
  /** Public images' billing code that is wanted; absent: not captured. */
  usageOperation?: string;
}

export interface VolumesOrder extends Common {
  mode: "volumes";
  availabilityZone: string;
  /** Instance that they are attached to; absent: to none. */
  attachTo?: string;
}

export interface ReplaceOrder extends Common {
  mode: "replace";
  availabilityZone: string;
  /** True if the instance ran, and is started again. */
  wasRunning: boolean;
  /** Set where only the root is replaced and EC2 does it while the instance runs (CreateReplaceRootVolumeTask). */
  isRootTask: boolean;
  rootDevice: string;
}

export type Order = LaunchOrder | VolumesOrder | ReplaceOrder;
