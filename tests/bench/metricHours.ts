/**
 * Counts the hours per day in which custom metrics are sent, summed over them, as CloudWatch bills. It counts on the
 * handler's nights.
 */
import { HOUR_MS } from "../../src/vault/lib/time";
import type { MetricPoint } from "../../src/local/runtime/alarmEvaluator";
import { watchedVault } from "../support/watchedVault";
import { SETTINGS, keeping } from "../support/world";

const TIMEOUT_SECONDS = 600;
/** Nights until copies are also pruned each night. */
const NIGHTS_BEFORE = 4;
/**
 * Metrics of an additional hour. The nights complete their copies at once, but 100 volumes at 20 a time and 12 minutes
 * per copy take an hour more, in which these are sent too: started, completed, in flight, deferred, the vault's own two
 * of deferred work, and the oldest missing.
 */
const BACKLOG_METRIC_HOURS = 2 * 7;

function hourOf({ name, dimensions, atMs }: MetricPoint): string {
  return `${name} ${JSON.stringify(dimensions)} ${Math.floor(atMs / HOUR_MS)}`;
}

export async function metricHoursOfANight(): Promise<number> {
  const vault = watchedVault(TIMEOUT_SECONDS, { ...SETTINGS, policies: keeping(1) });
  for (let night = 0; night < NIGHTS_BEFORE; night += 1) await vault.night();
  const before = vault.points.length;
  await vault.night();
  const sent = vault.points
    .slice(before)
    .filter(({ namespace }) => namespace === "SmartVault")
    .map(hourOf);
  return new Set(sent).size + BACKLOG_METRIC_HOURS;
}
