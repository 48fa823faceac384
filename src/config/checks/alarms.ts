/** Checks the alarms' settings against the schedule: an alarm that is never quiet is useless. Pure. */
import { longestGapMs } from "../schedule";
import { HOUR_MS } from "../../vault/lib/time";

export interface WatchContext {
  schedule: string;
  timezone: string;
  maxRecoveryPointAgeHours: number;
}

/** @returns a line for each mistake: the key, the expectation and the actual value */
export function alarmErrors(context: WatchContext): string[] {
  const { schedule, timezone, maxRecoveryPointAgeHours: hours } = context;
  const gapHours = longestGapMs(schedule, timezone) / HOUR_MS;
  if (hours === 0 || hours > gapHours) return [];
  return [
    `maxRecoveryPointAgeHours: expected 0, or more than the ${gapHours} hours that ${schedule} leaves between runs, ` +
      `got ${hours}: a recovery point gets that old though all is well`,
  ];
}
