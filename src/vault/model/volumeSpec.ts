/**
 * Volume specs of a recovery point, as tag values. CreateSnapshots puts the same tags on every snapshot of a set, so
 * each snapshot carries the specs of the whole set. The vault can therefore tag a copy, and a person can recreate a
 * volume, long after instance and volume are gone. The snapshot is the only source. See docs/adr/0002.
 */
import { SEPARATOR, escaped, packTexts, unescaped } from "../lib/words";
import { MAX_TAG_VALUE, TAG, continuedTags, continuedValues } from "./tags";
import { isKeyEnd } from "./volumeFlags";
import type { AttachedVolume, Tags } from "./world";

export type VolumeSpec = Omit<AttachedVolume, "tags">;

const FIELD = ":";
/** A colon in a device's name. */
const COLON = "+3A";

/** Tags of specs up to which flags and key ends are written: those of 100 volumes leave room for the vault's others. */
const MAX_WITH_FLAGS = 24;

/** `g`: goes with its instance, `k`: is kept, `m`: multi-attach. */
function flagsOf({ deleteOnTermination, multiAttach }: VolumeSpec): string {
  const fate = deleteOnTermination === undefined ? "" : deleteOnTermination ? "g" : "k";
  return fate + (multiAttach ? "m" : "");
}

/** Returns the fields of a volume up to its flags. */
function encode(volume: VolumeSpec): string {
  return [
    volume.volumeId,
    escaped(volume.deviceName).replaceAll(FIELD, COLON),
    volume.isRoot ? "root" : "data",
    volume.volumeType ?? "",
    volume.sizeGiB ?? "",
    volume.iops ?? "",
    volume.throughputMiBps ?? "",
  ].join(FIELD);
}

/** Adds flags, and then the end of the key, each only if it or a later one is known: older tags end before. */
function withFlags(volume: VolumeSpec, kmsKeyEnd = ""): string {
  const more = [flagsOf(volume), kmsKeyEnd];
  while (more.length > 0 && more[more.length - 1] === "") more.pop();
  return [encode(volume), ...more].join(FIELD);
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
    ...(isKeyEnd(key) && { kmsKeyEnd: key }),
  };
}

/** Packs the entries that a tag can hold. */
function packed(entries: readonly string[]): string[] {
  return packTexts(
    entries.filter(({ length }) => length <= MAX_TAG_VALUE),
    MAX_TAG_VALUE,
  );
}

/**
 * Encodes specs as `vol-1:/dev/xvda:root:gp3:8:3000:125:g:0123456789ab vol-2:…`, in as many tags as 256 characters per
 * value require. Specs of very many volumes lack the ends of their keys, and then their flags.
 */
export function volumeSpecToTags(volumes: readonly VolumeSpec[]): Tags {
  const forms = [
    () => packed(volumes.map((one) => withFlags(one, one.kmsKeyEnd))),
    () => packed(volumes.map((one) => withFlags(one))),
  ];
  for (const form of forms) {
    const values = form();
    if (values.length <= MAX_WITH_FLAGS) return Object.fromEntries(continuedTags(TAG.volumes, values));
  }
  return Object.fromEntries(continuedTags(TAG.volumes, packed(volumes.map(encode))));
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
