/**
 * Remembers the vault's own answers about schedules. A year of sweeps asks the same some nine thousand times, which was
 * a tenth of a simulation's time.
 */
import * as schedule from "../../src/vault/lib/schedule";

const MOST_KEPT = 10_000;

type Ask = typeof schedule.nextFireMs;

function remembering(ask: Ask): Ask {
  const answers = new Map<string, number | undefined>();
  return (expression, timezone, afterMs, startMs) => {
    const key = `${expression} ${timezone} ${afterMs} ${startMs ?? 0}`;
    if (!answers.has(key)) {
      if (answers.size >= MOST_KEPT) answers.clear();
      answers.set(key, ask(expression, timezone, afterMs, startMs));
    }
    return answers.get(key);
  };
}

/** Installs the memory for the sources, once per process; the archive asks each time. */
export function rememberSchedules(): void {
  const module: { nextFireMs: Ask } = schedule;
  module.nextFireMs = remembering(schedule.nextFireMs);
}
