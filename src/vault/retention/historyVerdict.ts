/** Evaluates one history: by the rules of now, and by those of before each change for what the rules of now release. Pure. */
import type { Former, FormersOf } from "./former";
import type { RulesOf } from "./effectiveRules";
import { wasThere } from "./recoverySets";
import { type FullVerdict, holdOfBoth } from "./retentionVerdict";
import { type ReadAt, type UnitHistory, verdictBy } from "./verdict";

/** Rules and what they are read with. */
export interface PruneRules extends ReadAt {
  /** Rules of an instance, or of a volume that several instances have had. */
  rulesOf: RulesOf;
  /** The instances of each volume that has had several: shared by them, or moved. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** The rules that units were under before a change; absent: no change is looked for. */
  formersOf?: FormersOf;
}

/** A unit's history in one region. */
export interface History extends UnitHistory {
  region: string;
}

/** Adds what rules of before a change make of what would be gone. */
function addFormer(verdict: FullVerdict, former: Former, { sets, unit, side }: History, nowMs: number): void {
  const { calendar } = former;
  const { kept: wouldKeep } = verdictBy(former.rules, { unit, sets: former.over(sets), side }, { calendar, nowMs });
  const { overFrom, before: end, keys, fresh, carrier } = former;
  const hold = (slot: string, why: string) => {
    const more = { why, keys: new Set(keys), fresh: new Set(fresh) };
    verdict.held.set(slot, holdOfBoth(verdict.held.get(slot), more));
  };
  const whyGone = (slot: string) => (verdict.kept.has(slot) ? undefined : verdict.gone.get(slot));
  let isHolding = false;
  for (const set of sets) {
    const { slot } = set;
    const why = whyGone(slot);
    if (why === undefined || !wouldKeep.has(slot)) continue;
    // The rules of now alone decide about what was made since.
    if (end !== undefined && !wasThere(set, end)) continue;
    if (overFrom === undefined) {
      hold(slot, why);
      isHolding = true;
    } else if (slot <= overFrom) verdict.approved.set(slot, keys);
  }
  // Once the last recovery point with the tags of before is gone, the vault no longer knows what the others wait for.
  const why = isHolding && carrier !== undefined ? whyGone(carrier) : undefined;
  if (why !== undefined && carrier !== undefined) hold(carrier, why);
}

/** Returns the verdict on one history. */
export function historyVerdict(history: History, rules: PruneRules): FullVerdict {
  const { unit, sets, region } = history;
  const verdict = verdictBy(rules.rulesOf(unit), history, rules);
  const full: FullVerdict = { ...verdict, held: new Map(), approved: new Map() };
  const isLoss = sets.some(({ slot }) => verdict.gone.has(slot) && !verdict.kept.has(slot));
  if (!isLoss || rules.formersOf === undefined) return full;
  for (const former of rules.formersOf(unit, sets, region)) addFormer(full, former, history, rules.nowMs);
  return full;
}
