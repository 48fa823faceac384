/** Computes for the oracle the times of a life's schedules in a time zone, none more often than hourly. */
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";

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
  /** Returns the last time up to an instant, by arithmetic, because an oracle asks for millions of them. */
  lastMs: (atMs: number) => number;
  /** Returns the first time after one of its times. */
  followingMs: (firedMs: number) => number;
}

/** Returns the times of what fires every so often, counted from one of its times. */
function every(periodMs: number, fromMs = 0): Pick<Cadence, "lastMs" | "followingMs"> {
  return {
    lastMs: (atMs) => fromMs + Math.floor((atMs - fromMs) / periodMs) * periodMs,
    followingMs: (firedMs) => firedMs + periodMs,
  };
}

const AT_MS = 3 * HOUR_MS;
/** The first Sunday of 1970. */
const SUNDAY_MS = 3 * DAY_MS;

function firstOfMonthMs(atMs: number, later: number): number {
  const day = new Date(atMs);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + later, 1) + AT_MS;
}

export const CADENCES: readonly Cadence[] = [
  { name: "hourly", cron: "cron(0 * * * ? *)", ...every(HOUR_MS) },
  { name: "four a day", cron: "cron(0 3,9,15,21 * * ? *)", ...every(6 * HOUR_MS, AT_MS) },
  { name: "daily", cron: "cron(0 3 * * ? *)", ...every(DAY_MS, AT_MS) },
  { name: "weekly", cron: "cron(0 3 ? * SUN *)", ...every(7 * DAY_MS, SUNDAY_MS + AT_MS) },
  {
    name: "monthly",
    cron: "cron(0 3 1 * ? *)",
    lastMs: (atMs) => firstOfMonthMs(atMs - AT_MS, 0),
    followingMs: (firedMs) => firstOfMonthMs(firedMs, 1),
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
export function nextAfter({ lastMs, followingMs }: Cadence, afterMs: number): number {
  return followingMs(lastMs(afterMs));
}

/** Returns the last time after one instant and up to another. */
function lastBetween({ lastMs }: Cadence, afterMs: number, toMs: number): number | undefined {
  const atMs = lastMs(toMs);
  return atMs > afterMs ? atMs : undefined;
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
