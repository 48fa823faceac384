/** Checks properties on the plans of random vaults (arbitraryWorld.ts), with helpers for such properties. */
import fc from "fast-check";
import { makeCalendar } from "../../src/vault/retention/calendar";
import { takeInventory } from "../../src/vault/inventory/inventory";
import { isOwn, isOwnCopy } from "../../src/vault/identity/ownership";
import { instanceRules } from "../../src/vault/retention/effectiveRules";
import { planOf } from "./planOf";
import { copyState } from "../../src/vault/inventory/copies";
import { releasedIn } from "../../src/vault/plan/prune/released";
import { copyExpiredTag } from "../../src/vault/model/tags/tags";
import { DAY_MS, isoSeconds, parseIso } from "../../src/vault/lib/time";
import type { CopyAction, DeleteAction, Plan } from "../../src/vault/model/actions";
import type { CoreSettings, KeyedRegion } from "../../src/vault/model/settings";
import type { Snapshot, World } from "../../src/vault/model/world";
import type { SlotTask } from "../../src/vault/model/trigger";
import { dataOf } from "./arbitrarySlot";
import { type ArbitraryVault, arbitraryVault } from "./arbitraryWorld";
import { NOW, OPEN, SLOT } from "./world";

export function deletesOf({ actions }: Plan): DeleteAction[] {
  return actions.filter((action) => action.kind === "delete");
}

export function copiesOf({ actions }: Plan): CopyAction[] {
  return actions.filter((action) => action.kind === "copy");
}

/** Returns the ids of what a plan deletes. */
export function goneOf(plan: Plan): Set<string> {
  return new Set(deletesOf(plan).map(({ snapshotId }) => snapshotId));
}

export function own(snapshots: readonly Snapshot[] = []): Snapshot[] {
  return snapshots.filter(isOwn);
}

/** Returns the vault's copies in all DR regions that were seen. */
export function ownCopies({ copies }: World): Snapshot[] {
  return Object.values(copies).flat().filter(isOwnCopy);
}

/** Returns for each volume the slot of its newest completed snapshot, and all snapshots for that slot. */
function newestOfEachVolume(snapshots: readonly Snapshot[]): Snapshot[][] {
  const slotOf = (s: Snapshot) => s.identity.slot;
  return [...new Set(snapshots.map((s) => s.volumeId))].map((id) => {
    const mine = snapshots.filter((s) => s.volumeId === id);
    const newest = mine.map(slotOf).sort().at(-1);
    return mine.filter((s) => slotOf(s) === newest);
  });
}

/** Checks that something of each volume is left for its newest slot. */
export function expectNewestKept(plan: Plan, snapshots: readonly Snapshot[]): void {
  const gone = goneOf(plan);
  for (const points of newestOfEachVolume(snapshots)) {
    expect(points.filter(({ snapshotId }) => !gone.has(snapshotId))).not.toHaveLength(0);
  }
}

/** Returns a key that is the same for snapshots of the same volume, slot and data, from whichever region. */
export function pointOf(snapshot: Snapshot): string {
  const { volumeId, identity, startTimeMs } = snapshot;
  const data = dataOf(identity.source?.startedMs ?? startTimeMs, parseIso(identity.slot) ?? 0);
  return `${volumeId} ${identity.slot} ${data}`;
}

export function isStandIn({ identity }: Snapshot): boolean {
  return identity.source !== undefined;
}

/** Returns a snapshot and, for an encrypted replacement, its original, because copies of either hold the same data. */
function family({ snapshotId, identity }: Snapshot): string[] {
  return [snapshotId, identity.source?.snapshotId ?? snapshotId];
}

/**
 * Returns true if the rules of a region, as they are in this world, release a copy of a snapshot: see released.test.ts.
 */
function isReleasedIn(snapshot: Snapshot, { region }: KeyedRegion, world: World, policy: CoreSettings): boolean {
  const seen = takeInventory(world, policy).dr.find(({ dr }) => dr.region === region);
  if (seen === undefined) return false;
  const all = [...own(world.snapshots), ...ownCopies(world)];
  const { problems: _reported, ...ruled } = instanceRules(all, world, policy, NOW);
  const rules = { ...ruled, calendar: makeCalendar(policy.timezone), nowMs: NOW };
  return releasedIn(seen, own(world.snapshots), rules).released(snapshot);
}

/** Returns true if a snapshot has a copy in a region that can be restored, or had one until it expired. */
export function isSafeIn(
  snapshot: Snapshot,
  { region, keyArn }: KeyedRegion,
  world: World,
  policy: CoreSettings,
): boolean {
  const data = family(snapshot);
  const marked = own(world.snapshots)
    .filter(({ snapshotId }) => data.includes(snapshotId))
    .some(({ tags }) => tags[copyExpiredTag(region)] !== undefined);
  const isExpired = marked && isReleasedIn(snapshot, { region, keyArn }, world, policy);
  const copies = (world.copies[region] ?? []).filter((copy) => data.includes(copy.identity.source?.snapshotId ?? ""));
  return isExpired || copies.some((copy) => copyState(copy, keyArn) === "verified");
}

export function isSafe(snapshot: Snapshot, world: World, policy: CoreSettings): boolean {
  return policy.dr.every((region) => isSafeIn(snapshot, region, world, policy));
}

export function planFor(world: World, policy: CoreSettings, slotTask?: SlotTask, nowMs = NOW): Plan {
  return planOf(world, policy, slotTask, "run-1", nowMs);
}

const arbitrarySlotTask = fc.constantFrom<(SlotTask | undefined)[]>(
  OPEN,
  { slot: SLOT, mode: "closing" },
  { slot: isoSeconds(NOW - DAY_MS), mode: "open" },
  undefined,
);

type Holds = (plan: Plan, world: World, policy: CoreSettings, slotTask?: SlotTask) => void;

/** Checks a property for the plan of every vault. */
export function always(holds: Holds, vaults: fc.Arbitrary<ArbitraryVault> = arbitraryVault()): void {
  fc.assert(
    fc.property(vaults, arbitrarySlotTask, ({ world, policy }, slotTask) => {
      holds(planFor(world, policy, slotTask), world, policy, slotTask);
    }),
    { numRuns: 800 },
  );
}
