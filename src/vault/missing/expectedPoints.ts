/** Decides which recovery points the next look expects. Pure. */
import type { Counts, PointMemory, PointsLook } from "../model/memory/pointMemory";
import { inFormOf, merged } from "./pointCounts";
import { MAX_GONE, packCounts, unpackCounts } from "./pointMemory";
import { SECOND_MS, isoSeconds } from "../lib/time";

/**
 * Returns the memory of recovery points that the timer is to carry.
 * @param did whether anything is or may be deleted, and whether a person was notified of what is confirmed
 */
export function nextPoints(
  { memory, nowMs, regions, wanted, waiting, confirmed }: PointsLook,
  did: { isDeleting: boolean; isNotified: boolean },
): PointMemory {
  const left = new Map<string, Counts>();
  for (const counted of memory.counted) left.set(counted.region, unpackCounts(counted));
  for (const [region, { counts, sure }] of wanted) {
    const before = left.get(region) ?? new Map<string, ReadonlyMap<string, number>>();
    const isAll = counts === sure;
    const known = isAll ? sure : merged(before, inFormOf(counts, before), Math.min);
    left.set(region, isAll ? sure : merged(known, inFormOf(sure, before), Math.max));
  }
  const gone = [...waiting, ...(did.isNotified ? [] : confirmed)];
  const next = {
    ...(memory.deletedAt !== undefined && { deletedAt: memory.deletedAt }),
    ...(did.isDeleting && { deletedAt: isoSeconds(nowMs) }),
    counted: packCounts(new Map([...left].filter(([region]) => regions.includes(region)))),
    gone: gone.filter(({ region }) => regions.includes(region)).slice(-MAX_GONE),
  };
  const said = (one: object) => JSON.stringify({ ...one, at: "" });
  // The old memory is kept, because an earlier time says more about the same points.
  const isSame = memory.at !== "" && said({ at: "", ...next }) === said(memory);
  // The next whole second, because everything seen in this one started before it.
  return isSame ? memory : { at: isoSeconds(nowMs + SECOND_MS), ...next };
}
