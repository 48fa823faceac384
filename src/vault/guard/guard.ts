/**
 * Looks at what is known of all snapshots that a plan would delete before the first of them goes: their own records, and the
 * locks, one paged read a region. Whoever reads the locks of the copies knows which of them lack theirs. Whom a snapshot
 * is shared with is asked later, one by one (sharing.ts).
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

/** What is left of a region's deletions after the guards. */
export interface GuardedRegion extends ReadRegion {
  locks: LockAction[];
  /** What no lock and no tier holds. */
  deletes: DeleteAction[];
  /** Set where time was over before the region was looked at: nothing of it may go. */
  late: boolean;
}

type Locks = ReadonlyMap<string, HeldLock>;

async function readLocks(client: Ec2Reader, region: string, findings: Findings): Promise<Locks | undefined> {
  try {
    return await describeLocks(client);
  } catch (error) {
    const cause = causeOf(error);
    note(findings, cause, unread(`locks in ${region}`, "nothing was locked or pruned there", cause));
    return undefined;
  }
}

/** What the snapshots' own records and the region's locks let go. What is held of a recovery point holds all of it. */
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

/** Returns the copies of a DR region that have to be locked; none in the primary one. */
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

/** One region: what is to be locked there, and what may go. */
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
 * @param deletes what the plan would delete, in all regions
 * @param findings what is kept, and what is to be told, is noted here
 * @returns the regions that could be read; never throws
 */
export async function guardRegions(
  deletes: readonly DeleteAction[],
  inventory: Inventory,
  execution: Execution,
  findings: Findings,
): Promise<GuardedRegion[]> {
  // Most passes have nothing to look at.
  if (deletes.length === 0 && execution.settings.lock === undefined) return [];
  return Promise.all(
    inventory.regions.map((read) => {
      const here = deletes.filter((action) => action.region === read.region);
      return guardRegion(read, here, execution, findings);
    }),
  );
}
