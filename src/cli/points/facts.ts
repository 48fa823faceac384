/** All that is known of one recovery point: its volumes in every region, and what a restore would lack. Pure. */
import { withoutUndefined } from "../../vault/lib/collections";
import { type TaggedLaunch, launchFromTags } from "../../vault/model/tags/launchTags";
import { TAG, instanceTagsIn, userTags } from "../../vault/model/tags/tags";
import { volumeFlagsFromTags } from "../../vault/model/tags/volumeFlags";
import { type VolumeSpec, volumeSpecFromTags } from "../../vault/model/tags/volumeSpec";
import type { Snapshot, Tags } from "../../vault/model/world";
import type { Capture, CapturedVolume } from "./capture";
import { launchGroups } from "./launchGroups";
import type { Point } from "./points";

/** A volume of the set. */
export interface VolumeFacts extends Omit<CapturedVolume, "device" | "role" | "excluded"> {
  device?: string;
  role?: string;
  /** By region; empty: no snapshot of it was found. */
  snapshotIds: Record<string, string>;
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

/** Returns a volume's facts: those of its tags, and those of the capture where tags lack them. */
function volumeFacts(volumeId: string, points: readonly Point[], captured: CapturedVolume | undefined): VolumeFacts {
  const all = points.flatMap(({ snapshots }) => snapshots);
  const mine = all.filter((one) => one.volumeId === volumeId);
  const specs = [...mine.map(ownSpec), ...all.map(({ tags }) => volumeSpecFromTags(tags, volumeId))].filter(
    (one) => one !== undefined,
  );
  const [spec] = specs;
  const [first] = mine;
  const role = spec === undefined ? undefined : spec.isRoot ? "root" : "data";
  const facts = withoutUndefined<Omit<VolumeFacts, "volumeId" | "snapshotIds" | "tags">>({
    device: spec?.deviceName ?? captured?.device,
    role: role ?? captured?.role,
    type: spec?.volumeType ?? captured?.type,
    sizeGiB: spec?.sizeGiB ?? first?.sizeGiB ?? captured?.sizeGiB,
    iops: spec?.iops ?? captured?.iops,
    throughputMiBps: spec?.throughputMiBps ?? captured?.throughputMiBps,
    deleteOnTermination: spec?.deleteOnTermination ?? captured?.deleteOnTermination,
    multiAttach: spec?.multiAttach ?? captured?.multiAttach,
    kmsKeyEnd: spec?.kmsKeyEnd ?? captured?.kmsKeyEnd,
  });
  return {
    volumeId,
    ...facts,
    snapshotIds: Object.fromEntries(mine.map(({ region, snapshotId }) => [region, snapshotId])),
    tags: { ...userTags(first?.tags ?? {}), ...userTags(captured?.tags ?? {}) },
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

/** Returns what a launch needs: from tags if they are whole, otherwise from the capture if there is one. */
function launchOf(tagged: readonly Tags[], capture: Capture | undefined): TaggedLaunch | undefined {
  const captures = tagged.map(launchFromTags).filter((one) => one !== undefined);
  const whole = captures.find(({ isWhole }) => isWhole);
  if (whole !== undefined || capture === undefined) return whole ?? captures[0];
  const { launch, interfaces, blobSlots } = capture;
  return { launch, interfaces, ...(blobSlots !== undefined && { blobSlots }), isWhole: true };
}

/**
 * Returns all that is known of a point.
 * @param everywhere the same recovery point in every region that was read
 * @param capture its capture, if one could be read
 */
export function factsOf(point: Point, everywhere: readonly Point[], capture?: Capture): PointFacts {
  const tagged = everywhere.flatMap(({ snapshots }) => snapshots.map(({ tags }) => tags));
  const tag = (key: string) => tagged.map((tags) => tags[key]).find((value) => value !== undefined);
  const snapshots = everywhere.flatMap((one) => one.snapshots);
  const captured = (capture?.volumes ?? []).filter(({ excluded }) => !excluded);
  const ids = new Set(
    [tagged.flatMap(volumesNamed), ...[snapshots, captured].map((list) => list.map(({ volumeId }) => volumeId))].flat(),
  );
  const volumes = [...ids].map((id) => {
    const itsCapture = captured.find(({ volumeId }) => volumeId === id);
    return volumeFacts(id, everywhere, itsCapture);
  });
  volumes.sort(
    (a, b) => Number(b.role === "root") - Number(a.role === "root") || ((a.device ?? "") < (b.device ?? "") ? -1 : 1),
  );
  const launch = launchOf(tagged, capture);
  const { type, availabilityZone, tags = {} } = capture?.instance ?? {};
  return {
    ...withoutUndefined<Pick<PointFacts, "instanceType" | "availabilityZone" | "policy">>({
      instanceType: tag(TAG.instanceType) ?? type,
      availabilityZone: tag(TAG.availabilityZone) ?? availabilityZone,
      policy: tag(TAG.policy),
    }),
    isCrashConsistent: tag(TAG.crashConsistent) === "true",
    instanceTags: { ...instanceTagsIn(tagged[0] ?? {}), ...userTags(tags) },
    volumes,
    ...(launch !== undefined && { launch }),
    lacks: lacking(point, { volumes, ...(launch !== undefined && { launch }) }),
  };
}
