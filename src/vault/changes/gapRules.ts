/** Makes the former rules of an instance with a volume that failed, and was then dropped: see volumeGaps.ts. Pure. */
import { changeKey, overFromMs } from "./changeKeys";
import { type Memory, type View, formerOf, restored, rulesOfView } from "./formerViews";
import { type VolumeGap, volumeGaps, withGaps } from "./volumeGaps";
import { isEmpty } from "../retention/keepRules";
import type { RecoverySet } from "../retention/recoverySets";
import { parseIso } from "../lib/time";
import type { Former } from "../retention/former";

/**
 * Returns today's rules without recovery points that lack a volume which had failed before. They hold until a mail about that
 * is served. If the volume was backed up again before, they keep what existed then.
 */
export function ofGaps(
  { unit, sets, region }: { unit: string; sets: readonly RecoverySet[]; region: string },
  view: View,
  memory: Memory,
): Former[] {
  const key = changeKey(region, "volumes", unit);
  const overMs = overFromMs(memory.known.get(key), "", memory.settings) ?? Infinity;
  const { retentionDays: _days, ...counted } =
    rulesOfView(view)[region === memory.settings.primaryRegion ? "keep" : "drKeep"];
  // By days alone, no recovery point takes the place of another one.
  const gaps = isEmpty(counted) ? [] : volumeGaps(sets);
  const lasting = gaps.filter(({ backAt }) => backAt !== undefined && (parseIso(backAt) ?? 0) < overMs);
  const open = gaps.filter(({ backAt }) => backAt === undefined);
  const over = (left: readonly VolumeGap[]) => (all: readonly RecoverySet[]) => withGaps(all, left);
  const formers: Former[] = [];
  const newestOf = (some: readonly VolumeGap[]) => [...some].sort((a, b) => (a.since < b.since ? 1 : -1)).at(0);
  const last = newestOf(lasting);
  if (last !== undefined) {
    const kept = restored(view.era, rulesOfView(view));
    const without = "what lacks a volume that had failed";
    formers.push({ ...kept, over: over(lasting), before: last.backAt, carrier: last.failed, without });
  }
  const newest = newestOf(open);
  if (newest !== undefined) {
    const of = { ...view.of, volumeSlot: newest.since };
    const held = formerOf({ ...view, of, carrier: newest.failed }, memory, [key]);
    formers.push({ ...held, over: over([...open, ...lasting]), isThinned: true });
  }
  return formers;
}
