/** Volumes, and how they are attached. */
import type { TagRecord } from "./account";

export interface SimVolume {
  volumeId: string;
  sizeGiB: number;
  volumeType: string;
  encrypted: boolean;
  tags: TagRecord;
  /** Until then every snapshot of it fails, and with it its set. */
  failsUntilMs?: number;
}

/** A volume on an instance, and when either list of EC2 shows it. */
export interface SimAttachment {
  volumeId: string;
  deviceName: string;
  sinceMs: number;
  /** From when on the instance's mappings show it. */
  mappedMs: number;
  /** From when on DescribeVolumes shows it. */
  listedMs: number;
}
