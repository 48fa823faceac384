/** What there is of a restore, as EC2 shows it: everything that carries the restore's id, and the instance. Types only. */
import type { Tags } from "../vault/model/world";

export interface FoundImage {
  imageId: string;
  /** pending | available | failed | … */
  state: string;
  /** Billing code that EC2 gave the image. */
  usageOperation?: string;
  tags: Tags;
}

interface FoundGroup {
  groupId: string;
  /** Rules that let something in or out. */
  rules: number;
  tags: Tags;
}

interface FoundAttachment {
  instanceId: string;
  device: string;
  /** attaching | attached | detaching | busy */
  state: string;
  deleteOnTermination: boolean;
}

export interface FoundVolume {
  volumeId: string;
  /** creating | available | in-use | deleting | error */
  state: string;
  attachments: readonly FoundAttachment[];
  tags: Tags;
}

/** A volume of the instance, made by the restore or not. */
interface FoundMapping {
  device: string;
  volumeId: string;
  /** attaching | attached | detaching */
  state: string;
  deleteOnTermination: boolean;
}

interface FoundInterface {
  interfaceId: string;
  deviceIndex: number;
  sourceDestCheck: boolean;
}

export interface FoundInstance {
  instanceId: string;
  /** pending | running | stopping | stopped | shutting-down | terminated */
  state: string;
  /** Why EC2 ended or stopped it. */
  stateReason?: string;
  imageId?: string;
  rootDevice: string;
  availabilityZone: string;
  mappings: readonly FoundMapping[];
  interfaces: readonly FoundInterface[];
  tags: Tags;
  /** Whether the API may not terminate or stop it; read only where a restore sets it, or an undo has to know. */
  protection?: { termination: boolean; stop: boolean };
  /** Both status checks: `ok`, `initializing`, `impaired`, …; absent while it does not run. */
  health?: string;
}

/** A network interface that a launch of the restore made. It outlives its instance where the original's did. */
interface FoundOwnInterface {
  interfaceId: string;
  /** True if no instance has it. */
  isFree: boolean;
}

/** A task that replaces the root volume. */
interface FoundTask {
  taskId: string;
  /** pending | in-progress | succeeded | failing | failed | failed-detached */
  state: string;
}

export interface Found {
  images: readonly FoundImage[];
  groups: readonly FoundGroup[];
  /** All that carry the restore's id: those that it made, and those that it took off an instance. */
  volumes: readonly FoundVolume[];
  /** The instance that it made, or the one that it works on. */
  instance?: FoundInstance;
  /** Instances of this restore that EC2 still shows, although they have ended. */
  ended: readonly string[];
  /** How many of them ended before this look began: a launch that is tried again is a launch of its own. */
  endedBefore: number;
  /** All that carry the restore's id. */
  interfaces: readonly FoundOwnInterface[];
  tasks: readonly FoundTask[];
}
