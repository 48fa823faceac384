/** Decides which recovery points the clock expects after a look. Pure. */
import type { Counts, PointMemory, PointsLook } from "../model/pointMemory";
import { inFormOf, merged } from "./pointCounts";
import { MAX_GONE, packCounts, unpackCounts } from "./pointMemory";
import { SECOND_MS, isoSeconds } from "../lib/time";

/**
 * Returns what the clock shall carry.
 * @param did whether anything is, or may have been, deleted; and whether a person was told of what is confirmed
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
  // That all was there at an earlier time says more.
  const isSame = memory.at !== "" && said({ at: "", ...next }) === said(memory);
  // The next whole second: what was there in this one was begun before it.
  return isSame ? memory : { at: isoSeconds(nowMs + SECOND_MS), ...next };
}
