/**
 * Predicts what a change will have made due by the end of its grace period, if runs continue on schedule. Otherwise a
 * mail about a denser schedule would name "1 recovery point", although two weeks of them become due. Pure.
 */
import type { HeldPoint } from "../model/memory/waitingPlans";
import { groupBy } from "../lib/collections";
import { evaluate } from "../retention/evaluate";
import type { PruneRules } from "../retention/historyVerdict";
import type { PrunePlan } from "../retention/prunePlan";
import { nextFireMs } from "../lib/schedule";
import { isoSeconds, parseIso } from "../lib/time";
import { TAG } from "../model/tags/tags";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";
import type { Side } from "../retention/verdict";

/**
 * Limit on predicted recovery points. Beyond it the mail names only what is due at once, because the prediction would
 * take too long.
 */
const MOST_FORESEEN = 50_000;

/** Returns the times at which a schedule fires within a time span. */
export function firesUntil(
  { schedule, timezone }: Pick<CoreSettings, "schedule" | "timezone">,
  lastMs: number,
  span: { nowMs: number; endMs: number },
  most: number,
): number[] {
  const fires: number[] = [];
  let atMs = nextFireMs(schedule, timezone, span.nowMs, lastMs);
  while (atMs !== undefined && atMs <= span.endMs && fires.length <= most) {
    fires.push(atMs);
    atMs = nextFireMs(schedule, timezone, atMs, lastMs);
  }
  return fires;
}

/** Returns a recovery point's snapshot as a later run would make it. */
function madeLater(one: Snapshot, atMs: number): Snapshot {
  const { identity, snapshotId } = one;
  const source = identity.source && { ...identity.source, startedMs: atMs };
  return {
    ...one,
    snapshotId: `${snapshotId} at ${atMs}`,
    startTimeMs: atMs,
    identity: { ...identity, slot: isoSeconds(atMs), ...(source && { source }) },
  };
}

/**
 * Returns the newest recovery point of each instance, as its next runs make it: without volumes that are not backed up
 * any more.
 */
function newestSets(points: readonly Snapshot[], isMissing: (id: string) => boolean): Snapshot[] {
  const instances = groupBy(points, ({ identity }) => identity.instanceId);
  return [...instances].flatMap(([id, all]) => {
    const newest = all.reduce((slot, { identity }) => (identity.slot > slot ? identity.slot : slot), "");
    if (isMissing(id)) return [];
    const set = all.filter(({ identity }) => identity.slot === newest);
    const next = set.filter(({ volumeId }) => !isMissing(volumeId));
    if (next.length === set.length) return set;
    // Otherwise the next ones would seem to lack a volume, and to replace none of those that have it.
    return next.map((one) => ({ ...one, tags: { ...one.tags, [TAG.setSize]: String(next.length) } }));
  });
}

/**
 * Returns the snapshots that do not wait yet, but will wait for changes at a later time.
 * @param rules the rules as of then
 * @param firesOf returns the times of the runs until then, or more than the limit. A rate is counted from the first
 * argument.
 */
export function dueLater(
  { points, verdict }: PrunePlan,
  side: Side,
  rules: PruneRules & { isMissing: (id: string) => boolean },
  firesOf: (lastMs: number, most: number) => readonly number[],
): HeldPoint[] {
  const [first] = points;
  if (first === undefined) return [];
  const templates = newestSets(points, rules.isMissing);
  const lastMs = templates.reduce((ms, one) => Math.max(ms, parseIso(one.identity.slot) ?? 0), 0);
  const most = MOST_FORESEEN / Math.max(1, templates.length);
  const fires = firesOf(lastMs, most);
  if (fires.length > most) return [];
  const made = fires.flatMap((atMs) => templates.map((one) => madeLater(one, atMs)));
  const { held } = evaluate({ snapshots: [...points, ...made], side, region: first.region }, rules);
  return points.flatMap(({ region, snapshotId, identity: { instanceId, slot } }): HeldPoint[] => {
    const later = verdict.held.has(snapshotId) ? undefined : held.get(snapshotId);
    if (later === undefined) return [];
    const { keys, fresh, endMs } = later;
    return [{ region, snapshotId, instanceId, slot, keys, fresh, endMs, isLater: true }];
  });
}
