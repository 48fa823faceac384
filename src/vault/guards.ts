/**
 * Looks at what holds the snapshots that a plan would delete, just before it does: locks, one paged read a region, and
 * sharing, one read a snapshot, since no list tells it. What could not be looked at is not deleted. Whoever reads the
 * locks of the copies knows which of them lack theirs.
 *
 * EC2 charges nothing for these reads and refills 20 a second (AWS, "Request throttling for the Amazon EC2 API").
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { Budget } from "./apply";
import { type VaultClients, ec2In } from "./clients";
import { type HeldLock, describeLocks, describeSharing } from "./ec2Reads";
import { type Cause, causeOf, meaningOf } from "./errors";
import { lockHold, lockNotice, sharedHold, sharedNotice, tierHold } from "./holds";
import { lockable, planLocks } from "./planLocks";
import { type ReadRegion, readRegions } from "./readRegions";
import type {
  DeleteAction,
  Kept,
  LockAction,
  Problem,
  Snapshot,
  ThrottledRead,
  VaultPolicy,
  World,
} from "./types";
import { type Step, runSteps } from "./workers";

/** Reads in flight. */
const CONCURRENCY = 8;

export interface Guarded {
  /** Locks first, then what nothing holds. */
  actions: (LockAction | DeleteAction)[];
  kept: Kept[];
  problems: Problem[];
  throttled: ThrottledRead[];
}

type Locks = ReadonlyMap<string, HeldLock>;

function unread(what: string, consequence: string, { code, message }: Cause): Problem {
  return {
    kind: "not-guarded",
    subject: what,
    message: `could not read ${what}: ${code}: ${message}; ${consequence}`,
    hint: "Check the role's rights and the region's health; the next sweep tries again.",
  };
}

/** A failed read is a problem, or put off where AWS throttled it; one of a kind is enough to tell. */
function note(guarded: Guarded, cause: Cause, problem: Problem): void {
  const same = ({ subject }: Problem) => subject === problem.subject;
  if (meaningOf(cause) === "limit") {
    if (guarded.throttled.some((read) => same(read.problem))) return;
    guarded.throttled.push({ code: cause.code, problem });
  } else if (!guarded.problems.some(same)) guarded.problems.push(problem);
}

async function readLocks(
  client: EC2Client,
  region: string,
  guarded: Guarded,
): Promise<Locks | undefined> {
  try {
    return await describeLocks(client);
  } catch (error) {
    const cause = causeOf(error);
    note(guarded, cause, unread(`locks in ${region}`, "nothing was locked or pruned there", cause));
    return undefined;
  }
}

/** One region's deletions, on their way to being carried out or not. */
interface Guarding extends ReadRegion {
  client: EC2Client;
  deletes: readonly DeleteAction[];
}

function keep(guarded: Guarded, { region, snapshotId, reason }: DeleteAction, held: string): void {
  guarded.kept.push({ region, snapshotId, reason: `${reason}, but ${held}` });
}

/** What the snapshot's own record and the region's locks say. Gives what has yet to be asked who it is shared with. */
function unheld(
  { deletes, seen }: Guarding,
  locks: Locks,
  policy: VaultPolicy,
  nowMs: number,
  guarded: Guarded,
): DeleteAction[] {
  const byId = new Map(seen.map((snapshot) => [snapshot.snapshotId, snapshot]));
  return deletes.filter((action) => {
    const snapshot = byId.get(action.snapshotId);
    const tier = snapshot === undefined ? undefined : tierHold(snapshot);
    const lock = locks.get(action.snapshotId);
    if (tier === undefined && lock === undefined) return true;
    if (lock !== undefined) {
      const told = lockNotice(action, snapshot, lock, policy, nowMs);
      if (told !== undefined) guarded.problems.push(told);
    }
    keep(guarded, action, tier ?? lockHold(lock as HeldLock));
    return false;
  });
}

/** Asks of each whom it is shared with. Only a snapshot that is shared with nobody is free. */
async function unshared(
  { client, region }: Guarding,
  deletes: readonly DeleteAction[],
  budget: Budget,
  guarded: Guarded,
): Promise<DeleteAction[]> {
  const free = new Set<DeleteAction>();
  const what = `whom snapshots in ${region} are shared with`;
  const steps: Step[] = deletes.map((action) => ({
    lane: region,
    run: async () => {
      try {
        const sharedWith = await describeSharing(client, action.snapshotId);
        if (sharedWith.length === 0) free.add(action);
        else {
          keep(guarded, action, sharedHold(sharedWith));
          guarded.problems.push(sharedNotice(action, sharedWith));
        }
        return {};
      } catch (error) {
        const cause = causeOf(error);
        const meaning = meaningOf(cause);
        if (meaning === "gone") {
          keep(guarded, action, "it is gone");
          return {};
        }
        note(guarded, cause, unread(what, "what could not be looked at was not pruned", cause));
        keep(guarded, action, `it is not known ${what}`);
        // A limit or a missing right is the next one's too.
        return { stopLane: meaning === "limit" || meaning === "denied" ? cause.code : undefined };
      }
    },
    defer: () => {
      keep(guarded, action, `it is not known ${what}`);
    },
  }));
  await runSteps(steps, CONCURRENCY, () => budget.now() < budget.deadlineMs);
  return deletes.filter((action) => free.has(action));
}

/** The copies of a DR region that a lock is owed to; none in the primary one. */
function owedIn({ dr, own, deletes }: Guarding, { lock }: VaultPolicy, nowMs: number): Snapshot[] {
  if (dr === undefined) return [];
  const leaving = new Set(deletes.map(({ snapshotId }) => snapshotId));
  return lockable(own, leaving, dr, lock, nowMs);
}

/** One region: what is to be locked there, and what may go. */
async function guardRegion(
  guarding: Guarding,
  policy: VaultPolicy,
  budget: Budget,
  guarded: Guarded,
): Promise<{ locks: LockAction[]; deletes: DeleteAction[] }> {
  const { client, region, deletes } = guarding;
  const nowMs = budget.now();
  const owed = owedIn(guarding, policy, nowMs);
  if (deletes.length === 0 && owed.length === 0) return { locks: [], deletes: [] };
  const hasTime = budget.now() < budget.deadlineMs;
  const held = hasTime ? await readLocks(client, region, guarded) : undefined;
  if (held === undefined) {
    for (const action of deletes) keep(guarded, action, "its region's locks are not known");
    return { locks: [], deletes: [] };
  }
  const rest = unheld(guarding, held, policy, nowMs, guarded);
  const free = await unshared(guarding, rest, budget, guarded);
  const { lock } = policy;
  const locks = lock === undefined ? [] : planLocks(owed, (id) => held.has(id), lock, nowMs);
  return { locks, deletes: free };
}

/**
 * @param deletes what the plan would delete, in all regions
 * @returns what may be deleted, what is to be locked, what is kept and why; never throws
 */
export async function guardDeletions(
  clients: VaultClients,
  deletes: readonly DeleteAction[],
  world: World,
  policy: VaultPolicy,
  budget: Budget,
): Promise<Guarded> {
  const guarded: Guarded = { actions: [], kept: [], problems: [], throttled: [] };
  // Most passes have nothing to look at.
  if (deletes.length === 0 && policy.lock === undefined) return guarded;
  const all = await Promise.all(
    readRegions(world, policy).map((one) => {
      const guarding: Guarding = {
        ...one,
        client: ec2In(clients, one.region).reader,
        deletes: deletes.filter((action) => action.region === one.region),
      };
      return guardRegion(guarding, policy, budget, guarded);
    }),
  );
  guarded.actions = [...all.flatMap(({ locks }) => locks), ...all.flatMap((one) => one.deletes)];
  return guarded;
}
