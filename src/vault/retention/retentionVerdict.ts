/** Holds the verdict of retention on each snapshot of a region, and combines several reasons for one snapshot. Pure. */
import type { ChangeKey } from "../model/memory/waitingPlans";
import type { Snapshot } from "../model/world";
import type { RecoverySet } from "./recoverySets";
import type { Verdict } from "./verdict";

/** A snapshot that waits, because former rules would still keep it. */
export interface Held {
  /** Reason for its deletion. */
  why: string;
  /** Changes that it waits for. */
  keys: ReadonlySet<ChangeKey>;
  /** Those changes that no mail has named yet. */
  fresh: ReadonlySet<ChangeKey>;
  /** Earliest time at which it can be deleted without an approval, in milliseconds since 1970, if it is mailed now. */
  endMs: number;
}

/** Verdict on one history, with the holds and approvals of former rules, if there are any; all by slot. */
export interface FullVerdict extends Verdict {
  held?: Map<string, Held>;
  approved?: Map<string, readonly ChangeKey[]>;
}

/**
 * Verdict on every snapshot: kept, held or gone. It is stored by snapshot id, except for most kept snapshots, which are
 * nearly all.
 */
export interface RetentionVerdict {
  /** Recovery points that were evaluated, instance by instance. */
  sets: readonly (readonly RecoverySet[])[];
  /** Reasons why the instance's own rules keep a recovery point, by instance and slot. */
  keptSlots: Map<string, ReadonlyMap<string, string>>;
  /** Reasons for keeping a snapshot because of another history or snapshot. */
  keptToo: Map<string, string>;
  held: Map<string, Held>;
  gone: Map<string, string>;
  /** Changes that released a snapshot that is gone, each approved or past its grace period. */
  approved: Map<string, readonly ChangeKey[]>;
}

/** Returns an empty verdict. */
export function emptyVerdict(): RetentionVerdict {
  return {
    sets: [],
    keptSlots: new Map(),
    keptToo: new Map(),
    held: new Map(),
    gone: new Map(),
    approved: new Map(),
  };
}

/** Returns why a snapshot is kept; `undefined` if it is not. */
export function whyKept(
  { keptSlots, keptToo }: RetentionVerdict,
  { snapshotId, identity: { instanceId, slot } }: Snapshot,
): string | undefined {
  return keptSlots.get(instanceId)?.get(slot) ?? keptToo.get(snapshotId);
}

/**
 * Combines two holds: the snapshot waits for the changes of both. The order does not matter, because EC2 promises none.
 */
export function holdOfBoth(known: Held | undefined, more: Held): Held {
  if (known === undefined) return more;
  return {
    why: known.why < more.why ? known.why : more.why,
    keys: new Set([...known.keys, ...more.keys]),
    fresh: new Set([...known.fresh, ...more.fresh]),
    endMs: Math.max(known.endMs, more.endMs),
  };
}

/** Keeps a snapshot, whatever was decided about it before. */
export function keepIn({ keptToo, held, gone }: RetentionVerdict, snapshotId: string, why: string): void {
  keptToo.set(snapshotId, why);
  held.delete(snapshotId);
  gone.delete(snapshotId);
}

/** Holds a snapshot that would be gone. */
export function holdIn({ held, gone }: RetentionVerdict, snapshotId: string, more: Held): void {
  held.set(snapshotId, holdOfBoth(held.get(snapshotId), more));
  gone.delete(snapshotId);
}

/**
 * Adds the verdict on one history. A snapshot is kept if any history keeps it, and otherwise held if any history holds
 * it.
 */
export function addHistoryVerdict(verdict: RetentionVerdict, sets: readonly RecoverySet[], history: FullVerdict): void {
  for (const { slot, snapshots } of sets) {
    const why = history.kept.get(slot);
    const held = history.held?.get(slot);
    for (const one of snapshots) {
      const { snapshotId } = one;
      if (whyKept(verdict, one) !== undefined) continue;
      if (why !== undefined) keepIn(verdict, snapshotId, why);
      else if (held !== undefined) holdIn(verdict, snapshotId, held);
      else if (!verdict.held.has(snapshotId)) {
        verdict.gone.set(snapshotId, history.gone.get(slot) ?? "no rule keeps it");
        const approved = history.approved?.get(slot);
        if (approved !== undefined) verdict.approved.set(snapshotId, approved);
      }
    }
  }
}
