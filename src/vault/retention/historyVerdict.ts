/** Evaluates one history by the current rules, and what they release by the former rules of each change. Pure. */
import type { Former, FormersOf } from "./former";
import type { RulesOf } from "./effectiveRules";
import { type RecoverySet, wasStarted, wasThere } from "./recoverySets";
import type { ChangeKey } from "../model/memory/waitingPlans";
import { type FullVerdict, type Held, holdOfBoth } from "./retentionVerdict";
import { type ReadAt, type UnitHistory, keptByAge, verdictBy } from "./verdict";

/** Rules, and what they are evaluated with. */
export interface PruneRules extends ReadAt {
  /** Rules of an instance, or of a volume that several instances have had. */
  rulesOf: RulesOf;
  /** Instances of each volume that has had several: shared by them, or moved. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** Former rules of units; absent: changes are not considered. */
  formersOf?: FormersOf;
}

/** History of a unit in one region. */
export interface History extends UnitHistory {
  region: string;
}

/**
 * Keeps what existed when a schedule was back, or a volume, and what today's rules would keep if it had never been left. It
 * decides nothing about what has been made since.
 */
function addKept(
  { kept, gone }: FullVerdict,
  { before = "", carrier, without = "what another schedule made" }: Former,
  sets: readonly RecoverySet[],
  wouldKeep: ReadonlyMap<string, string>,
): void {
  let isKeeping = false;
  for (const set of sets) {
    const why = wouldKeep.get(set.slot);
    if (why === undefined || kept.has(set.slot) || !gone.has(set.slot) || !wasThere(set, before)) continue;
    kept.set(set.slot, `${why}, without ${without}`);
    isKeeping = true;
  }
  if (isKeeping && carrier !== undefined && !kept.has(carrier)) kept.set(carrier, "it shows that a volume failed");
}

/**
 * Returns a function that decides whether today's rules released a recovery point because of a change. Otherwise it has
 * expired since, which is for the deletion limit to judge.
 */
function releasedBy({ graceEndMs }: Former, { sets, unit, side }: History, rules: PruneRules) {
  let kept: ReadonlySet<string> | undefined;
  return (slot: string): boolean => {
    if (graceEndMs === undefined) return true;
    const then = { calendar: rules.calendar, nowMs: graceEndMs };
    kept ??= keptByAge(rules.rulesOf(unit), { sets, unit, side }, then);
    return !kept.has(slot);
  };
}

/** Adds holds and approvals: what former rules would keep and the current rules delete. */
function addFormer(verdict: Required<FullVerdict>, former: Former, history: History, rules: PruneRules): void {
  const { calendar, overFrom, before: end, startedBy, keys, fresh, carrier, endMs } = former;
  const { sets, unit, side } = history;
  const at = { calendar, nowMs: rules.nowMs };
  const { kept: wouldKeep } = verdictBy(former.rules, { unit, sets: former.over(sets), side }, at);
  if (keys.length === 0) {
    addKept(verdict, former, sets, wouldKeep);
    return;
  }
  const hold = (slot: string, why: string) => {
    const more = { why, keys: new Set(keys), fresh: new Set(fresh), endMs };
    verdict.held.set(slot, holdOfBoth(verdict.held.get(slot), more));
  };
  const isReleased = releasedBy(former, history, rules);
  const whyGone = (slot: string) => (verdict.kept.has(slot) ? undefined : verdict.gone.get(slot));
  let isHolding = false;
  for (const set of sets) {
    const { slot } = set;
    const why = whyGone(slot);
    if (why === undefined || !wouldKeep.has(slot)) continue;
    // Only the current rules decide about what was made since.
    if (end !== undefined && !wasThere(set, end)) continue;
    if (startedBy !== undefined && !wasStarted(set, startedBy)) continue;
    if (overFrom === undefined) {
      hold(slot, why);
      isHolding = true;
    } else if (slot <= overFrom && isReleased(slot)) verdict.approved.set(slot, keys);
  }
  // If the last recovery point with the former tags were deleted, the vault would not know what the others wait for.
  const why = isHolding && carrier !== undefined ? whyGone(carrier) : undefined;
  if (why !== undefined && carrier !== undefined) hold(carrier, why);
}

/** Returns the verdict on one history. */
export function historyVerdict(history: History, rules: PruneRules): FullVerdict {
  const { unit, sets, region } = history;
  const verdict = verdictBy(rules.rulesOf(unit), history, rules);
  const isLoss = [...verdict.gone.keys()].some((slot) => !verdict.kept.has(slot));
  const formers = isLoss ? (rules.formersOf?.(unit, sets, region) ?? []) : [];
  if (formers.length === 0) return verdict;
  const full = { ...verdict, held: new Map<string, Held>(), approved: new Map<string, readonly ChangeKey[]>() };
  for (const former of formers) addFormer(full, former, history, rules);
  return full;
}
