/** Checks the alarms' settings against the schedule: an alarm that is never quiet is useless. Pure. */
import { type ConfigError, configError } from "../configError";
import { longestGapMs } from "../schedule";
import { HOUR_MS } from "../../vault/lib/time";

export interface WatchContext {
  schedule: string;
  timezone: string;
  maxRecoveryPointAgeHours: number;
}

/** Returns an error if the age alarm would fire between two runs. */
export function alarmErrors(context: WatchContext): ConfigError[] {
  const { schedule, timezone, maxRecoveryPointAgeHours: hours } = context;
  if (hours === 0) return [];
  const gapHours = longestGapMs(schedule, timezone) / HOUR_MS;
  if (hours > gapHours) return [];
  return [
    configError(
      "maxRecoveryPointAgeHours",
      `0, or more than the ${gapHours} hours that ${schedule} leaves between runs`,
      String(hours),
      "a recovery point gets that old though all is well",
    ),
  ];
}
