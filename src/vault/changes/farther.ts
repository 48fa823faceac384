/**
 * Finds what an edit makes due of instances that lose nothing at the end of the grace: in weeks or months, or because the
 * previous rules keep it only a little longer. Pure.
 */
import type { ChangeKey, HeldPoint } from "../model/memory/waitingPlans";
import { kindOf, subjectOf } from "./changeKeys";
import { dueLater } from "./dueLater";
import { horizonsOf, nextRuns } from "./horizons";
import type { FormerSettings } from "../model/memory/changeMemory";
import type { PrunePlan } from "../retention/prunePlan";
import type { PruneRules } from "../retention/historyVerdict";
import type { Side } from "../retention/verdict";
import { withSharers } from "../retention/recoverySets";
import { chunksOf } from "../lib/collections";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** A region's pruning, and the side of the rules that applies there. */
export interface PlannedRegion {
  pruned: PrunePlan;
  side: Side;
}

/** Rules as of a later time. */
export type LaterRules = PruneRules & { isMissing: (id: string) => boolean };

/** Input for looking farther than the grace. */
export interface Farther {
  former: readonly FormerSettings[];
  settings: CoreSettings;
  nowMs: number;
  rulesAt: (atMs: number) => LaterRules;
  /** Time of a run whose recovery points this invocation is to make; empty: none. */
  dueMs: readonly number[];
}

/** A region's pruning, with some of its instances and their points. */
interface Played extends PlannedRegion {
  instances: ReadonlySet<string>;
  points: readonly Snapshot[];
}

/** What points are played with. */
interface Playing extends Pick<Farther, "rulesAt"> {
  isEdit: (keys: Iterable<ChangeKey>) => boolean;
  firesMs: readonly number[];
}

/** Limit on recovery points that are played in all. */
const MOST_PLAYED = 10_000_000;
/** Instances that are evaluated together. */
const AT_ONCE = 20;

/**
 * Returns a function that decides whether any of these changes is an edit. Other changes are of one instance, and each has
 * its own mail. Of unknown settings nobody knows what they would keep.
 */
function editsIn(former: readonly FormerSettings[]): (keys: Iterable<ChangeKey>) => boolean {
  const known = new Set(former.flatMap(({ was, until }) => (was === "unknown" ? [] : [until])));
  return (keys) => [...keys].map(kindOf).some(({ kind, of }) => kind === "settings" && known.has(subjectOf(of)));
}

/** Returns groups of instances that a mail does not name yet, and that an edit has former rules for. */
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
    return formers.some(({ keys, overFrom }) => overFrom === undefined && isEdit(keys)) ? [first.instanceId] : [];
  });
  // A volume of several instances is evaluated with all of them.
  if (rules.shared.size > 0) return mayLose.length === 0 ? [] : [withSharers(new Set(mayLose), rules.shared)];
  return chunksOf(mayLose, AT_ONCE).map((chunk) => new Set(chunk));
}

function regionOf({ points: [first] }: PrunePlan): string {
  return first?.region ?? "";
}

/** Returns a function that plays some points until each of some times, and collects what is due because of an edit then. */
function player(found: Map<string, HeldPoint>, { rulesAt, isEdit, firesMs }: Playing) {
  let played = 0;
  return ({ pruned, side, points }: Played, timesMs: readonly number[]): void => {
    const volumes = new Set(points.map(({ volumeId }) => volumeId)).size;
    for (const atMs of timesMs) {
      const next = firesMs.filter((ms) => ms <= atMs);
      played += points.length + next.length * volumes;
      if (played > MOST_PLAYED) return;
      for (const one of dueLater({ ...pruned, points }, side, rulesAt(atMs), () => next)) {
        if (isEdit(one.keys) && !found.has(one.snapshotId)) found.set(one.snapshotId, one);
      }
    }
  };
}

/**
 * Returns what becomes due of instances that a mail does not name yet.
 * @param named regions and instances that it names
 */
export function farther(
  planned: readonly PlannedRegion[],
  named: ReadonlySet<string>,
  { former, settings, nowMs, rulesAt, dueMs }: Farther,
): HeldPoint[] {
  const [now, isEdit] = [rulesAt(nowMs), editsIn(former)];
  const groups = planned.flatMap((one) =>
    unnamed(one, named, now, isEdit).map((instances): Played => {
      const points = one.pruned.points.filter(({ identity }) => instances.has(identity.instanceId));
      return { ...one, instances, points };
    }),
  );
  if (groups.length === 0) return [];
  const runs = nextRuns(settings, now, dueMs);
  const found = new Map<string, HeldPoint>();
  const play = player(found, { rulesAt, isEdit, firesMs: runs.firesMs });
  const all = groups.map((group) => {
    const own = [...group.instances].map((id) => now.rulesOf(id)[group.side]);
    const different = new Map(own.map((rules) => [JSON.stringify(rules), rules]));
    // The newest ones of each volume remain, whatever the rules say.
    const keep = [...different.values(), { last: settings.keepAtLeast }];
    return { group, times: horizonsOf(keep, group.points, runs) };
  });
  for (const { group, times } of all) play(group, times.lastMs);
  const losing = new Set([...found.values()].map(({ region, instanceId }) => `${region} ${instanceId}`));
  for (const { group, times } of all) {
    const isLosing = (id: string) => losing.has(`${regionOf(group.pruned)} ${id}`);
    if ([...group.instances].every(isLosing)) continue;
    // What has a volume of several instances is evaluated with all of them.
    const isLeft = ({ identity }: Snapshot) => now.shared.size > 0 || !isLosing(identity.instanceId);
    play({ ...group, points: group.points.filter(isLeft) }, times.otherMs);
  }
  return [...found.values()].filter(({ region, instanceId }) => !named.has(`${region} ${instanceId}`));
}
