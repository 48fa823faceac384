/**
 * A year of sweeps asks the same of the same schedule some nine thousand times, and answering was a tenth of a
 * simulation's time. Each answer is kept; the answers are the vault's own.
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

/** For the sources, once a process; the archive asks each time. */
export function rememberSchedules(): void {
  const module: { nextFireMs: Ask } = schedule;
  module.nextFireMs = remembering(schedule.nextFireMs);
}
