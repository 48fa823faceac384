/**
 * Volume specs of a recovery point, as tag values. CreateSnapshots puts the same tags on every snapshot of a set, so
 * each snapshot carries the specs of the whole set. The vault can therefore tag a copy, and a person can recreate a
 * volume, long after instance and volume are gone. The snapshot is the only source. See docs/adr/0002.
 */
import { SEPARATOR, escaped, packTexts, unescaped } from "../../lib/words";
import { MAX_TAG_VALUE, TAG, continuedTags, continuedValues } from "./tags";
import { keyEndOf } from "./volumeFlags";
import type { AttachedVolume, Tags } from "../world";

export type VolumeSpec = Omit<AttachedVolume, "tags">;

const FIELD = ":";
/** A colon in a device's name. */
const COLON = "+3A";

/** Tags of specs up to which flags and key ends are written: those of 100 volumes leave room for the vault's others. */
const MAX_WITH_FLAGS = 24;

/** What the entries of a set have beyond what every one has: flags, and then the ends of the keys. */
type More = "none" | "flags" | "keys";

/** Returns the entry of a volume. Flags are `g`: goes with its instance, `k`: is kept, `m`: multi-attach; older tags end before. */
function encode(volume: VolumeSpec, more: More): string {
  const { deleteOnTermination, multiAttach, kmsKeyEnd = "" } = volume;
  const fate = deleteOnTermination === undefined ? "" : deleteOnTermination ? "g" : "k";
  const flags = more === "none" ? "" : fate + (multiAttach ? "m" : "");
  const key = more === "keys" ? kmsKeyEnd : "";
  return [
    volume.volumeId,
    escaped(volume.deviceName).replaceAll(FIELD, COLON),
    volume.isRoot ? "root" : "data",
    volume.volumeType ?? "",
    volume.sizeGiB ?? "",
    volume.iops ?? "",
    volume.throughputMiBps ?? "",
    ...(flags + key === "" ? [] : [flags]),
    ...(key === "" ? [] : [key]),
  ].join(FIELD);
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function decode(entry: string): VolumeSpec | undefined {
  const [volumeId, device, role, volumeType, sizeGiB, iops, throughput, flags = "", key = ""] = entry.split(FIELD);
  if (!volumeId?.startsWith("vol-") || device === undefined) return undefined;
  return {
    volumeId,
    deviceName: unescaped(device) ?? device,
    isRoot: role === "root",
    volumeType: volumeType === "" ? undefined : volumeType,
    sizeGiB: count(sizeGiB),
    iops: count(iops),
    throughputMiBps: count(throughput),
    ...(/^[gk]m?$/.test(flags) && { deleteOnTermination: flags.startsWith("g") }),
    ...(/^[gk]?m$/.test(flags) && { multiAttach: true }),
    ...(keyEndOf(key) === key && { kmsKeyEnd: key }),
  };
}

/**
 * Encodes specs as `vol-1:/dev/xvda:root:gp3:8:3000:125:g:0123456789ab vol-2:…`, in as many tags as 256 characters per
 * value require. Specs of very many volumes lack the ends of their keys, and then their flags.
 */
export function volumeSpecToTags(volumes: readonly VolumeSpec[]): Tags {
  const packed = (more: More) => {
    const fitting = volumes.map((one) => encode(one, more)).filter(({ length }) => length <= MAX_TAG_VALUE);
    return packTexts(fitting, MAX_TAG_VALUE);
  };
  const whole = [packed("keys"), packed("flags")].find(({ length }) => length <= MAX_WITH_FLAGS);
  return Object.fromEntries(continuedTags(TAG.volumes, whole ?? packed("none")));
}

/** Reads the spec of one volume from its snapshot's tags; `undefined` if a person removed or changed them. */
export function volumeSpecFromTags(tags: Tags, volumeId: string): VolumeSpec | undefined {
  for (const value of continuedValues(tags, TAG.volumes)) {
    for (const entry of value.split(SEPARATOR)) {
      if (!entry.startsWith(volumeId)) continue;
      const spec = decode(entry);
      if (spec?.volumeId === volumeId) return spec;
    }
  }
  return undefined;
}
