/**
 * Durations in milliseconds, and the conversion between instants and text. Times inside the vault are epoch
 * milliseconds.
 */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Returns the start of an instant's second, which is all that its text keeps. */
export function wholeSecondMs(epochMs: number): number {
  return epochMs - (epochMs % SECOND_MS);
}

/** Formats an instant as ISO 8601 in UTC with whole seconds, as EventBridge Scheduler does: `2026-11-22T03:00:00Z`. */
export function isoSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** Parses an ISO instant. Returns `undefined` for anything else, so that the caller can name the field. */
export function parseIso(text: string): number | undefined {
  const epochMs = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** Formats a duration for people, in the largest unit that fits, with at most one decimal: `90_000` → `1.5 minutes`. */
export function humanDuration(durationMs: number): string {
  const [unitMs, unit] =
    durationMs >= DAY_MS
      ? [DAY_MS, "day"]
      : durationMs >= HOUR_MS
        ? [HOUR_MS, "hour"]
        : durationMs >= MINUTE_MS
          ? [MINUTE_MS, "minute"]
          : [SECOND_MS, "second"];
  const amount = Math.round((durationMs / unitMs) * 10) / 10;
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
