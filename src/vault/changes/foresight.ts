/**
 * Finds what a new change will make due: by the end of its grace, and of instances that lose nothing by then, later. A
 * mail about an edit counts for all instances of a region, so it has to name each that loses anything because of it. Pure.
 */
import type { ChangeKey, HeldPoint } from "../model/memory/waitingPlans";
import { LONGEST_PERIOD_MS, countsOf, withinOf } from "../retention/keepRules";
import { type RuledUnits, formerRules } from "./formerRules";
import { dueLater, firesUntil } from "./dueLater";
import type { ChangeMemory } from "../model/memory/changeMemory";
import { isOf, kindOf, subjectOf } from "./changeKeys";
import type { PrunePlan } from "../retention/prunePlan";
import type { PruneRules } from "../retention/historyVerdict";
import type { ReadAt, Side } from "../retention/verdict";
import type { Ruled } from "../retention/effectiveRules";
import { withSharers } from "../retention/recoverySets";
import { chunksOf } from "../lib/collections";
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
  side: Side;
}

/** A region's pruning, with some of its instances. */
interface Group extends PlannedRegion {
  instances: ReadonlySet<string>;
}

/** How far ahead a mail looks, and how often: what edits of retention release is due within that. */
const FARTHEST_MS = LONGEST_PERIOD_MS.yearly;
const MOST_HORIZONS = 8;
/** Limit on runs that are predicted. A schedule of every minute fires as often within two days. */
const MOST_FIRES = 3_000;
/** Limit on recovery points that are played in all. */
const MOST_PLAYED = 10_000_000;
/** Instances that are evaluated together. */
const AT_ONCE = 20;

/** Returns the rules as of a later time, with a mail sent now. */
function rulesAt(atMs: number, { memory, ruled, settings, slot, nowMs, calendar }: Foreseeing) {
  const formersOf = formerRules(memory, ruled, { settings, slot, nowMs: atMs, mailMs: nowMs });
  return { ...ruled, calendar, nowMs: atMs, formersOf };
}

/** Returns the time spans after which a rule keeps nothing of what exists now. A period without a run does not count. */
function reachesMs(rules: KeepRules, firesMs: readonly number[]): number[] {
  const counted = countsOf(rules).map(({ rule, periods }) =>
    Math.max(periods * LONGEST_PERIOD_MS[rule], firesMs[periods - 1] ?? Infinity),
  );
  const { years = 0, months = 0, days = 0, hours = 0 } = withinOf(rules) ?? {};
  const withinMs =
    years * LONGEST_PERIOD_MS.yearly + months * LONGEST_PERIOD_MS.monthly + days * DAY_MS + hours * HOUR_MS;
  return [...counted, withinMs, (rules.retentionDays ?? 0) * DAY_MS];
}

/** Returns the next runs within a year, up to a limit. */
function nextFires({ settings, nowMs }: Foreseeing): { firesMs: number[]; untilMs: number } {
  const endMs = nowMs + FARTHEST_MS;
  const firesMs = firesUntil(settings, nowMs, { nowMs, endMs }, MOST_FIRES);
  return { firesMs, untilMs: firesMs.length > MOST_FIRES ? (firesMs.at(-1) ?? nowMs) : endMs };
}

/** Returns the times after the grace at which the rules of instances have released all that exists now, the first ones. */
function horizonsMs({ instances, side }: Group, { firesMs, untilMs }: ReturnType<typeof nextFires>, by: Foreseeing) {
  const { settings, nowMs, ruled } = by;
  const spansMs = firesMs.map((atMs) => atMs - nowMs);
  const texts = new Set([...instances].map((id) => JSON.stringify(ruled.rulesOf(id)[side])));
  const reaches = [...texts].flatMap((text) => reachesMs(JSON.parse(text) as KeepRules, spansMs));
  const times = reaches.map((ms) => nowMs + ms + HOUR_MS);
  const wanted = times.filter((ms) => ms > nowMs + settings.editGraceDays * DAY_MS && ms <= untilMs);
  return [...new Set(wanted)].sort((x, y) => x - y).slice(0, MOST_HORIZONS);
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
  return chunksOf(mayLose, AT_ONCE).map((chunk) => new Set(chunk));
}

function regionOf({ points: [first] }: PrunePlan): string {
  return first?.region ?? "";
}

/** Returns what becomes due after the grace of instances that a mail does not name yet. */
function farther(planned: readonly PlannedRegion[], named: ReadonlySet<string>, by: Foreseeing): HeldPoint[] {
  const [now, isEdit] = [rulesAt(by.nowMs, by), editsIn(by.memory)];
  const groups = planned.flatMap((one) => unnamed(one, named, now, isEdit).map((instances) => ({ ...one, instances })));
  if (groups.length === 0) return [];
  const found = new Map<string, HeldPoint>();
  const fires = nextFires(by);
  // The same times recur in each group.
  const rules = new Map<number, ReturnType<typeof rulesAt>>();
  const rulesOn = (atMs: number) => {
    const known = rules.get(atMs) ?? rulesAt(atMs, by);
    rules.set(atMs, known);
    return known;
  };
  let played = 0;
  for (const group of groups) {
    const { pruned, side, instances } = group;
    const points = pruned.points.filter(({ identity }) => instances.has(identity.instanceId));
    const volumes = new Set(points.map(({ volumeId }) => volumeId)).size;
    for (const atMs of horizonsMs(group, fires, by)) {
      const next = fires.firesMs.filter((ms) => ms <= atMs);
      played += points.length + next.length * volumes;
      if (played > MOST_PLAYED) break;
      const later = dueLater({ ...pruned, points }, side, rulesOn(atMs), () => next);
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
  const firesOf = (lastMs: number, most: number) => firesUntil(settings, lastMs, { nowMs, endMs: rules.nowMs }, most);
  const soon = planned.flatMap(({ pruned, side }) => dueLater(pruned, side, rules, firesOf));
  const fresh = [...held, ...soon].filter((one) => one.fresh.size > 0);
  const named = new Set(fresh.map(({ region, instanceId }) => `${region} ${instanceId}`));
  return [...soon, ...farther(planned, named, by)];
}
