/**
 * Volume specs of a recovery point, as tag values. CreateSnapshots puts the same tags on every snapshot of a set, so
 * each snapshot carries the specs of the whole set. The vault can therefore tag a copy, and a person can recreate a
 * volume, long after instance and volume are gone. The snapshot is the only source. See docs/adr/0002.
 */
import { SEPARATOR, packTexts } from "../lib/words";
import { MAX_TAG_VALUE, TAG, continuedTags, continuedValues } from "./tags";
import type { AttachedVolume, Tags } from "./world";

export type VolumeSpec = Omit<AttachedVolume, "tags">;

const FIELD = ":";

function encode(volume: VolumeSpec): string {
  return [
    volume.volumeId,
    volume.deviceName,
    volume.isRoot ? "root" : "data",
    volume.volumeType ?? "",
    volume.sizeGiB ?? "",
    volume.iops ?? "",
    volume.throughputMiBps ?? "",
  ].join(FIELD);
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function decode(entry: string): VolumeSpec | undefined {
  const [volumeId, deviceName, role, volumeType, sizeGiB, iops, throughput] = entry.split(FIELD);
  if (!volumeId?.startsWith("vol-") || deviceName === undefined) return undefined;
  return {
    volumeId,
    deviceName,
    isRoot: role === "root",
    volumeType: volumeType === "" ? undefined : volumeType,
    sizeGiB: count(sizeGiB),
    iops: count(iops),
    throughputMiBps: count(throughput),
  };
}

/**
 * Encodes specs as `vol-1:/dev/xvda:root:gp3:8:3000:125 vol-2:…`, in as many tags as 256 characters per value require.
 */
export function volumeSpecToTags(volumes: readonly VolumeSpec[]): Tags {
  return Object.fromEntries(continuedTags(TAG.volumes, packTexts(volumes.map(encode), MAX_TAG_VALUE)));
}

/** Reads the spec of one volume from its snapshot's tags; `undefined` if a person removed or changed them. */
export function volumeSpecFromTags(tags: Tags, volumeId: string): VolumeSpec | undefined {
  for (const value of continuedValues(tags, TAG.volumes)) {
    for (const entry of value.split(SEPARATOR)) {
      const spec = decode(entry);
      if (spec?.volumeId === volumeId) return spec;
    }
  }
  return undefined;
}
