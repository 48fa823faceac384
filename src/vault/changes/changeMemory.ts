/**
 * What the vault remembers of before, so that no change deletes what was kept until a person approved that, or a mail about it
 * is `editGraceDays` old (docs/adr/0019). The alarm clock carries it from one invocation to the next. Pure.
 */
import { COUNTED_RULES, isEmpty, withinOf } from "../retention/keepRules";
import { nextLeft } from "../inventory/leftRegions";
import { sizeOf } from "../retention/tagOverrides";
import { stableText } from "../lib/stableText";
import { isoSeconds } from "../lib/time";
import type { CoreSettings, KeepRules } from "../model/settings";
import { type ChangeMemory, type FormerSettings, KEEP_KEYS, type KeepSettings } from "../model/changeMemory";

/** More are one that keeps all: Scheduler takes 256 KB of input. */
const MAX_FORMER = 10;

function keepSettingsOf(settings: CoreSettings): KeepSettings {
  return Object.fromEntries(KEEP_KEYS.map((key) => [key, settings[key]])) as KeepSettings;
}

/** Decides whether rules keep at least what others do, whatever the points are. */
export function covers(rules: KeepRules, others: KeepRules): boolean {
  if (isEmpty(rules)) return true;
  if (isEmpty(others)) return false;
  const isAsLong = COUNTED_RULES.every((rule) => sizeOf(rules, rule) >= sizeOf(others, rule));
  const hasWithin = withinOf(others) === undefined || rules.within === others.within;
  return isAsLong && hasWithin && (rules.retentionDays ?? 0) >= (others.retentionDays ?? 0);
}

const LOOSEST_FIRST = ["keep", "keep-last", "expire"];

/** Decides whether settings keep at least what those of before did: then nobody need be asked. */
function coversAll(now: KeepSettings, was: KeepSettings): boolean {
  const same = (key: keyof KeepSettings) => stableText(now[key]) === stableText(was[key]);
  const keys = ["schedule", "timezone", "overrideMin", "overrideMax"] as const;
  if (!keys.every(same) || now.keepAtLeast < was.keepAtLeast) return false;
  const isLooser = LOOSEST_FIRST.indexOf(now.orphans) <= LOOSEST_FIRST.indexOf(was.orphans);
  if (!isLooser || now.orphanDays < was.orphanDays) return false;
  // What was under a policy that the stack did not have before was pruned by none.
  if (Object.keys(now.policies).some((name) => !Object.hasOwn(was.policies, name))) return false;
  return Object.entries(was.policies).every(([name, policy]) => {
    // What the stack does not have prunes nothing.
    const found = Object.hasOwn(now.policies, name) ? now.policies[name] : undefined;
    if (found === undefined) return true;
    return covers(found.keep, policy.keep) && covers(found.drKeep, policy.drKeep);
  });
}

/**
 * Decides whether another schedule came after settings, even if theirs is back: what it made must not take the place of what
 * they kept.
 */
export function isThinned(
  was: Pick<KeepSettings, "schedule" | "timezone">,
  later: readonly FormerSettings[],
  now: Pick<KeepSettings, "schedule" | "timezone">,
): boolean {
  const all = [...later.map((one) => one.was), now];
  return all.some((one) => {
    if (one === "unknown") return false;
    return one.schedule !== was.schedule || one.timezone !== was.timezone;
  });
}

/** Adds settings, whose end is what they are told apart by. */
function append(all: readonly FormerSettings[], one: Omit<FormerSettings, "until">, nowMs: number) {
  const known = new Set(all.map(({ until }) => until));
  let untilMs = nowMs;
  while (known.has(isoSeconds(untilMs))) untilMs += 1_000;
  return [...all, { ...one, until: isoSeconds(untilMs) }];
}

/** More than fit are one that keeps all that any of them could. It ends now: a mail about one of them is none about all. */
function atMost(former: readonly FormerSettings[], nowMs: number): readonly FormerSettings[] {
  if (former.length <= MAX_FORMER) return former;
  return append(former.slice(former.length - MAX_FORMER + 1), { was: "unknown" }, nowMs);
}

/** What an invocation knows of before. */
export interface Recalled {
  /** `undefined` where the clock carries none: it is new, or nobody can read what it carries. */
  memory: ChangeMemory | undefined;
  /** The oldest slot that the vault has a recovery point of, in any region; `undefined` where it has none. */
  oldestSlot: string | undefined;
  /** Regions that snapshots were made in first, as their tags say: all that is known of a stack that was moved. */
  madeIn?: readonly string[];
}

/** Takes the settings of now into the memory. */
export function remember(
  { memory, oldestSlot, madeIn = [] }: Recalled,
  policy: CoreSettings,
  nowMs: number,
): ChangeMemory {
  const settings = keepSettingsOf(policy);
  const regions = [policy.primaryRegion, ...policy.dr.map(({ region }) => region)];
  if (memory === undefined) {
    // Only a new vault has nothing to lose: a clock that was made anew may hide an edit, or other regions.
    const former = oldestSlot === undefined ? [] : append([], { was: "unknown" }, nowMs);
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
  // Nothing is lost by an edit that only lengthens, nor by one from before all that is there.
  const counts = ({ was, until }: FormerSettings, index: number) =>
    (was === "unknown" || !coversAll(settings, was) || isThinned(was, former.slice(index + 1), settings)) &&
    oldestSlot !== undefined &&
    oldestSlot <= until;
  const left = nextLeft(memory, regions, nowMs);
  const kept = { ...memory, settings, regions, former: atMost(former.filter(counts), nowMs) };
  return left.length > 0 || memory.left !== undefined ? { ...kept, left } : kept;
}
