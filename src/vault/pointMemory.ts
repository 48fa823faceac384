/**
 * Which recovery points the last look found, as the alarm clock carries it: without that nobody would notice that a person
 * deletes some. Instances with the same points are one entry, and a large fleet is carried as sums. Pure.
 */
import { isoSeconds, parseIso, SECOND_MS } from "./time";

/** By instance and slot, of how many volumes there is a completed snapshot. {@link ALL} stands for all instances. */
export type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** The instance of sums. */
export const ALL = "*";

/** One region's recovery points. */
export interface CountedRegion {
  region: string;
  /** Seconds since 1970, to the base of 36. */
  slots: readonly string[];
  /** Instances by what they have: a number for each slot, in the order of `slots`. */
  has: Readonly<Record<string, readonly string[]>>;
}

/** Recovery points of one instance that a look did not find any more. */
export interface GonePoints {
  region: string;
  of: string;
  /** When that look began, as an ISO instant. */
  since: string;
  count: number;
  /** The first of them: of how many volumes there were snapshots, by slot. */
  slots: Readonly<Record<string, number>>;
}

export interface PointMemory {
  counted: readonly CountedRegion[];
  gone: readonly GonePoints[];
}

/** Scheduler takes 256 KB in all; beyond this an entry for each instance gives way to sums. */
const MAX_LENGTH = 30_000;
const ID_LENGTH = 20;
/** What the clock carries of what is gone: a person looks at CloudTrail for the rest. */
const MAX_GONE = 60;
export const MAX_GONE_SLOTS = 5;

function packedSlot(slot: string): string {
  return ((parseIso(slot) ?? 0) / SECOND_MS).toString(36);
}

function packed(region: string, counts: Counts): CountedRegion {
  const slots = [...new Set([...counts.values()].flatMap((mine) => [...mine.keys()]))].sort();
  const has: Record<string, string[]> = {};
  for (const [of, mine] of counts) {
    const numbers = slots.map((slot) => (mine.get(slot) ?? 0).toString(36));
    const key = of === ALL || numbers.some((one) => one.length > 1) ? numbers.join() : numbers.join(""); // prettier-ignore
    (has[key] ??= []).push(of);
  }
  return { region, slots: slots.map(packedSlot), has };
}

/** Returns the sums over all instances. */
export function summed(counts: Counts): Counts {
  const sums = new Map<string, number>();
  for (const mine of counts.values()) {
    for (const [slot, number] of mine) sums.set(slot, (sums.get(slot) ?? 0) + number);
  }
  return new Map([[ALL, sums]]);
}

/** Writes counts as the clock carries them; of an empty region there is nothing to miss. */
export function packCounts(regions: ReadonlyMap<string, Counts>): CountedRegion[] {
  const all = [...regions].filter(([, counts]) => counts.size > 0);
  const instances = all.reduce((sum, [, { size }]) => sum + size, 0);
  if (instances * ID_LENGTH < MAX_LENGTH) {
    const whole = all.map(([region, counts]) => packed(region, counts));
    if (JSON.stringify(whole).length <= MAX_LENGTH) return whole;
  }
  return all.map(([region, counts]) => packed(region, counts.has(ALL) ? counts : summed(counts))); // prettier-ignore
}

/** Reads counts as the clock carries them. */
export function unpackCounts({ slots, has }: CountedRegion): Counts {
  const names = slots.map((slot) => isoSeconds((parseInt(slot, 36) || 0) * SECOND_MS));
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

/** Returns as much of what is gone as the clock carries, the most first. */
export function fewGone(gone: readonly GonePoints[]): readonly GonePoints[] {
  if (gone.length <= MAX_GONE) return gone;
  return [...gone].sort((a, b) => b.count - a.count).slice(0, MAX_GONE);
}
