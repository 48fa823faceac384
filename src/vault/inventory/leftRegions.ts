/** What the vault once made in regions that left the stack, and in one that was the primary region: nothing prunes it any more. Pure. */
import { type ChangeMemory, memoryIn } from "../model/changeMemory";
import { isOwn } from "../identity/ownership";
import type { LeftRegion, SeenLeft } from "../model/leftRegion";
import { TAG } from "../model/tags";
import { isoSeconds } from "../lib/time";
import type { Snapshot, World } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** Returns the region of an availability zone, of a local or Wavelength zone, too. */
function regionOf(zone: string): string | undefined {
  return /^[a-z]{2,4}(-[a-z]+)+-\d+/.exec(zone)?.[0];
}

/**
 * Returns the regions that snapshots come from. A stack that moved has a new clock, which never knew them; but the tags of a copy
 * name its instance's zone. Nothing but a look depends on it, and only tags that nobody changed count.
 */
export function sourceRegions(snapshots: readonly Snapshot[]): string[] {
  const zones = new Set<string>();
  for (const { doubt, tags } of snapshots) {
    const zone = tags[TAG.availabilityZone];
    if (doubt === undefined && zone !== undefined) zones.add(zone);
  }
  return [...new Set([...zones].flatMap((zone) => regionOf(zone) ?? []))].sort();
}

/** Returns what left: those known before, but for any that came back, and those of the last invocation that are no more. */
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

/** Returns the memory after a look: a region that was twice seen empty is forgotten, since one list may lag. */
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

/** What the vault took in a region that was the primary one and is a DR region now: there it prunes copies alone. */
export function leftOriginals(
  { copies }: Pick<World, "copies">,
  { dr }: Pick<CoreSettings, "dr">,
): { region: string; snapshots: readonly Snapshot[] }[] {
  return dr.flatMap(({ region }) => {
    const snapshots = (copies[region] ?? []).filter((one) => isOwn(one) && one.identity.source === undefined);
    return snapshots.length === 0 ? [] : [{ region, snapshots }];
  });
}

/**
 * Returns all snapshots that nothing prunes any more, of regions that left and of primary regions of before; `undefined` where
 * none was read, or this invocation did not look into the regions that left.
 */
export function leftSnapshots(world: World, settings: Pick<CoreSettings, "dr">): Snapshot[] | undefined {
  const waits = (memoryIn(world)?.left ?? []).length > 0 && world.left === undefined;
  if (waits) return undefined;
  const read = [...(world.left ?? []), ...leftOriginals(world, settings)];
  const all = read.flatMap(({ snapshots }) => (snapshots === undefined ? [] : [snapshots]));
  return all.length === 0 ? undefined : all.flat();
}
