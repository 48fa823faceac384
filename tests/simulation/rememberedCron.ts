/**
 * Remembers the vault's own answers about schedules. A year of sweeps asks the same some nine thousand times, which was
 * a tenth of a simulation's time.
 */
import * as schedule from "../../src/vault/lib/schedule";
import { remembered } from "./remembered";

const MOST_KEPT = 10_000;

type Ask = typeof schedule.lastDueMs;

/** Asks once for each schedule and instant. A rate depends on its start, so it is asked each time. */
function byInstant(ask: Ask): Ask {
  const ofSchedule = remembered(
    (expression: string, timezone: string) =>
      remembered(
        (atMs: number, startMs: number) => ask(expression, timezone, atMs, startMs),
        (atMs) => atMs,
        MOST_KEPT,
      ),
    (expression, timezone) => `${expression} ${timezone}`,
    MOST_KEPT,
  );
  return (expression, timezone, atMs, startMs) =>
    schedule.rateMs(expression) === undefined
      ? ofSchedule(expression, timezone)(atMs, startMs)
      : ask(expression, timezone, atMs, startMs);
}

/** Installs the memory for the sources, once per process; the archive asks each time. */
export function rememberSchedules(): void {
  const module: Pick<typeof schedule, "nextFireMs" | "lastDueMs"> = schedule;
  const next = byInstant(schedule.nextFireMs);
  module.nextFireMs = (expression, timezone, afterMs, startMs?: number) =>
    next(expression, timezone, afterMs, startMs ?? 0);
  module.lastDueMs = byInstant(schedule.lastDueMs);
}
