/** Updates the memory of changes after a plan: missing instances, stopped instances, and what is forgotten. Pure. */
import type { ChangeKey, PlannedChanges } from "../model/memory/waitingPlans";
import { type Known, groupsOf, kindOf, knownOf, subjectOf, withNotified } from "./changeKeys";
import { type ChangedRegion, type Judged, type Looked, losingIn } from "./looked";
import { nextFormer } from "./nextFormer";
import type { ChangeMemory, MissingInstances } from "../model/memory/changeMemory";
import type { NotifiedAt } from "../model/memory/clockState";
import { leadsTo, tagChange } from "./tagChanges";
import { withSharers } from "../retention/recoverySets";
import { DAY_MS, isoSeconds, parseIso } from "../lib/time";

/**
 * Limit on missing instances in the timer's payload. Those already recorded have priority, and the rest are recorded
 * later.
 */
const MAX_MISSING = 1_500;
/** Limit on stopped instances of a region in the timer's payload. Beyond it the whole region is recorded as stopped. */
const MAX_STOPPED = 500;

/**
 * Adds the volumes that such an instance has shared, and their other instances. Otherwise these would only be recorded
 * once they are the last that keeps anything, and their recovery points would wait for one orphan's days after the other.
 */
function withShared(units: ReadonlySet<string>, { shared, isMissing }: Looked): Set<string> {
  return new Set([...units, ...[...withSharers(units, shared)].filter(isMissing)]);
}

/**
 * Returns which instances are missing since when. An instance is removed once it is found, and eventually once it has
 * nothing to lose.
 */
function nextMissing({ missing }: ChangeMemory, looked: Judged, nowMs: number): readonly MissingInstances[] {
  const { losing, isAllSeen, knowsFleet, isMissing, has, slot, settings } = looked;
  if (!knowsFleet || slot === undefined) return missing;
  const units = withShared(losing("orphan"), looked);
  const known = missing.flatMap((group) => {
    // Deletions may have been approved early. The instance must remain recorded until the age of its newest point makes
    // it an orphan.
    const isYoung = (parseIso(group.since) ?? 0) + settings.orphanDays * DAY_MS >= nowMs;
    const mayLose = (id: string) => units.has(id) || (has(id) && (isYoung || !isAllSeen));
    const of = group.of.filter((id) => isMissing(id) && mayLose(id));
    return of.length > 0 ? [{ ...group, of }] : [];
  });
  const old = new Set(known.flatMap(({ of }) => of));
  const room = Math.max(0, MAX_MISSING - old.size);
  const fresh = [...units].filter((id) => !old.has(id)).slice(0, room);
  return fresh.length === 0 ? known : [...known, { since: isoSeconds(nowMs), slot, of: fresh }];
}

function nextStopped({ stopped }: ChangeMemory, regions: readonly ChangedRegion[]) {
  const seen = new Set(regions.map(({ region }) => region));
  const unseen = Object.entries(stopped).filter(([region]) => !seen.has(region));
  const next: Record<string, readonly string[]> = Object.fromEntries(unseen);
  for (const one of regions) {
    if (one.stopped.length > MAX_STOPPED) next[one.region] = ["*"];
    else if (one.stopped.length > 0) next[one.region] = [...one.stopped].sort();
  }
  return next;
}

/** Returns a function that decides whether the mail about a change still has to be remembered. */
function mattering({ former }: ChangeMemory, missing: readonly MissingInstances[], looked: Judged) {
  const { losing, regions, isAllSeen, knowsFleet, isMissing, has, comboOf, olderTags } = looked;
  const orphans = new Set([...losing("orphan"), ...missing.flatMap((group) => group.of)]);
  const isLeft = (change: string) => {
    const unit = subjectOf(change);
    return [...olderTags(unit).keys()].some((before) => change === tagChange(unit, comboOf(unit), before));
  };
  return (key: ChangeKey): boolean => {
    const { region, kind, of } = kindOf(key);
    if (kind === "settings") return former.some(({ until }) => until === subjectOf(of));
    if (kind === "volumes") return !isAllSeen || has(of);
    if (kind === "orphan" && knowsFleet && !isMissing(of)) return false;
    const seen = regions.find((one) => one.region === region);
    if (kind === "limit" && seen !== undefined) return seen.due.has(of);
    if (kind === "tags" && has(subjectOf(of)) && !leadsTo(of, comboOf(subjectOf(of)))) return false;
    if (!isAllSeen) return true;
    // Each mail takes room in the timer's payload. Former tags that no recovery point has hold nothing.
    if (kind === "tags") return isLeft(of);
    // An orphan that has lost what it could is mailed again if it has more.
    return has(of) && (kind !== "orphan" || orphans.has(of));
  };
}

/** Adds to the memory the plans whose mail SNS accepted now or within the last day. */
export function notifiedOf({ memory, plans, ...mailed }: PlannedChanges, notified: NotifiedAt): ChangeMemory {
  let known: ReadonlyMap<ChangeKey, Known> = knownOf(memory);
  for (const plan of plans) {
    const at = notified[plan.problemKey ?? ""];
    if (at !== undefined) known = withNotified(known, plan, { ...mailed, at });
  }
  return { ...memory, notified: groupsOf(known) };
}

/** Returns the memory that the timer is to carry, without what this invocation mails. */
export function nextMemory(
  memory: ChangeMemory,
  known: ReadonlyMap<ChangeKey, Known>,
  looked: Looked,
  nowMs: number,
): ChangeMemory {
  const judged = { ...looked, losing: losingIn(looked.regions) };
  const missing = nextMissing(memory, judged, nowMs);
  const stopped = nextStopped(memory, looked.regions);
  const matters = mattering(memory, missing, judged);
  const left = new Map([...known].filter(([key]) => matters(key)));
  const former = nextFormer(memory, known, judged, nowMs);
  return { ...memory, former, missing, stopped, notified: groupsOf(left) };
}
