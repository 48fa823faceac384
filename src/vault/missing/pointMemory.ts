/**
 * Packs the recovery points that the vault expects to find again, as the timer carries them. Without them nobody would
 * notice that a person deletes some. Instances with the same points share an entry, and a large fleet is carried as
 * sums. Pure.
 */
import type { CountedRegion, Counts, PointMemory } from "../model/memory/pointMemory";
import { summed } from "./pointCounts";
import { SECOND_MS, isoSeconds, parseIso } from "../lib/time";

/**
 * Limit in characters, since Scheduler accepts 256 KB in all. Beyond it sums replace the entries per instance, and the
 * oldest slots are left out.
 */
const MAX_LENGTH = 20_000;
const ID_LENGTH = 20;
/** Limits on missing recovery points in the timer's payload. A person finds the rest in CloudTrail. */
export const MAX_GONE = 30;
export const MAX_GONE_SLOTS = 5;

/** Packs slots as seconds since the one before, in base 36. */
function packSlots(slots: readonly string[]): string[] {
  let before = 0;
  return slots.map((slot) => {
    const seconds = (parseIso(slot) ?? 0) / SECOND_MS;
    const text = (seconds - before).toString(36);
    before = seconds;
    return text;
  });
}

/**
 * Returns all slots with counts, the oldest first. A slot that is not a whole second is left out, because it could not
 * be read back.
 */
function slotsOf(counts: Counts): string[] {
  const slots = new Set<string>();
  for (const mine of counts.values()) for (const slot of mine.keys()) slots.add(slot);
  return [...slots].filter((slot) => isoSeconds(parseIso(slot) ?? 0) === slot).sort();
}

function packed(region: string, counts: Counts, slots = slotsOf(counts)): CountedRegion {
  const has: Record<string, string[]> = {};
  // In the order of their ids, because EC2 lists in any order, and a payload that is unchanged is not written again.
  for (const [of, mine] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const numbers = slots.map((slot) => (mine.get(slot) ?? 0).toString(36));
    const isLong = slots.length === 1 || numbers.some((one) => one.length > 1);
    (has[numbers.join(isLong ? "," : "")] ??= []).push(of);
  }
  return { region, slots: packSlots(slots), has };
}

/** Packs the newest sums of a region, as many as there is room for. */
function packedSums(region: string, counts: Counts, room: number): CountedRegion {
  const sums = summed(counts);
  const slots = slotsOf(sums);
  for (;;) {
    const one = packed(region, sums, slots);
    if (slots.length === 0 || JSON.stringify(one).length <= room) return one;
    slots.splice(0, Math.ceil(slots.length / 10));
  }
}

/** Packs counts for the timer. A region without counts is left out, because nothing can be missing there. */
export function packCounts(regions: ReadonlyMap<string, Counts>): CountedRegion[] {
  const all = [...regions].filter(([, counts]) => counts.size > 0);
  const instances = all.reduce((sum, [, { size }]) => sum + size, 0);
  if (instances * ID_LENGTH < MAX_LENGTH) {
    const whole = all.map(([region, counts]) => packed(region, counts));
    if (JSON.stringify(whole).length <= MAX_LENGTH) return whole;
  }
  return all.map(([region, counts]) => packedSums(region, counts, MAX_LENGTH / all.length));
}

/** Unpacks counts that the timer carries. */
export function unpackCounts({ slots, has }: CountedRegion): Counts {
  let seconds = 0;
  const names = slots.map((slot) => isoSeconds((seconds += parseInt(slot, 36)) * SECOND_MS));
  const counts = new Map<string, Map<string, number>>();
  for (const [key, ids] of Object.entries(has)) {
    const numbers = key.includes(",") || slots.length === 1 ? key.split(",") : Array.from(key);
    const mine = numbers.flatMap((one, n): [string, number][] => {
      const [slot, number] = [names[n], parseInt(one, 36)];
      return slot !== undefined && number > 0 ? [[slot, number]] : [];
    });
    for (const id of ids) counts.set(id, new Map(mine));
  }
  return counts;
}

/** Returns the memory of a vault that lost count, because another invocation may have deleted what this one saw. */
export function forgotten(nowMs: number): PointMemory {
  const at = isoSeconds(nowMs);
  return { at, deletedAt: at, counted: [], gone: [] };
}
