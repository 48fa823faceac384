/**
 * Which recovery points the keep rules want, instance by instance. A recovery point is kept or let go whole, and wherever any
 * of these wants it: the instance's history; that of its complete recovery points, so that a night when a volume failed takes
 * no good one's place; the newest of each volume. Pure.
 */
import { type RecoverySet, setKeyOf, setsByInstance, wasThere } from "./recoverySets";
import { partOf } from "../lib/text";
import type { ChangeKey } from "../model/waitingPlans";
import type { Former, FormersOf } from "./former";
import type { RulesOf } from "./effectiveRules";
import type { Snapshot } from "../model/world";
import { type ReadAt, type Side, type Verdict, verdictBy } from "./verdict";

/** What the rules are read with. */
export interface PruneRules extends ReadAt {
  /** Of an instance, or of a volume that several instances have. */
  rulesOf: RulesOf;
  /** The instances of each volume that has had several: shared by them, or moved. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** What units were under before a change; absent: no change is looked for. */
  formersOf?: FormersOf;
}

/** What waits, since rules of before would still keep it. */
interface Held {
  /** Why it would go. */
  why: string;
  /** The changes that it waits for. */
  keys: ReadonlySet<ChangeKey>;
  /** Those of them that no mail has named yet. */
  fresh: ReadonlySet<ChangeKey>;
}

/** What becomes of each snapshot: it is kept, waits or goes. By id but for most of what is kept, which is nearly all. */
export interface RetentionVerdict {
  /** What was judged, instance by instance. */
  sets: readonly (readonly RecoverySet[])[];
  /** By instance and slot, why its own rules keep it. */
  keptSlots: Map<string, ReadonlyMap<string, string>>;
  /** What is kept for another's sake. */
  keptToo: Map<string, string>;
  held: Map<string, Held>;
  gone: Map<string, string>;
  /** Of those that go: the changes that let go of them, which somebody allowed or whose grace is over. */
  approved: Map<string, readonly ChangeKey[]>;
}

/** Returns a judgement of nothing. */
export function nothingJudged(): RetentionVerdict {
  return {
    sets: [],
    keptSlots: new Map(),
    keptToo: new Map(),
    held: new Map(),
    gone: new Map(),
    approved: new Map(),
  };
}

/** Returns why a snapshot that was judged is kept; `undefined` where it is not. */
export function whyKept(
  { keptSlots, keptToo }: RetentionVerdict,
  { snapshotId, identity: { instanceId, slot } }: Snapshot,
): string | undefined {
  return keptSlots.get(instanceId)?.get(slot) ?? keptToo.get(snapshotId);
}

/** A verdict with what rules of before make of it. */
interface FullVerdict extends Verdict {
  held: Map<string, Held>;
  approved: Map<string, readonly ChangeKey[]>;
}

/** What waits for the changes of both. */
function both(known: Held | undefined, more: Held): Held {
  if (known === undefined) return more;
  const keys = new Set([...known.keys, ...more.keys]);
  return { why: more.why, keys, fresh: new Set([...known.fresh, ...more.fresh]) };
}

/** Adds what rules of before make of what would go. */
function addFormer(
  verdict: FullVerdict,
  former: Former,
  sets: readonly RecoverySet[],
  unit: string,
  side: Side,
  nowMs: number,
): void {
  const { calendar } = former;
  const { kept: wouldKeep } = verdictBy(former.rules, former.over(sets), unit, side, { calendar, nowMs });
  const { overFrom, before: end, keys, fresh, carrier } = former;
  const hold = (slot: string, why: string) => {
    const more = { why, keys: new Set(keys), fresh: new Set(fresh) };
    verdict.held.set(slot, both(verdict.held.get(slot), more));
  };
  const whyGone = (slot: string) => (verdict.kept.has(slot) ? undefined : verdict.gone.get(slot));
  let isHolding = false;
  for (const set of sets) {
    const { slot } = set;
    const why = whyGone(slot);
    if (why === undefined || !wouldKeep.has(slot)) continue;
    if (end !== undefined && !wasThere(set, end)) continue;
    // What was made since is under the rules of now alone.
    if (overFrom === undefined) {
      hold(slot, why);
      isHolding = true;
    } else if (slot <= overFrom) verdict.approved.set(slot, keys);
  }
  // With the last that carries the tags of before, the vault would forget for what the others wait.
  const why = isHolding && carrier !== undefined ? whyGone(carrier) : undefined;
  if (why !== undefined && carrier !== undefined) hold(carrier, why);
}

/** The rules that are read for one instance, or one shared volume: those of now, and of before for what would go by them. */
function judgeSets(
  sets: readonly RecoverySet[],
  unit: string,
  side: Side,
  rules: PruneRules,
  region: string,
): FullVerdict {
  const verdict = verdictBy(rules.rulesOf(unit), sets, unit, side, rules);
  const full: FullVerdict = { ...verdict, held: new Map(), approved: new Map() };
  const isLoss = sets.some(({ slot }) => verdict.gone.has(slot) && !verdict.kept.has(slot));
  if (!isLoss || rules.formersOf === undefined) return full;
  for (const former of rules.formersOf(unit, sets, region)) {
    addFormer(full, former, sets, unit, side, rules.nowMs);
  }
  return full;
}

/** Adds a verdict to the judgement: what anything keeps is kept, and what anything holds is held else. */
function addTo(judgement: RetentionVerdict, sets: readonly RecoverySet[], verdict: FullVerdict): void {
  for (const { slot, snapshots } of sets) {
    const why = verdict.kept.get(slot);
    const held = verdict.held.get(slot);
    for (const one of snapshots) {
      const { snapshotId } = one;
      if (whyKept(judgement, one) !== undefined) continue;
      if (why !== undefined) keepIn(judgement, snapshotId, why);
      else if (held !== undefined) holdIn(judgement, snapshotId, held);
      else if (!judgement.held.has(snapshotId)) {
        judgement.gone.set(snapshotId, verdict.gone.get(slot) ?? "no rule keeps it");
        const approved = verdict.approved.get(slot);
        if (approved !== undefined) judgement.approved.set(snapshotId, approved);
      }
    }
  }
}

function keepIn({ keptToo, held, gone }: RetentionVerdict, snapshotId: string, why: string): void {
  keptToo.set(snapshotId, why);
  held.delete(snapshotId);
  gone.delete(snapshotId);
}

function holdIn({ held, gone }: RetentionVerdict, snapshotId: string, more: Held): void {
  held.set(snapshotId, both(held.get(snapshotId), more));
  gone.delete(snapshotId);
}

/** By the key of each recovery point that stays: a snapshot of it that is kept, or how one of it is held. */
interface StayingSets {
  kept: ReadonlyMap<string, string>;
  held: ReadonlyMap<string, Held>;
}

function stayingSets(judgement: RetentionVerdict, snapshots: readonly Snapshot[]): StayingSets {
  const kept = new Map<string, string>();
  const held = new Map<string, Held>();
  for (const one of snapshots) {
    const mine = judgement.held.get(one.snapshotId);
    if (whyKept(judgement, one) !== undefined) kept.set(setKeyOf(one), one.snapshotId);
    else if (mine !== undefined) held.set(setKeyOf(one), mine);
  }
  return { kept, held };
}

/**
 * Adds what keeps the snapshots of volumes that several instances have had: the volume's own history, and the recovery
 * points of the others for the same slot, which a restore would miss them in.
 */
function addShared(
  judgement: RetentionVerdict,
  snapshots: readonly Snapshot[],
  side: Side,
  rules: PruneRules,
  region: string,
): void {
  const staying = stayingSets(judgement, snapshots);
  for (const [volumeId, instances] of rules.shared) {
    const mine = snapshots.filter((one) => one.volumeId === volumeId);
    const slots = new Map<string, RecoverySet>();
    for (const one of mine) {
      const { slot } = one.identity;
      const set = slots.get(slot) ?? { instanceId: volumeId, slot, snapshots: [] };
      set.snapshots.push(one);
      slots.set(slot, set);
      if (whyKept(judgement, one) !== undefined) continue;
      const others = [...instances].map((id) => ({ id, key: `${id} ${slot}` }));
      const keeping = others.find(({ key }) => staying.kept.has(key));
      const holding = others.find(({ key }) => staying.held.has(key));
      if (keeping !== undefined) {
        keepIn(judgement, one.snapshotId, `${keeping.id} has a recovery point for ${slot}`);
      } else if (holding !== undefined) {
        holdIn(judgement, one.snapshotId, staying.held.get(holding.key) as Held);
      }
    }
    const sets = [...slots.values()];
    addTo(judgement, sets, judgeSets(sets, volumeId, side, rules, region));
  }
}

/** Adds the rest of each recovery point of which anything stays: no data is left without its root. */
function addRest(judgement: RetentionVerdict, snapshots: readonly Snapshot[]): void {
  const staying = stayingSets(judgement, snapshots);
  for (const one of snapshots) {
    if (whyKept(judgement, one) !== undefined) continue;
    const kept = staying.kept.get(setKeyOf(one));
    const held = staying.held.get(setKeyOf(one));
    if (kept !== undefined) keepIn(judgement, one.snapshotId, partOf(kept, "it is kept"));
    else if (held !== undefined) holdIn(judgement, one.snapshotId, held);
  }
}

/** Judges the snapshots of a region: every one comes back once, kept, held or gone. */
export function evaluate(
  snapshots: readonly Snapshot[],
  side: Side,
  rules: PruneRules,
  region: string,
): RetentionVerdict {
  const judgement = { ...nothingJudged(), sets: setsByInstance(snapshots) };
  for (const sets of judgement.sets) {
    const unit = sets[0]?.instanceId ?? "";
    const verdict = judgeSets(sets, unit, side, rules, region);
    judgement.keptSlots.set(unit, verdict.kept);
    if (verdict.kept.size < sets.length) addTo(judgement, sets, verdict);
  }
  if (rules.shared.size > 0) {
    addShared(judgement, snapshots, side, rules, region);
    addRest(judgement, snapshots);
  }
  return judgement;
}
