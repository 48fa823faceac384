/** Updates the memory of changes after a plan: missing instances, stopped instances, and what is forgotten. Pure. */
import type { ChangeKey, PlannedChanges } from "../model/memory/waitingPlans";
import { type Known, changeKey, groupsOf, kindOf, knownOf, withNotified } from "./changeKeys";
import type { ChangeMemory, FormerSettings, MissingInstances } from "../model/memory/changeMemory";
import type { NotifiedAt } from "../model/memory/clockState";
import type { RetentionVerdict } from "../retention/retentionVerdict";
import { leadsTo, unitOf } from "./tagChanges";
import { DAY_MS, isoSeconds, parseIso } from "../lib/time";
import type { CoreSettings } from "../model/settings";

/**
 * Limit on missing instances in the timer's payload. Those already recorded have priority, and the rest are recorded
 * later.
 */
const MAX_MISSING = 1_500;
/** Limit on stopped instances of a region in the timer's payload. Beyond it the whole region is recorded as stopped. */
const MAX_STOPPED = 500;

/**
 * Days after the grace period for which previous settings are remembered. What the edit released is deleted in that
 * time.
 */
const DONE_AFTER_DAYS = 30;

/** One region after it was planned. */
export interface ChangedRegion {
  region: string;
  verdict: RetentionVerdict;
  /** Instances that the deletion limit stopped. */
  stopped: readonly string[];
  /** Instances with anything due, and those that remain stopped. */
  due: ReadonlySet<string>;
}

/** Observations of one invocation. */
export interface Looked {
  regions: readonly ChangedRegion[];
  /** True if all regions could be read. */
  isAllSeen: boolean;
  /** True if the instances were read, and any of them has a volume to back up. */
  knowsFleet: boolean;
  isMissing: (id: string) => boolean;
  /** Instances of each volume that has had several. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** Decides whether the vault has any snapshot of an instance or a volume. */
  has: (id: string) => boolean;
  /** Returns the tags that pick the rules of an instance now, as one text. */
  comboOf: (id: string) => string;
  /** Target slot. */
  slot?: string;
  settings: Pick<CoreSettings, "orphanDays" | "editGraceDays">;
}

/** Finds the instances and volumes that lose something because they are missing, whether it waits or is due. */
function losing(regions: readonly ChangedRegion[]): Set<string> {
  const units = new Set<string>();
  const take = (keys: Iterable<ChangeKey>) => {
    for (const key of keys) {
      const { kind, of } = kindOf(key);
      if (kind === "orphan") units.add(of);
    }
  };
  for (const { verdict } of regions) {
    for (const { keys } of verdict.held.values()) take(keys);
    for (const keys of verdict.approved.values()) take(keys);
  }
  return units;
}

/**
 * Adds the volumes that such an instance has shared, and their other instances. Otherwise these would only be recorded
 * once they are the last that keeps anything, and their recovery points would wait for one orphan's days after the other.
 */
function withShared(units: Set<string>, { shared, isMissing }: Looked): Set<string> {
  const all = new Set(units);
  for (const [volumeId, instances] of shared) {
    const together = [volumeId, ...instances];
    if (together.some((id) => units.has(id))) for (const id of together) if (isMissing(id)) all.add(id);
  }
  return all;
}

/**
 * Returns which instances are missing since when. An instance is removed once it is found, and eventually once it has
 * nothing to lose.
 */
function nextMissing({ missing }: ChangeMemory, looked: Looked, nowMs: number): readonly MissingInstances[] {
  const { regions, isAllSeen, knowsFleet, isMissing, has, slot, settings } = looked;
  if (!knowsFleet || slot === undefined) return missing;
  const units = withShared(losing(regions), looked);
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

/** Decides whether the mail about a change still has to be remembered. */
function matters(key: ChangeKey, memory: ChangeMemory, looked: Looked): boolean {
  const { region, kind, of } = kindOf(key);
  if (kind === "settings") return memory.former.some(({ until }) => until === of);
  if (kind === "orphan" && looked.knowsFleet && !looked.isMissing(of)) return false;
  const seen = looked.regions.find((one) => one.region === region);
  if (kind === "limit" && seen !== undefined) return seen.due.has(of);
  if (!looked.isAllSeen) return true;
  if (kind !== "tags") return looked.has(of);
  const unit = unitOf(of);
  return looked.has(unit) && leadsTo(of, looked.comboOf(unit));
}

/** Adds to the memory the plans whose mail SNS accepted now or within the last day. */
export function notifiedOf({ memory, plans }: PlannedChanges, notified: NotifiedAt): ChangeMemory {
  let known: ReadonlyMap<ChangeKey, Known> = knownOf(memory);
  for (const plan of plans) {
    const at = notified[plan.problemKey ?? ""];
    if (at !== undefined) known = withNotified(known, plan, at);
  }
  return { ...memory, notified: groupsOf(known) };
}

/** Decides whether the mails about former settings are so old in all regions that what these kept has been deleted. */
function isDone(
  { until, region: only }: FormerSettings,
  { regions }: ChangeMemory,
  known: ReadonlyMap<ChangeKey, Known>,
  doneMs: number,
): boolean {
  const about = only === undefined ? regions : [only];
  return about.every((region) => {
    const { at = "" } = known.get(changeKey(region, "settings", until)) ?? {};
    return (parseIso(at) ?? Infinity) < doneMs;
  });
}

/** Returns the memory that the timer is to carry, without what this invocation mails. */
export function nextMemory(
  memory: ChangeMemory,
  known: ReadonlyMap<ChangeKey, Known>,
  looked: Looked,
  nowMs: number,
): ChangeMemory {
  const missing = nextMissing(memory, looked, nowMs);
  const stopped = nextStopped(memory, looked.regions);
  const left = new Map([...known].filter(([key]) => matters(key, memory, looked)));
  const doneMs = nowMs - (looked.settings.editGraceDays + DONE_AFTER_DAYS) * DAY_MS;
  const former = memory.former.filter((one) => !isDone(one, memory, known, doneMs));
  return { ...memory, former, missing, stopped, notified: groupsOf(left) };
}
