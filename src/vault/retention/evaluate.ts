/**
 * Decides which recovery points the keep rules want, instance by instance. A recovery point is kept or deleted as a
 * whole. Pure. Any of these can keep it:
 * - the instance's history;
 * - the history of its complete recovery points, so that a night when a volume failed does not replace a complete
 *   one;
 * - being the newest of a volume.
 */
import { partOf } from "../lib/text";
import type { ChangeKey } from "../model/memory/waitingPlans";
import type { Snapshot } from "../model/world";
import { type PruneRules, historyVerdict } from "./historyVerdict";
import { setKeyOf, setsByInstance, setsByShared } from "./recoverySets";
import {
  type Held,
  type RetentionVerdict,
  addHistoryVerdict,
  emptyVerdict,
  holdIn,
  holdOfBoth,
  keepIn,
  whyKept,
} from "./retentionVerdict";
import type { Side } from "./verdict";

/** Snapshots of one region, and the side of an instance's rules that applies there. */
export interface Evaluated {
  snapshots: readonly Snapshot[];
  side: Side;
  region: string;
}

/** Recovery points that are kept or held, by key: the id of a snapshot that is kept, or the hold. */
interface StayingSets {
  kept: ReadonlyMap<string, string>;
  held: ReadonlyMap<string, Held>;
}

/** Finds them. Names the smallest id of each, because EC2 lists snapshots in no particular order. */
function stayingSets(verdict: RetentionVerdict, snapshots: readonly Snapshot[]): StayingSets {
  const kept = new Map<string, string>();
  const held = new Map<string, Held>();
  for (const one of snapshots) {
    const key = setKeyOf(one);
    if (whyKept(verdict, one) !== undefined) {
      const known = kept.get(key);
      if (known === undefined || one.snapshotId < known) kept.set(key, one.snapshotId);
      continue;
    }
    const mine = verdict.held.get(one.snapshotId);
    if (mine !== undefined) held.set(key, holdOfBoth(held.get(key), mine));
  }
  return { kept, held };
}

/**
 * Adds what keeps the snapshots of volumes that several instances have had. That is the volume's own history, and the
 * other instances' recovery points for the same slot, which would be incomplete without them.
 */
function addShared(verdict: RetentionVerdict, { snapshots, side, region }: Evaluated, rules: PruneRules): void {
  const staying = stayingSets(verdict, snapshots);
  const ofShared = setsByShared(snapshots, rules.shared);
  for (const [volumeId, instances] of rules.shared) {
    const sets = ofShared.get(volumeId) ?? [];
    const others = [...instances].sort();
    for (const one of sets.flatMap(({ snapshots: ofSlot }) => ofSlot)) {
      if (whyKept(verdict, one) !== undefined) continue;
      const { slot } = one.identity;
      const keeping = others.find((id) => staying.kept.has(`${id} ${slot}`));
      if (keeping !== undefined) {
        keepIn(verdict, one.snapshotId, `${keeping} has a recovery point for ${slot}`);
        continue;
      }
      for (const id of others) {
        const held = staying.held.get(`${id} ${slot}`);
        if (held !== undefined) holdIn(verdict, one.snapshotId, held);
      }
    }
    addHistoryVerdict(verdict, sets, historyVerdict({ unit: volumeId, sets, side, region }, rules));
  }
}

/** Adds the rest of each recovery point if any part of it is kept or held, so that no data is left without its root. */
function addRest(verdict: RetentionVerdict, snapshots: readonly Snapshot[]): void {
  const staying = stayingSets(verdict, snapshots);
  for (const one of snapshots) {
    if (whyKept(verdict, one) !== undefined) continue;
    const kept = staying.kept.get(setKeyOf(one));
    const held = staying.held.get(setKeyOf(one));
    if (kept !== undefined) keepIn(verdict, one.snapshotId, partOf(kept, "it is kept"));
    else if (held !== undefined) holdIn(verdict, one.snapshotId, held);
  }
}

/**
 * Lets a change that released a part of a recovery point, such as a volume that moved, release the rest. It has held the
 * whole of it, so the rest became due as well meanwhile, and the mail named it with its date.
 */
function approveRest({ approved, gone }: RetentionVerdict, snapshots: readonly Snapshot[]): void {
  if (approved.size === 0) return;
  const sets = new Map<string, ChangeKey[]>();
  for (const one of snapshots) {
    const keys = approved.get(one.snapshotId);
    if (keys !== undefined) sets.set(setKeyOf(one), [...(sets.get(setKeyOf(one)) ?? []), ...keys]);
  }
  for (const one of snapshots) {
    const keys = sets.get(setKeyOf(one));
    const isRest = gone.has(one.snapshotId) && !approved.has(one.snapshotId);
    if (keys !== undefined && isRest) approved.set(one.snapshotId, keys);
  }
}

/** Evaluates the snapshots of a region. Each of them is in the verdict once: kept, held or gone. */
export function evaluate(evaluated: Evaluated, rules: PruneRules): RetentionVerdict {
  const { snapshots, side, region } = evaluated;
  const verdict = { ...emptyVerdict(), sets: setsByInstance(snapshots) };
  for (const sets of verdict.sets) {
    const unit = sets[0]?.instanceId ?? "";
    const history = historyVerdict({ unit, sets, side, region }, rules);
    verdict.keptSlots.set(unit, history.kept);
    if (history.kept.size < sets.length) addHistoryVerdict(verdict, sets, history);
  }
  if (rules.shared.size > 0) {
    addShared(verdict, evaluated, rules);
    addRest(verdict, snapshots);
    approveRest(verdict, snapshots);
  }
  return verdict;
}
