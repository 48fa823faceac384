/** Computes for the oracle the times of a life's schedules in a time zone, none more often than hourly. */
import { HOUR_MS } from "../../src/vault/lib/time";

/** Time zones of lives, with their distance from UTC. None has summer time, so the oracle only needs to add it. */
const ZONES: Readonly<Record<string, number>> = { UTC: 0, "Asia/Tokyo": 9, "Pacific/Honolulu": -10 };

export const TIMEZONES = Object.keys(ZONES);

/** Returns the milliseconds to add to a time, so that its fields in UTC are those of the zone. */
export function offsetMs(timezone: string): number {
  const hours = ZONES[timezone];
  if (hours === undefined) throw new Error(`no life is in ${timezone}`);
  return hours * HOUR_MS;
}

export interface Cadence {
  name: "hourly" | "four a day" | "daily" | "weekly" | "monthly";
  cron: string;
  fires: (at: Date) => boolean;
}

export const CADENCES: readonly Cadence[] = [
  { name: "hourly", cron: "cron(0 * * * ? *)", fires: () => true },
  {
    name: "four a day",
    cron: "cron(0 3,9,15,21 * * ? *)",
    fires: (at) => at.getUTCHours() % 6 === 3,
  },
  { name: "daily", cron: "cron(0 3 * * ? *)", fires: (at) => at.getUTCHours() === 3 },
  {
    name: "weekly",
    cron: "cron(0 3 ? * SUN *)",
    fires: (at) => at.getUTCDay() === 0 && at.getUTCHours() === 3,
  },
  {
    name: "monthly",
    cron: "cron(0 3 1 * ? *)",
    fires: (at) => at.getUTCDate() === 1 && at.getUTCHours() === 3,
  },
];

/** @throws if a life has another schedule */
export function cadenceOf(cron: string): Cadence {
  const found = CADENCES.find((one) => one.cron === cron);
  if (found === undefined) throw new Error(`no cadence has ${cron}`);
  return found;
}

export function named(name: Cadence["name"]): Cadence {
  return CADENCES.find((one) => one.name === name)!;
}

/** Returns the first time after an instant. */
export function nextAfter({ fires }: Cadence, afterMs: number): number {
  let atMs = (Math.floor(afterMs / HOUR_MS) + 1) * HOUR_MS;
  while (!fires(new Date(atMs))) atMs += HOUR_MS;
  return atMs;
}

/** Returns the last time after one instant and up to another. */
function lastBetween({ fires }: Cadence, afterMs: number, toMs: number): number | undefined {
  for (let atMs = Math.floor(toMs / HOUR_MS) * HOUR_MS; atMs > afterMs; atMs -= HOUR_MS) {
    if (fires(new Date(atMs))) return atMs;
  }
  return undefined;
}

/**
 * Returns those slots of recovery points that would be there under a cadence that ended, and the time of each: all
 * that were made before its end, and of the later ones only one for each of its times, which counts as made then. A run by
 * hand makes some for a minute that began before the end.
 */
export function thinned(
  cadence: Cadence,
  untilMs: number,
  points: readonly { slotMs: number; madeMs: number }[],
): Map<number, number> {
  const kept = new Map<number, number>();
  let lastMs: number | undefined;
  for (const { slotMs, madeMs } of [...points].sort((a, b) => a.slotMs - b.slotMs)) {
    const isFree = slotMs < untilMs && madeMs < untilMs;
    const ofMs = isFree ? slotMs : lastBetween(cadence, lastMs ?? untilMs, slotMs);
    if (ofMs === undefined) continue;
    kept.set(slotMs, ofMs);
    lastMs = slotMs;
  }
  return kept;
}
