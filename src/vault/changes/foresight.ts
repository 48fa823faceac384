/**
 * Finds what a new change will make due: by the end of its grace, and of instances that lose nothing by then, later. A
 * mail about an edit counts for all instances of a region, so it has to name each that loses anything because of it. Pure.
 */
import type { ChangeKey, HeldPoint } from "../model/memory/waitingPlans";
import { type CountedRule, countsOf, withinOf } from "../retention/keepRules";
import { type RuledUnits, formerRules } from "./formerRules";
import { dueLater, firesUntil } from "./dueLater";
import type { ChangeMemory } from "../model/memory/changeMemory";
import { isOf, kindOf, subjectOf } from "./changeKeys";
import type { PrunePlan } from "../retention/prunePlan";
import type { PruneRules } from "../retention/historyVerdict";
import type { ReadAt } from "../retention/verdict";
import type { Ruled } from "../retention/effectiveRules";
import { withSharers } from "../retention/recoverySets";
import { DAY_MS, HOUR_MS } from "../lib/time";
import type { CoreSettings, KeepRules } from "../model/settings";

/** Input for reading the rules as of a later time. */
interface Foreseeing extends ReadAt {
  memory: ChangeMemory;
  ruled: RuledUnits & Pick<Ruled, "shared">;
  settings: CoreSettings;
  slot: string | undefined;
}

/** A region's pruning, and the side of the rules that applies there. */
export interface PlannedRegion {
  pruned: PrunePlan;
  isDr: boolean;
}

/** How far ahead a mail looks, and how often: what edits of retention release is due within that. */
const FARTHEST_MS = 366 * DAY_MS;
const MOST_HORIZONS = 8;
/** Limit on runs that are predicted. A schedule of every minute fires as often within two days. */
const MOST_FIRES = 3_000;
/** Instances that are evaluated together. */
const AT_ONCE = 20;

const PERIOD_MS: Readonly<Record<CountedRule, number>> = {
  last: 0,
  hourly: HOUR_MS,
  daily: DAY_MS,
  weekly: 7 * DAY_MS,
  monthly: 31 * DAY_MS,
  yearly: 366 * DAY_MS,
};

/** Returns the rules as of a later time, with a mail sent now. */
function rulesAt(atMs: number, { memory, ruled, settings, slot, nowMs, calendar }: Foreseeing) {
  const formersOf = formerRules(memory, ruled, { settings, slot, nowMs: atMs, mailMs: nowMs });
  return { ...ruled, calendar, nowMs: atMs, formersOf };
}

/** Returns the time spans after which a rule keeps nothing of what exists now. A period without a run does not count. */
function reachesMs(rules: KeepRules, firesMs: readonly number[]): number[] {
  const counted = countsOf(rules).map(({ rule, periods }) =>
    Math.max(periods * PERIOD_MS[rule], firesMs[periods - 1] ?? Infinity),
  );
  const { years = 0, months = 0, days = 0, hours = 0 } = withinOf(rules) ?? {};
  const withinMs = years * PERIOD_MS.yearly + months * PERIOD_MS.monthly + days * DAY_MS + hours * HOUR_MS;
  return [...counted, withinMs, (rules.retentionDays ?? 0) * DAY_MS];
}

/** Returns the times after the grace at which today's rules have released all that exists now, the first ones. */
function horizonsMs({ settings, nowMs }: Foreseeing): number[] {
  const { policies, overrideMax, editGraceDays } = settings;
  const fires = firesUntil(settings, nowMs, { nowMs, endMs: nowMs + FARTHEST_MS }, MOST_FIRES);
  const lastMs = fires.length > MOST_FIRES ? (fires.at(-1) ?? nowMs) : nowMs + FARTHEST_MS;
  const spansMs = fires.map((atMs) => atMs - nowMs);
  const all = Object.values(policies).flatMap(({ keep, drKeep }) => [keep, drKeep]);
  const reaches = [...all, overrideMax].flatMap((rules) => reachesMs(rules, spansMs));
  const times = reaches.map((ms) => nowMs + ms + HOUR_MS);
  const wanted = times.filter((ms) => ms > nowMs + editGraceDays * DAY_MS && ms <= lastMs);
  return [...new Set(wanted)].sort((a, b) => a - b).slice(0, MOST_HORIZONS);
}

/**
 * Returns a function that decides whether any of these changes is an edit. Other changes are of one instance, and each has
 * its own mail. Of unknown settings nobody knows what they would keep.
 */
function editsIn({ former }: ChangeMemory): (keys: Iterable<ChangeKey>) => boolean {
  const known = new Set(former.flatMap(({ was, until }) => (was === "unknown" ? [] : [until])));
  return (keys) => [...keys].map(kindOf).some(({ kind, of }) => kind === "settings" && known.has(subjectOf(of)));
}

/** Returns groups of instances that a mail does not name yet, and that a new edit has former rules for. */
function unnamed(
  { pruned }: PlannedRegion,
  named: ReadonlySet<string>,
  rules: PruneRules,
  isEdit: ReturnType<typeof editsIn>,
): Set<string>[] {
  const mayLose = pruned.verdict.sets.flatMap((sets) => {
    const [first] = sets;
    if (first === undefined || named.has(`${regionOf(pruned)} ${first.instanceId}`)) return [];
    const formers = rules.formersOf?.(first.instanceId, sets, regionOf(pruned)) ?? [];
    return formers.some(({ fresh }) => isEdit(fresh)) ? [first.instanceId] : [];
  });
  // A volume of several instances is evaluated with all of them.
  if (rules.shared.size > 0) return mayLose.length === 0 ? [] : [withSharers(new Set(mayLose), rules.shared)];
  const count = Math.ceil(mayLose.length / AT_ONCE);
  return Array.from({ length: count }, (_, index) => new Set(mayLose.slice(index * AT_ONCE, (index + 1) * AT_ONCE)));
}

function regionOf({ points: [first] }: PrunePlan): string {
  return first?.region ?? "";
}

/** Returns what becomes due after the grace of instances that a mail does not name yet. */
function farther(planned: readonly PlannedRegion[], named: ReadonlySet<string>, by: Foreseeing): HeldPoint[] {
  const { settings, nowMs } = by;
  const [now, isEdit] = [rulesAt(nowMs, by), editsIn(by.memory)];
  const groups = planned.flatMap((one) => unnamed(one, named, now, isEdit).map((instances) => ({ ...one, instances })));
  if (groups.length === 0) return [];
  const found = new Map<string, HeldPoint>();
  for (const atMs of horizonsMs(by)) {
    const rules = rulesAt(atMs, by);
    for (const { pruned, isDr, instances } of groups) {
      const points = pruned.points.filter(({ identity }) => instances.has(identity.instanceId));
      const later = dueLater({ ...pruned, points }, isDr ? "drKeep" : "keep", rules, { settings, nowMs });
      for (const one of later) if (isEdit(one.fresh) && !found.has(one.snapshotId)) found.set(one.snapshotId, one);
    }
  }
  return [...found.values()].filter(({ region, instanceId }) => !named.has(`${region} ${instanceId}`));
}

/** Returns what a new change makes due in every region and does not make due now, so that one mail names all of it. */
export function foreseen(
  held: readonly HeldPoint[],
  planned: readonly PlannedRegion[],
  by: Foreseeing,
): readonly HeldPoint[] {
  const isNew = held.some((one) => one.fresh.size > 0 && !isOf(one, "limit"));
  if (!isNew) return [];
  const { settings, nowMs } = by;
  const rules = rulesAt(nowMs + settings.editGraceDays * DAY_MS, by);
  const soon = planned.flatMap(({ pruned, isDr }) =>
    dueLater(pruned, isDr ? "drKeep" : "keep", rules, { settings, nowMs }),
  );
  const fresh = [...held, ...soon].filter((one) => one.fresh.size > 0);
  const named = new Set(fresh.map(({ region, instanceId }) => `${region} ${instanceId}`));
  return [...soon, ...farther(planned, named, by)];
}
