/**
 * A year of sweeps asks the same of the same schedule some nine thousand times, and answering was a tenth of a
 * simulation's time. Each answer is kept; the answers are croner's own.
 */
import { Cron } from "croner";

const MOST_KEPT = 10_000;
const NEVER = -1;

/** For the sources; the archive has croner's own. */
export function rememberSchedules(): void {
  const ask = Object.getOwnPropertyDescriptor(Cron.prototype, "nextRun")?.value as Cron["nextRun"];
  const answers = new Map<string, number>();
  Cron.prototype.nextRun = function nextRun(this: Cron, after) {
    if (!(after instanceof Date)) return ask.call(this, after);
    const key = `${this.getPattern() ?? ""} ${this.options.timezone ?? ""} ${after.getTime()}`;
    let runMs = answers.get(key);
    if (runMs === undefined) {
      runMs = ask.call(this, after)?.getTime() ?? NEVER;
      if (answers.size >= MOST_KEPT) answers.clear();
      answers.set(key, runMs);
    }
    // Each simulation has a Date of its own.
    return runMs === NEVER ? null : new Date(runMs);
  };
}
