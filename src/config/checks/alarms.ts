/** What the alarms' settings must be beside the schedule: an alarm that is never quiet is none. Pure. */
import { longestGapMs } from "../schedule";
import { HOUR_MS } from "../../vault/lib/time";

export interface WatchContext {
  schedule: string;
  timezone: string;
  maxRecoveryPointAgeHours: number;
}

/** @returns a line for each mistake: the key, what was expected, what was got */
export function alarmErrors(context: WatchContext): string[] {
  const { schedule, timezone, maxRecoveryPointAgeHours: hours } = context;
  const gapHours = longestGapMs(schedule, timezone) / HOUR_MS;
  if (hours === 0 || hours > gapHours) return [];
  return [
    `maxRecoveryPointAgeHours: expected 0, or more than the ${gapHours} hours that ${schedule} leaves between runs, ` +
      `got ${hours}: a recovery point gets that old though all is well`,
  ];
}
