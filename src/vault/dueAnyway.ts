/**
 * Whether the rules of now let go of recovery points that are not there any more. Then the vault may have deleted them itself: an
 * invocation that was killed could not say so, and a list of snapshots may lag. Pure.
 */
import { isClear } from "./duplicates";
import type { Ruled } from "./instanceRules";
import { type PruneRules, judge } from "./judge";
import { ALL } from "./pointMemory";
import type { ReadRegion } from "./readRegions";
import { parseIso } from "./time";
import type { Snapshot, VaultPolicy, World } from "./types";

/** `unknown`: this invocation has not read the instances, and the rules of one that is gone would be others. */
export type Fate = "due" | "wanted" | "unknown";

/** What the fate is read from. */
export interface FateOf {
  /** All regions that were read. */
  read: readonly ReadRegion[];
  rules: PruneRules & Pick<Ruled, "newest" | "isMissing" | "knowsFleet">;
  world: Pick<World, "instances" | "changes">;
  policy: Pick<VaultPolicy, "orphans">;
}

/** Returns recovery points as they would be if they were still there: with the volumes of the instance's newest one. */
function asIfThere(
  id: string,
  slots: readonly string[],
  { region, dr }: ReadRegion,
  { read, rules }: FateOf,
): Snapshot[] {
  const newest = rules.newest.get(id);
  if (newest === undefined) return [];
  const like = new Map<string, Snapshot>();
  for (const { own } of read) {
    for (const one of own) {
      const { instanceId, slot } = one.identity;
      if (instanceId === id && slot === newest.identity.slot) like.set(one.volumeId, one);
    }
  }
  return [...like.values()].flatMap((one) =>
    slots.map((slot): Snapshot => {
      const startTimeMs = parseIso(slot) ?? 0;
      const source = dr && { snapshotId: "", volumeId: one.volumeId, startedMs: startTimeMs };
      const { vaultId, instanceId } = one.identity;
      const identity = { vaultId, instanceId, slot, ...(source && { source }) };
      return { ...one, region, identity, startTimeMs, snapshotId: `${slot} ${one.volumeId}` };
    }),
  );
}

/** Whether its rules may be others than this invocation can see. */
function isUnsure(id: string, { rules, world: { changes }, policy }: FateOf): boolean {
  if (rules.knowsFleet || policy.orphans === "keep") return false;
  if (rules.newest.get(id) === undefined || rules.rulesOf(id).mayBeOrphan) return true;
  const missing = changes === undefined || changes === "unread" ? [] : changes.missing;
  return missing.some(({ of }) => of.includes(id));
}

/** Whether the volume of one instance is that of another, which has a recovery point of the slot: then that is the same. */
function isAnothers(id: string, slot: string, { own }: ReadRegion, { rules }: FateOf): boolean {
  if (rules.shared.size === 0) return false;
  const others = [...rules.shared.values()].filter((ids) => ids.has(id));
  return own.some(
    ({ identity }) =>
      identity.slot === slot &&
      identity.instanceId !== id &&
      others.some((ids) => ids.has(identity.instanceId)),
  );
}

function fatesOfOne(id: string, slots: readonly string[], region: ReadRegion, given: FateOf) {
  const { rules, policy } = given;
  const fates = new Map<string, Fate>();
  const all = (fate: Fate) => new Map(slots.map((slot) => [slot, fate]));
  if (isUnsure(id, given)) return all("unknown");
  // All of an orphan that expires goes, and nothing says any more whose it was.
  if (!rules.newest.has(id)) {
    const isBackedUp = given.world.instances?.some(({ instanceId }) => instanceId === id);
    return all(policy.orphans === "expire" && !isBackedUp ? "due" : "wanted");
  }
  const there = region.own.filter(
    (one) => one.identity.instanceId === id && one.state === "completed" && isClear(one),
  );
  const added = asIfThere(id, slots, region, given);
  const side = region.dr === undefined ? "keep" : "drKeep";
  const { gone } = judge([...there, ...added], side, rules, region.region);
  for (const { snapshotId, identity } of added) {
    const { slot } = identity;
    if (fates.get(slot) === "due") continue;
    const isDue = gone.has(snapshotId) || isAnothers(id, slot, region, given);
    fates.set(slot, isDue ? "due" : "wanted");
  }
  return fates;
}

/** Returns what would become of recovery points of one instance; where nobody knows of which, one that is due is enough. */
export function fatesOf(
  of: string,
  slots: readonly string[],
  region: ReadRegion,
  given: FateOf,
): ReadonlyMap<string, Fate> {
  if (of !== ALL) return fatesOfOne(of, slots, region, given);
  const fates = new Map<string, Fate>(slots.map((slot) => [slot, "wanted"]));
  const ids = new Set(region.own.map(({ identity }) => identity.instanceId));
  for (const id of ids) {
    for (const [slot, fate] of fatesOfOne(id, slots, region, given)) {
      if (fate === "due" || fates.get(slot) === "wanted") fates.set(slot, fate);
    }
  }
  return fates;
}
