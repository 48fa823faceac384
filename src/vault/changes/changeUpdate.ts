/** What the memory of changes becomes by an invocation's plan: who is missing, what is stopped, and what is forgotten. Pure. */
import type { ChangeKey, PlannedChanges } from "../model/waitingPlans";
import { type Known, changeKey, groupsOf, kindOf, knownOf, withNotified } from "./changeKeys";
import type { ChangeMemory, FormerSettings, MissingInstances } from "../model/changeMemory";
import type { NotifiedAt } from "../model/clockState";
import type { RetentionVerdict } from "../retention/retentionVerdict";
import { leadsTo, unitOf } from "./tagChanges";
import { DAY_MS, isoSeconds, parseIso } from "../lib/time";
import type { CoreSettings } from "../model/settings";

/** Instances that the clock carries; of more the oldest, and the others begin later. */
const MAX_MISSING = 1_500;
/** Stopped instances of a region that the clock carries; more are all of it. */
const MAX_STOPPED = 500;

/** Days after its grace for which an edit's settings of before are remembered: what they let go of is deleted in that time. */
const DONE_AFTER_DAYS = 30;

/** One region after its plan was made. */
export interface ChangedRegion {
  region: string;
  verdict: RetentionVerdict;
  /** Instances that the deletion limit stopped. */
  stopped: readonly string[];
  /** Instances of which anything is due, stopped or allowed. */
  due: ReadonlySet<string>;
}

/** What an invocation saw. */
export interface Looked {
  regions: readonly ChangedRegion[];
  /** Whether all regions could be read. */
  isAllSeen: boolean;
  /** Whether the instances were read, and some found. */
  knowsFleet: boolean;
  isMissing: (id: string) => boolean;
  /** Whether the vault has any snapshot of an instance or a volume. */
  has: (id: string) => boolean;
  /** The tags that pick the rules of an instance now, as one text. */
  comboOf: (id: string) => string;
  /** The slot that is served. */
  slot?: string;
  settings: Pick<CoreSettings, "orphanDays" | "editGraceDays">;
}

/** Instances that lose something by being missing, whether it waits or goes. */
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

/** Who is missing since when. Who was found again is forgotten, and in time whoever has nothing to lose. */
function nextMissing(
  { missing }: ChangeMemory,
  { regions, isAllSeen, knowsFleet, isMissing, has, slot, settings }: Looked,
  nowMs: number,
): readonly MissingInstances[] {
  if (!knowsFleet || slot === undefined) return missing;
  const units = losing(regions);
  const known = missing.flatMap((group) => {
    // What a person allowed early must be known for what it is until its newest point tells that by its age.
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

/** Whether it may still matter that a person was told of a change. */
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

/** Adds to the memory the plans that a mail was accepted for, now or within the last day. */
export function notifiedOf({ memory, plans }: PlannedChanges, notified: NotifiedAt): ChangeMemory {
  let known: ReadonlyMap<ChangeKey, Known> = knownOf(memory);
  for (const plan of plans) {
    const at = notified[plan.problemKey ?? ""];
    if (at !== undefined) known = withNotified(known, plan, at);
  }
  return { ...memory, notified: groupsOf(known) };
}

/** Whether all regions were mailed about settings of before so long ago that what they kept has gone. */
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

/** Returns the memory as the clock shall carry it, but for what this invocation mails. */
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
