/** All that is known of one recovery point: its volumes in every region, and what a restore would lack. Pure. */
import { type TaggedLaunch, launchFromTags } from "../vault/model/launchTags";
import { TAG, instanceTagsIn, userTags } from "../vault/model/tags";
import { volumeFlagsFromTags } from "../vault/model/volumeFlags";
import { type VolumeSpec, volumeSpecFromTags } from "../vault/model/volumeSpec";
import type { Snapshot, Tags } from "../vault/model/world";
import { launchGroups } from "./launchGroups";
import type { Point } from "./points";

/** A volume of the set. */
export interface VolumeFacts {
  volumeId: string;
  device?: string;
  role?: string;
  type?: string;
  sizeGiB?: number;
  iops?: number;
  throughputMiBps?: number;
  /** What becomes of it if its instance is terminated. */
  deleteOnTermination?: boolean;
  /** True if several instances may attach it at once. */
  multiAttach?: boolean;
  /** End of the id of the key that the volume was encrypted under. */
  kmsKeyEnd?: string;
  /** By region; empty: no snapshot of it was found. */
  snapshotIds: Record<string, string>;
  /** The volume's own tags. */
  tags: Tags;
}

export interface PointFacts {
  instanceType?: string;
  availabilityZone?: string;
  policy?: string;
  isCrashConsistent: boolean;
  instanceTags: Tags;
  volumes: VolumeFacts[];
  launch?: TaggedLaunch;
  /** What a restore from this region would lack. */
  lacks: string[];
}

function numberIn(tags: Tags, key: string): number | undefined {
  const text = tags[key];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Returns a volume's spec from the tags of its own copy. */
function ownSpec({ tags, sizeGiB, volumeId }: Snapshot): VolumeSpec | undefined {
  const deviceName = tags[TAG.device];
  if (deviceName === undefined) return undefined;
  return {
    volumeId,
    deviceName,
    isRoot: tags[TAG.deviceRole] === "root",
    volumeType: tags[TAG.volumeType],
    sizeGiB: numberIn(tags, TAG.volumeSizeGiB) ?? sizeGiB,
    iops: numberIn(tags, TAG.volumeIops),
    throughputMiBps: numberIn(tags, TAG.volumeThroughputMiBps),
    ...volumeFlagsFromTags(tags),
  };
}

/** Returns the ids of all volumes that the tags of a set name. */
function volumesNamed(tags: Tags): string[] {
  const specs = Object.entries(tags).filter(([key]) => key === TAG.volumes || key.startsWith(`${TAG.volumes}-`));
  return specs.flatMap(([, value]) => value.match(/\bvol-[0-9a-f]+/g) ?? []);
}

function volumeFacts(volumeId: string, points: readonly Point[]): VolumeFacts {
  const all = points.flatMap(({ snapshots }) => snapshots);
  const mine = all.filter((one) => one.volumeId === volumeId);
  const specs = [...mine.map(ownSpec), ...all.map(({ tags }) => volumeSpecFromTags(tags, volumeId))].filter(
    (one) => one !== undefined,
  );
  const [spec] = specs;
  const [first] = mine;
  return {
    volumeId,
    ...(spec !== undefined && { device: spec.deviceName, role: spec.isRoot ? "root" : "data" }),
    ...(spec?.volumeType !== undefined && { type: spec.volumeType }),
    ...((spec?.sizeGiB ?? first?.sizeGiB) !== undefined && { sizeGiB: spec?.sizeGiB ?? first?.sizeGiB }),
    ...(spec?.iops !== undefined && { iops: spec.iops }),
    ...(spec?.throughputMiBps !== undefined && { throughputMiBps: spec.throughputMiBps }),
    ...(spec?.deleteOnTermination !== undefined && { deleteOnTermination: spec.deleteOnTermination }),
    ...(spec?.multiAttach !== undefined && { multiAttach: spec.multiAttach }),
    ...(spec?.kmsKeyEnd !== undefined && { kmsKeyEnd: spec.kmsKeyEnd }),
    snapshotIds: Object.fromEntries(mine.map(({ region, snapshotId }) => [region, snapshotId])),
    tags: userTags(first?.tags ?? {}),
  };
}

/** Names the facts of a capture that are absent; none where there is no capture at all. */
function absentFacts(launch: TaggedLaunch | undefined): string[] {
  if (launch === undefined) return ["how the instance was launched (boot, network, profile, key): not captured"];
  const facts = launchGroups(launch).flatMap((group) => group.facts);
  const absent = facts.flatMap(([name, value]) => (value === undefined ? [name] : []));
  const whole = launch.isWhole ? [] : ["a part of how the instance was launched: its tags are not whole"];
  return [...whole, ...(absent.length === 0 ? [] : [`not captured, or not set: ${absent.join(", ")}`])];
}

/** Returns what a restore of a point from its own region would lack. */
function lacking(point: Point, { volumes, launch }: Pick<PointFacts, "volumes" | "launch">): string[] {
  const absent = volumes.filter(({ snapshotIds }) => snapshotIds[point.region] === undefined);
  const unnamed = point.setSize - volumes.length;
  return [
    ...absent.map(
      ({ volumeId, device = "unknown device" }) => `volume ${volumeId} (${device}): no snapshot in ${point.region}`,
    ),
    ...(unnamed > 0
      ? [`${unnamed} of the set's ${point.setSize} volumes: no snapshot in ${point.region}, and no tag names them`]
      : []),
    ...volumes
      .filter(({ device }) => device === undefined)
      .map(({ volumeId }) => `device, type and speed of ${volumeId}: not captured`),
    ...absentFacts(launch),
    ...(point.fault === undefined || point.state === "incomplete" ? [] : [point.fault]),
  ];
}

/**
 * Returns all that is known of a point.
 * @param everywhere the same recovery point in every region that was read
 */
export function factsOf(point: Point, everywhere: readonly Point[]): PointFacts {
  const tagged = everywhere.flatMap(({ snapshots }) => snapshots.map(({ tags }) => tags));
  const tag = (key: string) => tagged.map((tags) => tags[key]).find((value) => value !== undefined);
  const snapshots = everywhere.flatMap((one) => one.snapshots);
  const ids = new Set([...tagged.flatMap(volumesNamed), ...snapshots.map(({ volumeId }) => volumeId)]);
  const volumes = [...ids].map((id) => volumeFacts(id, everywhere));
  volumes.sort(
    (a, b) => Number(b.role === "root") - Number(a.role === "root") || ((a.device ?? "") < (b.device ?? "") ? -1 : 1),
  );
  const captures = tagged.map(launchFromTags).filter((one) => one !== undefined);
  const launch = captures.find(({ isWhole }) => isWhole) ?? captures[0];
  const [type, zone, policy] = [tag(TAG.instanceType), tag(TAG.availabilityZone), tag(TAG.policy)];
  return {
    ...(type !== undefined && { instanceType: type }),
    ...(zone !== undefined && { availabilityZone: zone }),
    ...(policy !== undefined && { policy }),
    isCrashConsistent: tag(TAG.crashConsistent) === "true",
    instanceTags: instanceTagsIn(tagged[0] ?? {}),
    volumes,
    ...(launch !== undefined && { launch }),
    lacks: lacking(point, { volumes, ...(launch !== undefined && { launch }) }),
  };
}
