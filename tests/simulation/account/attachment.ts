/** Defines volumes and their attachments. */
import type { TagRecord } from "./account";

export interface SimVolume {
  volumeId: string;
  sizeGiB: number;
  volumeType: string;
  encrypted: boolean;
  tags: TagRecord;
  /** Time until which every snapshot of it fails, and its set with it. */
  failsUntilMs?: number;
}

/** A volume on an instance, and when either list of EC2 shows it. */
export interface SimAttachment {
  volumeId: string;
  deviceName: string;
  sinceMs: number;
  /** Time from which the instance's mappings show it. */
  mappedMs: number;
  /** Time from which DescribeVolumes shows it. */
  listedMs: number;
}
