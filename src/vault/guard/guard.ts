/**
 * Checks all snapshots that a plan would delete before the first one is deleted, by their own records and by their
 * locks. Locks take one paged read per region, which also shows which copies lack theirs. Sharing is checked later, one
 * snapshot at a time (sharing.ts).
 */
import { type Ec2Reader, ec2In } from "../aws/clients";
import { type HeldLock, describeLocks } from "../aws/ec2Reads";
import { causeOf } from "../aws/errors";
import type { Execution } from "../aws/tools";
import { type Findings, keepHeld, note, unread } from "./findings";
import { partOf } from "../lib/text";
import { lockHold, lockNotice, tierHold } from "./holds";
import { lockable, planLocks } from "./locks";
import type { Inventory } from "../inventory/inventory";
import type { ReadRegion } from "../inventory/regions";
import type { DeleteAction, LockAction } from "../model/actions";
import type { CoreSettings } from "../model/settings";
import type { Snapshot } from "../model/world";

/** A region's deletions after the checks. */
export interface GuardedRegion extends ReadRegion {
  locks: LockAction[];
  /** Deletions of snapshots that no lock and no tier holds. */
  deletes: DeleteAction[];
  /** True if time ran out before the region was checked, so that nothing in it is deleted. */
  late: boolean;
}

type Locks = ReadonlyMap<string, HeldLock>;

async function readLocks(client: Ec2Reader, region: string, findings: Findings): Promise<Locks | undefined> {
  try {
    return await describeLocks(client);
  } catch (error) {
    const cause = causeOf(error);
    note(findings, cause, unread(`locks in ${region}`, `nothing was locked or deleted in ${region}`, cause));
    return undefined;
  }
}

/**
 * Returns the deletions that neither the snapshots' own records nor the region's locks prevent. A hold on one snapshot
 * holds its whole recovery point.
 */
function unheld(
  deletes: readonly DeleteAction[],
  locks: Locks,
  { settings, nowMs }: { settings: CoreSettings; nowMs: number },
  findings: Findings,
): DeleteAction[] {
  const heldSets = new Map<string, string>();
  const free = deletes.filter((action) => {
    const tier = tierHold(action.snapshot);
    const lock = locks.get(action.snapshotId);
    if (tier === undefined && lock === undefined) return true;
    if (lock !== undefined) {
      const notice = lockNotice(action, lock, settings, nowMs);
      if (notice !== undefined) findings.problems.push(notice);
    }
    const held = tier ?? lockHold(lock as HeldLock);
    keepHeld(findings, action, held);
    if (action.set !== undefined) heldSets.set(action.set, partOf(action.snapshotId, held));
    return false;
  });
  return free.filter((action) => {
    const held = heldSets.get(action.set ?? "");
    if (held !== undefined) keepHeld(findings, action, held);
    return held === undefined;
  });
}

/** Returns the copies of a DR region that have to be locked; empty for the primary region. */
function toLockIn(
  { dr, own }: ReadRegion,
  deletes: readonly DeleteAction[],
  { lock }: CoreSettings,
  nowMs: number,
): Snapshot[] {
  if (dr === undefined) return [];
  const leaving = new Set(deletes.map(({ snapshotId }) => snapshotId));
  return lockable(
    own.filter(({ snapshotId }) => !leaving.has(snapshotId)),
    dr,
    lock,
    nowMs,
  );
}

/** Checks one region: which copies to lock, and what can be deleted. */
async function guardRegion(
  read: ReadRegion,
  deletes: readonly DeleteAction[],
  { clients, settings, budget: { now, deadlineMs } }: Execution,
  findings: Findings,
): Promise<GuardedRegion> {
  const nowMs = now();
  const toLock = toLockIn(read, deletes, settings, nowMs);
  const guarded: GuardedRegion = { ...read, locks: [], deletes: [...deletes], late: false };
  if (deletes.length === 0 && toLock.length === 0) return guarded;
  if (nowMs >= deadlineMs) return { ...guarded, late: true };
  const held = await readLocks(ec2In(clients, read.region).reader, read.region, findings);
  if (held === undefined) {
    for (const action of deletes) keepHeld(findings, action, "its region's locks are not known");
    return { ...guarded, deletes: [] };
  }
  const { lock } = settings;
  const locks = lock === undefined ? [] : planLocks(toLock, (id) => held.has(id), lock, nowMs);
  return { ...guarded, locks, deletes: unheld(deletes, held, { settings, nowMs }, findings) };
}

/**
 * Checks what the plan would delete. Never throws.
 * @param deletes the deletions of all regions
 * @param findings receives what is kept and what is reported
 * @returns the regions that could be read
 */
export async function guardRegions(
  deletes: readonly DeleteAction[],
  inventory: Inventory,
  execution: Execution,
  findings: Findings,
): Promise<GuardedRegion[]> {
  // Most invocations have nothing to check.
  if (deletes.length === 0 && execution.settings.lock === undefined) return [];
  return Promise.all(
    inventory.regions.map((read) => {
      const here = deletes.filter((action) => action.region === read.region);
      return guardRegion(read, here, execution, findings);
    }),
  );
}
