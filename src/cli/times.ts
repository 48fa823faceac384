/** Times as people type them, and as the command shows them. Pure, but for the zone of this machine. */
import { parse } from "chrono-node";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, humanDuration, isoSeconds } from "../vault/lib/time";
import { EXIT } from "./exitCodes";
import { cliError } from "./failure";

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };

/** `3h ago`, `90m ago`, `2d ago`. */
const AGO = /^(\d+(?:\.\d+)?)\s*([smhdw])\s*(?:ago)?$/i;
const HAS_ZONE = /(?:z|[+-]\d\d:?\d\d)$/i;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[t ]|$)/i;

/** Returns the name of this machine's time zone, which times without one are in. */
function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Reads an ISO time; one without a zone is in this machine's zone, also a date alone. */
function isoMs(text: string): number | undefined {
  if (!ISO_DATE.test(text)) return undefined;
  const iso = text.trim().replace(" ", "T");
  const whole = iso.includes("T") || iso.includes("t") ? iso : `${iso}T00:00`;
  const epochMs = Date.parse(whole);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** Reads words; `undefined` where some of them are not understood: half of a time is another time. */
function wordsMs(text: string, nowMs: number): number | undefined {
  const [found, ...others] = parse(text, { instant: new Date(nowMs) });
  const isWhole = others.length === 0 && found?.text.length === text.trim().length;
  return isWhole ? found.date().getTime() : undefined;
}

/**
 * Reads a time: ISO, `3h ago`, or words such as `yesterday 14:00`.
 * @throws a usage error that says what was expected
 */
export function parseTime(text: string, nowMs: number): number {
  const [, amount, unit = ""] = AGO.exec(text.trim()) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  const epochMs = isoMs(text) ?? wordsMs(text, nowMs);
  if (epochMs !== undefined) return epochMs;
  throw cliError(
    EXIT.usage,
    "BadTime",
    `expected a time, got "${text}"`,
    'Times are ISO (2026-11-22T03:00:00Z), "3h ago", or words such as "yesterday 14:00".',
  );
}

/** Reads a duration such as `90m`, in milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit = ""] = /^(\d+)\s*([smhd])$/.exec(text.trim()) ?? [];
  if (amount !== undefined) return Number(amount) * (UNIT_MS[unit] ?? 0);
  throw cliError(EXIT.usage, "BadDuration", `expected a duration, got "${text}"`, "Durations are 30s, 90m, 2h or 1d.");
}

/** Says how a time was read, with its zone: `2026-11-21T13:00:00Z ("yesterday 14:00" in Europe/Berlin)`. */
export function readAs(text: string, epochMs: number): string {
  const iso = isoSeconds(epochMs);
  if (text === iso) return iso;
  const zone = HAS_ZONE.test(text.trim()) || AGO.test(text.trim()) ? "" : ` in ${localZone()}`;
  return `${iso} ("${text}"${zone})`;
}

/** Returns how long ago something was: `7.5 hours`; what is yet to come: `in 2 days`. */
export function ageText(epochMs: number, nowMs: number): string {
  const ageMs = nowMs - epochMs;
  return ageMs >= 0 ? humanDuration(ageMs) : `in ${humanDuration(-ageMs)}`;
}
