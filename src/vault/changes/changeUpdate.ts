/** Updates the memory of changes after a plan: missing instances, stopped instances, and what is forgotten. Pure. */
import type { ChangeKey, PlannedChanges } from "../model/memory/waitingPlans";
import {
  type ChangeKind,
  type Known,
  changeKey,
  editKey,
  endOfSettings,
  graceEndMs,
  groupsOf,
  kindOf,
  knownOf,
  overFromMs,
  withNotified,
} from "./changeKeys";
import { MAX_FORMER } from "./changeMemory";
import { resumedIn } from "./resumed";
import type { ChangeMemory, FormerSettings, MissingInstances } from "../model/memory/changeMemory";
import type { NotifiedAt } from "../model/memory/clockState";
import type { RecoverySet } from "../retention/recoverySets";
import type { RetentionVerdict } from "../retention/retentionVerdict";
import type { OlderTags } from "./olderTags";
import { leadsTo, tagChange, unitOf } from "./tagChanges";
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
  /** Slot of the oldest recovery point in any region; `undefined` if there is none. */
  oldestSlot?: string;
  /** True if the instances were read, and any of them has a volume to back up. */
  knowsFleet: boolean;
  isMissing: (id: string) => boolean;
  /** Instances of each volume that has had several. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** Decides whether the vault has any snapshot of an instance or a volume. */
  has: (id: string) => boolean;
  /** Returns the tags that pick the rules of an instance now, as one text. */
  comboOf: (id: string) => string;
  olderTags: OlderTags;
  /** Target slot. */
  slot?: string;
  settings: Pick<CoreSettings, "orphans" | "orphanDays" | "editGraceDays">;
}

/** Returns what loses something because of changes of a kind, whether it waits or is due: units, or ends of settings. */
type Losing = (kind: ChangeKind) => ReadonlySet<string>;

function losingIn(regions: readonly ChangedRegion[]): Losing {
  const all = new Set<ChangeKey>();
  const take = (keys: Iterable<ChangeKey>) => {
    for (const key of keys) all.add(key);
  };
  for (const { verdict } of regions) {
    for (const { keys } of verdict.held.values()) take(keys);
    for (const keys of verdict.approved.values()) take(keys);
  }
  const parts = [...all].map(kindOf);
  return (wanted) => new Set(parts.flatMap(({ kind, of }) => (kind === wanted ? [of] : [])));
}

interface Judged extends Looked {
  losing: Losing;
}

/**
 * Adds the volumes that such an instance has shared, and their other instances. Otherwise these would only be recorded
 * once they are the last that keeps anything, and their recovery points would wait for one orphan's days after the other.
 */
function withShared(units: ReadonlySet<string>, { shared, isMissing }: Looked): Set<string> {
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
    const unit = unitOf(change);
    return [...olderTags(unit).keys()].some((before) => change === tagChange(unit, comboOf(unit), before));
  };
  return (key: ChangeKey): boolean => {
    const { region, kind, of } = kindOf(key);
    if (kind === "settings") return former.some(({ until }) => until === endOfSettings(of));
    if (kind === "orphan" && knowsFleet && !isMissing(of)) return false;
    const seen = regions.find((one) => one.region === region);
    if (kind === "limit" && seen !== undefined) return seen.due.has(of);
    if (kind === "tags" && has(unitOf(of)) && !leadsTo(of, comboOf(unitOf(of)))) return false;
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

/** Returns the former settings that are still needed. */
function nextFormer(
  memory: ChangeMemory,
  known: ReadonlyMap<ChangeKey, Known>,
  { losing, settings, regions, isAllSeen, oldestSlot, isMissing, has }: Judged,
  nowMs: number,
): readonly FormerSettings[] {
  const { former } = memory;
  if (former.length === 0) return former;
  const losers = new Set([...losing("settings")].map(endOfSettings));
  // Recovery points that were made since the settings ended may wait too.
  const isPast = ({ until }: FormerSettings) =>
    isAllSeen && !losers.has(until) && (oldestSlot === undefined || oldestSlot > until);
  const doneMs = nowMs - DONE_AFTER_DAYS * DAY_MS;
  // `Infinity` if not all of the regions had a mail, and each instance that it could not name.
  const lastMs = (
    about: readonly string[],
    until: string,
    endOf: (change: Known | undefined) => number | undefined,
  ) => {
    const keys = about.flatMap((region) => {
      const key = changeKey(region, "settings", until);
      const units = known.get(key)?.except?.filter(has) ?? [];
      return [key, ...units.map((unit) => editKey(region, until, unit, known))];
    });
    return Math.max(...keys.map((key) => endOf(known.get(key)) ?? Infinity));
  };
  const isDone = ({ until, region }: FormerSettings) =>
    lastMs(region === undefined ? memory.regions : [region], until, (one) => graceEndMs(one, settings)) < doneMs;
  const overMs = (until: string) => lastMs(memory.regions, until, (one) => overFromMs(one, "", settings));
  const isNeeded = resumedIn(former, memory.settings, overMs, ({ until, backAt }) => {
    const isBetween = ({ slot }: RecoverySet) => slot >= until && slot <= backAt;
    // The last recovery points of what is not backed up any more stay for good, and nothing displaces them.
    const isLive = ([one]: readonly RecoverySet[]) =>
      one !== undefined && (settings.orphans === "keep" || !isMissing(one.instanceId));
    return !isAllSeen || regions.some(({ verdict }) => verdict.sets.some((all) => isLive(all) && all.some(isBetween)));
  });
  const left = former.filter((one, index) => isNeeded(index) || (!isPast(one) && !isDone(one)));
  // The next edit needs room. Those that hold and release nothing any more make it, the oldest first.
  const isOver = ({ until, region }: FormerSettings) =>
    isAllSeen &&
    !losers.has(until) &&
    lastMs(region === undefined ? memory.regions : [region], until, (one) => overFromMs(one, "", settings)) <= nowMs;
  const first = left.findIndex((one) => !isOver(one) || isNeeded(former.indexOf(one)));
  return left.slice(Math.max(0, Math.min(first < 0 ? left.length : first, left.length - MAX_FORMER + 1)));
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
