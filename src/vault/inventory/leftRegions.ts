/**
 * Finds snapshots that the vault no longer prunes: in regions that left the stack, and originals in a former primary
 * region. Pure.
 */
import { type ChangeMemory, memoryIn } from "../model/memory/changeMemory";
import { isOwn } from "../identity/ownership";
import type { LeftRegion, SeenLeft } from "../model/leftRegion";
import { TAG } from "../model/tags/tags";
import { isoSeconds } from "../lib/time";
import type { ReadRegion } from "./regions";
import type { Snapshot, World } from "../model/world";

/** Returns the region of an availability zone, or of a local or Wavelength zone. */
function regionOf(zone: string): string | undefined {
  return /^[a-z]{2,4}(-[a-z]+)+-\d+/.exec(zone)?.[0];
}

/**
 * Returns the regions that snapshots come from. A stack that moved has a new timer, which never knew them, but the tags
 * of a copy name its instance's zone. Only a look depends on this, and only tags that nobody changed are used.
 */
export function sourceRegions(snapshots: readonly Snapshot[]): string[] {
  const zones = new Set<string>();
  for (const { doubt, tags } of snapshots) {
    const zone = tags[TAG.availabilityZone];
    if (doubt === undefined && zone !== undefined) zones.add(zone);
  }
  return [...new Set([...zones].flatMap((zone) => regionOf(zone) ?? []))].sort();
}

/**
 * Returns the regions that left: those known before, unless they came back, and those that only the last invocation
 * had.
 */
export function nextLeft(
  { regions, left = [] }: Pick<ChangeMemory, "regions" | "left">,
  now: readonly string[],
  nowMs: number,
): LeftRegion[] {
  const known = new Set([...now, ...left.map(({ region }) => region)]);
  const fresh = regions.filter((region) => !known.has(region));
  const since = isoSeconds(nowMs);
  return [...left.filter(({ region }) => !now.includes(region)), ...fresh.map((region) => ({ region, since }))];
}

/**
 * Returns the memory after a look. A region that was seen empty twice is forgotten; once is not enough, because one
 * list may lag.
 */
export function afterLook(memory: ChangeMemory, seen: readonly SeenLeft[]): ChangeMemory {
  const left = (memory.left ?? []).flatMap((one): LeftRegion[] => {
    const look = seen.find(({ region }) => region === one.region);
    if (look?.snapshots === undefined) return [one];
    const { isEmpty, ...full } = one;
    if (look.snapshots.length > 0) return [full];
    return isEmpty ? [] : [{ ...full, isEmpty: true }];
  });
  return { ...memory, left };
}

/** Returns the originals in each DR region that was once the primary region. The vault prunes only copies there. */
export function leftOriginals(regions: readonly ReadRegion[]): { region: string; snapshots: readonly Snapshot[] }[] {
  return regions.flatMap(({ region, dr, seen, own }) => {
    // In nearly every DR region all snapshots are the vault's own copies.
    if (dr === undefined || own.length === seen.length) return [];
    const snapshots = seen.filter((one) => isOwn(one) && one.identity.source === undefined);
    return snapshots.length === 0 ? [] : [{ region, snapshots }];
  });
}

/**
 * Returns all snapshots that the vault no longer prunes, in regions that left and in former primary regions. Returns
 * `undefined` if no such region was read, or if this invocation did not look into the regions that left.
 */
export function leftSnapshots(world: World, regions: readonly ReadRegion[]): Snapshot[] | undefined {
  const waits = (memoryIn(world)?.left ?? []).length > 0 && world.left === undefined;
  if (waits) return undefined;
  const read = [...(world.left ?? []), ...leftOriginals(regions)];
  const all = read.flatMap(({ snapshots }) => (snapshots === undefined ? [] : [snapshots]));
  return all.length === 0 ? undefined : all.flat();
}
