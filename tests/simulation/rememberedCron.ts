/**
 * Remembers the vault's own answers about schedules. A year of sweeps asks the same some nine thousand times, which was
 * a tenth of a simulation's time.
 */
import * as schedule from "../../src/vault/lib/schedule";
import { remembered } from "./remembered";

const MOST_KEPT = 10_000;

/** Installs the memory for the sources, once per process; the archive asks each time. */
export function rememberSchedules(): void {
  const module: Pick<typeof schedule, "nextFireMs" | "lastDueMs"> = schedule;
  module.nextFireMs = remembered(schedule.nextFireMs, (...question) => question.join(" "), MOST_KEPT);
  module.lastDueMs = remembered(schedule.lastDueMs, (...question) => question.join(" "), MOST_KEPT);
}
