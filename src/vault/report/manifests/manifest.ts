/**
 * Composes the manifest of a recovery point: its volumes, snapshots and copies, enough to restore from. In a DR region
 * it is due once every snapshot of the point is completed, and has a verified or expired copy there. It says what is
 * there and not when that was seen, so the same point gives the same manifest. Pure. Its form is
 * docs/manifest.schema.json.
 */
import { groupBy } from "../../lib/collections";
import { manifestKey } from "../../model/objectKeys";
import type { Keyed } from "./capture";
import { type SeenRegion, unsafeIn } from "../../inventory/drRegions";
import { copiesOf, copyState } from "../../inventory/copies";
import type { Inventory } from "../../inventory/inventory";
import { latestStartedFirst } from "../../inventory/order";
import { TAG, instanceTagsIn, userTags } from "../../model/tags/tags";
import { DAY_MS, isoSeconds, wholeSecondMs } from "../../lib/time";
import type { Plan } from "../../model/actions";
import type { Snapshot } from "../../model/world";
import type { CoreSettings } from "../../model/settings";
import { volumeSpecFromTags } from "../../model/tags/volumeSpec";

const MANIFEST_VERSION = 1;

/**
 * Returns when a snapshot was completed. If EC2 does not say so, the snapshot is taken as new for a day, because two
 * writes are better than none.
 */
function completedMs({ completedMs: saidMs, startTimeMs }: Snapshot, nowMs: number): number {
  return Math.min(nowMs, saidMs ?? startTimeMs + DAY_MS);
}

function pointKey({ identity }: Snapshot): string {
  return `${identity.instanceId} ${identity.slot}`;
}

function described(snapshot: Snapshot) {
  const { region, snapshotId, state, encrypted, kmsKeyId, startTimeMs, sizeGiB } = snapshot;
  return { region, snapshotId, state, encrypted, kmsKeyId, startedAt: isoSeconds(startTimeMs), sizeGiB };
}

function verifiedCopies(snapshot: Snapshot, seen: readonly SeenRegion[]): Snapshot[] {
  return seen.flatMap(({ dr, bySource }) => {
    const verified = copiesOf(snapshot, bySource).filter((c) => copyState(c, dr.keyArn) === "verified");
    return [...verified].sort(latestStartedFirst).slice(0, 1);
  });
}

function volumeOf(snapshot: Snapshot, copies: readonly Snapshot[]) {
  const { volumeId, tags } = snapshot;
  const spec = volumeSpecFromTags(tags, volumeId);
  return {
    volumeId,
    device: spec?.deviceName,
    role: spec === undefined ? undefined : spec.isRoot ? "root" : "data",
    type: spec?.volumeType,
    sizeGiB: spec?.sizeGiB ?? snapshot.sizeGiB,
    iops: spec?.iops,
    throughputMiBps: spec?.throughputMiBps,
    tags: userTags(tags),
    snapshot: described(snapshot),
    copies: copies.map(described),
  };
}

/** A snapshot of a recovery point, with its copies. */
type Part = readonly [snapshot: Snapshot, copies: readonly Snapshot[]];

/** Returns the manifest as it is written, as plain data. */
function composeManifest(parts: readonly Part[], { vaultId, primaryRegion }: CoreSettings) {
  const [[first] = []] = parts;
  const { identity, tags = {} } = first ?? {};
  const sizes = parts.map(([{ tags: own }]) => Number(own[TAG.setSize] ?? 0));
  return {
    schema: "smart-vault/manifest",
    version: MANIFEST_VERSION,
    vault: vaultId,
    slot: identity?.slot ?? "",
    primaryRegion,
    instance: {
      instanceId: identity?.instanceId ?? "",
      name: tags[TAG.instanceName],
      type: tags[TAG.instanceType],
      availabilityZone: tags[TAG.availabilityZone],
      tags: first === undefined ? {} : instanceTagsIn(first.tags),
    },
    policy: tags[TAG.policy],
    crashConsistent: parts.every(([{ tags: own }]) => own[TAG.crashConsistent] === "true"),
    /** False if the set had more volumes, because a snapshot failed or is gone. */
    complete: parts.length >= Math.max(0, ...sizes),
    volumes: parts.map(([snapshot, copies]) => volumeOf(snapshot, copies)),
  };
}

interface DueManifest extends Keyed {
  body: ReturnType<typeof composeManifest>;
  /** Time at which the last part of it was completed. */
  completedMs: number;
}

/** Due manifests, the earliest completed first. */
export interface DueManifests {
  due: DueManifest[];
  /**
   * Latest completion of any part that was seen. Once `due` is written, all manifests up to it are. Absent while a DR
   * region could not be read, because the manifests lack the copies there and are written again.
   */
  toMs?: number;
}

/**
 * Returns the recovery points of which a part was completed after a time, by whole seconds as the timer carries them.
 */
function touchedSince(
  regions: readonly (readonly Snapshot[])[],
  sinceMs: number,
  nowMs: number,
): { keys: Set<string>; latestMs: number } {
  const keys = new Set<string>();
  let latestMs = 0;
  for (const snapshots of regions) {
    for (const one of snapshots) {
      if (one.state !== "completed") continue;
      const oneMs = completedMs(one, nowMs);
      if (wholeSecondMs(oneMs) <= sinceMs) continue;
      keys.add(pointKey(one));
      latestMs = Math.max(latestMs, oneMs);
    }
  }
  return { keys, latestMs };
}

/**
 * Returns the manifests that are due in one DR region.
 * @param canonical the canonical snapshots, as the plan settled them
 * @param toMs completion time in whole seconds up to which all manifests were written there; absent if none were
 */
export function dueManifests(
  { inventory: { regions, dr: seen }, canonical }: { inventory: Inventory; canonical: Plan["canonical"] },
  settings: CoreSettings,
  { region, toMs }: { region: string; toMs: number | undefined },
  nowMs: number,
): DueManifests {
  const here = seen.filter(({ dr }) => dr.region === region);
  if (canonical === undefined || here.length === 0) return { due: [] };
  const all = regions.map(({ own }) => own);
  const { keys, latestMs } = touchedSince(all, toMs ?? 0, nowMs);
  if (keys.size === 0) return { due: [] };
  const touched = canonical.filter((one) => keys.has(pointKey(one)));
  const points = groupBy(touched, pointKey);
  const due = [...points.values()].flatMap((point): DueManifest[] => {
    const isSafe = (one: Snapshot) => one.state === "completed" && unsafeIn(here, one) === undefined;
    if (!point.every(isSafe)) return [];
    const parts = point
      .sort((a, b) => (a.volumeId < b.volumeId ? -1 : 1))
      .map((snapshot): Part => [snapshot, verifiedCopies(snapshot, seen)]);
    const body = composeManifest(parts, settings);
    const all = parts.flatMap(([snapshot, copies]) => [snapshot, ...copies]);
    return [
      {
        key: manifestKey(body.instance.instanceId, body.slot),
        body,
        completedMs: all.reduce((latest, one) => Math.max(latest, completedMs(one, nowMs)), 0),
      },
    ];
  });
  due.sort((a, b) => a.completedMs - b.completedMs || (a.key < b.key ? -1 : 1));
  const isWhole = regions.length > settings.dr.length;
  return { due, ...(isWhole && { toMs: latestMs }) };
}
