/**
 * Volume specs of a recovery point, as tag values. CreateSnapshots puts the same tags on every snapshot of a set, so
 * each snapshot carries the specs of the whole set. The vault can therefore tag a copy, and a person can recreate a
 * volume, long after instance and volume are gone. The snapshot is the only source. See docs/adr/0002.
 */
import { MAX_TAG_VALUE, TAG } from "./tags";
import type { AttachedVolume, Tags } from "./world";

export type VolumeSpec = Omit<AttachedVolume, "tags">;

const FIELD = ":";
const ENTRY = " ";

function tagKey(index: number): string {
  return index === 0 ? TAG.volumes : `${TAG.volumes}-${index + 1}`;
}

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
  const values: string[] = [];
  for (const entry of volumes.map(encode)) {
    const last = values[values.length - 1];
    if (last !== undefined && last.length + ENTRY.length + entry.length <= MAX_TAG_VALUE) {
      values[values.length - 1] = last + ENTRY + entry;
    } else {
      values.push(entry);
    }
  }
  return Object.fromEntries(values.map((value, index) => [tagKey(index), value]));
}

/** Reads the spec of one volume from its snapshot's tags; `undefined` if a person removed or changed them. */
export function volumeSpecFromTags(tags: Tags, volumeId: string): VolumeSpec | undefined {
  for (let index = 0; tags[tagKey(index)] !== undefined; index += 1) {
    for (const entry of (tags[tagKey(index)] ?? "").split(ENTRY)) {
      const spec = decode(entry);
      if (spec?.volumeId === volumeId) return spec;
    }
  }
  return undefined;
}
