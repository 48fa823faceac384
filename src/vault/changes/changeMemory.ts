/**
 * Remembers the previous settings, so that a change does not delete what they kept. Such deletions wait until a person
 * approves them, or until a mail about them is `editGraceDays` old (docs/adr/0019). The follow-up timer carries this
 * memory from one invocation to the next. Pure.
 */
import { COUNTED_RULES, isEmpty, withinOf } from "../retention/keepRules";
import { nextLeft } from "../inventory/leftRegions";
import { sizeOf } from "../retention/tagOverrides";
import { stableText } from "../lib/stableText";
import { isoSeconds } from "../lib/time";
import type { CoreSettings, KeepRules } from "../model/settings";
import { type ChangeMemory, type FormerSettings, KEEP_KEYS, type KeepSettings } from "../model/memory/changeMemory";

/**
 * Limit on former settings, since Scheduler accepts 256 KB of input. Those beyond it become one entry that keeps
 * everything.
 */
export const MAX_FORMER = 10;

function keepSettingsOf(settings: CoreSettings): KeepSettings {
  return Object.fromEntries(KEEP_KEYS.map((key) => [key, settings[key]])) as KeepSettings;
}

/** Decides whether rules keep at least as much as others do, for any recovery points. */
export function covers(rules: KeepRules, others: KeepRules): boolean {
  if (isEmpty(rules)) return true;
  if (isEmpty(others)) return false;
  const isAsLong = COUNTED_RULES.every((rule) => sizeOf(rules, rule) >= sizeOf(others, rule));
  const hasWithin = withinOf(others) === undefined || rules.within === others.within;
  return isAsLong && hasWithin && (rules.retentionDays ?? 0) >= (others.retentionDays ?? 0);
}

const LOOSEST_FIRST = ["keep", "keep-last", "expire"];

/** Decides whether settings keep at least as much as previous ones did on the same schedule, so that no approval is needed. */
function coversAll(now: KeepSettings, was: KeepSettings): boolean {
  const same = (key: keyof KeepSettings) => stableText(now[key]) === stableText(was[key]);
  const keys = ["overrideMin", "overrideMax"] as const;
  if (!keys.every(same) || now.keepAtLeast < was.keepAtLeast) return false;
  const isLooser = LOOSEST_FIRST.indexOf(now.orphans) <= LOOSEST_FIRST.indexOf(was.orphans);
  if (!isLooser || now.orphanDays < was.orphanDays) return false;
  // Recovery points of a policy that the stack lacked were not pruned, so adding the policy can release some.
  if (Object.keys(now.policies).some((name) => !Object.hasOwn(was.policies, name))) return false;
  // A tag may ask for a span that is longer than that of the policy before, and not than that of now.
  const isSpanned = now.overrideMax.within !== undefined;
  const isAsLong = (rules: KeepRules, others: KeepRules) =>
    covers(rules, others) && (!isSpanned || rules.within === others.within);
  return Object.entries(was.policies).every(([name, policy]) => {
    // One that the stack lacks prunes nothing. But it may come back shorter, and then these are the settings of before.
    const found = Object.hasOwn(now.policies, name) ? now.policies[name] : undefined;
    return found !== undefined && isAsLong(found.keep, policy.keep) && isAsLong(found.drKeep, policy.drKeep);
  });
}

export type Scheduled = Pick<KeepSettings, "schedule" | "timezone">;

export function isSameSchedule(a: Scheduled, b: Scheduled): boolean {
  return a.schedule === b.schedule && a.timezone === b.timezone;
}

/**
 * Decides whether a different schedule was used at any time after these settings, even if theirs is back now. Recovery
 * points of another schedule must not displace those that these settings kept.
 */
export function isThinned(was: Scheduled, later: readonly FormerSettings[], now: Scheduled): boolean {
  const all = [...later.map((one) => one.was), now];
  return all.some((one) => one !== "unknown" && !isSameSchedule(one, was));
}

/**
 * Returns when the schedule of former settings ended, which may be later than they did: until then its recovery points
 * are those that were made.
 * @param later former settings after them, the oldest first
 */
export function endOfSchedule(was: Scheduled, until: string, later: readonly FormerSettings[]): string {
  let end = until;
  for (const one of later) {
    if (one.was === "unknown") continue;
    if (!isSameSchedule(one.was, was)) break;
    end = one.until;
  }
  return end;
}

/** Adds settings with an end of their own, because the end identifies them. */
function append(all: readonly FormerSettings[], one: Omit<FormerSettings, "until">, nowMs: number) {
  const known = new Set(all.map(({ until }) => until));
  let untilMs = nowMs;
  while (known.has(isoSeconds(untilMs))) untilMs += 1_000;
  return [...all, { ...one, until: isoSeconds(untilMs) }];
}

/**
 * Replaces the oldest settings beyond the limit by one unknown entry, which keeps everything that any of them could
 * keep. The entry ends now, because a mail about one of them was not about all.
 */
function atMost(former: readonly FormerSettings[], nowMs: number): readonly FormerSettings[] {
  if (former.length <= MAX_FORMER) return former;
  return append(former.slice(former.length - MAX_FORMER + 1), { was: "unknown" }, nowMs);
}

/** Knowledge of the past that an invocation starts with. */
export interface Recalled {
  /** `undefined` if the timer carries none, because it is new or its payload cannot be read. */
  memory: ChangeMemory | undefined;
  /** True if there is or may be a recovery point in any region. */
  hasPoints: boolean;
  /** Regions in which snapshots were first made, according to their tags. Nothing else is known after a stack moved. */
  madeIn?: readonly string[];
}

/** Returns the memory with the current settings. */
export function remember(
  { memory, hasPoints, madeIn = [] }: Recalled,
  policy: CoreSettings,
  nowMs: number,
): ChangeMemory {
  const settings = keepSettingsOf(policy);
  const regions = [policy.primaryRegion, ...policy.dr.map(({ region }) => region)];
  if (memory === undefined) {
    // Only a new vault has nothing to lose. A timer that was created again may hide an edit, or other regions.
    const former = hasPoints ? append([], { was: "unknown" }, nowMs) : [];
    const left = nextLeft({ regions: madeIn }, regions, nowMs);
    const none = { missing: [], notified: [], stopped: {} };
    return { settings, regions, ...(left.length > 0 && { left }), former, ...none };
  }
  let former = memory.former;
  if (stableText(memory.settings) !== stableText(settings)) {
    former = append(former, { was: memory.settings }, nowMs);
  }
  for (const region of regions.filter((one) => !memory.regions.includes(one))) {
    former = append(former, { was: "unknown", region }, nowMs);
  }
  // Former settings are forgotten if the current ones keep at least as much on the same schedule. Once no recovery point
  // is that old, changeUpdate.ts forgets them.
  const counts = ({ was }: FormerSettings, index: number) =>
    was === "unknown" || !coversAll(settings, was) || isThinned(was, former.slice(index + 1), settings);
  const left = nextLeft(memory, regions, nowMs);
  const kept = { ...memory, settings, regions, former: atMost(former.filter(counts), nowMs) };
  return left.length > 0 || memory.left !== undefined ? { ...kept, left } : kept;
}
