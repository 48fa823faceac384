/** How many hours a day custom metrics are sent in, summed over them: what CloudWatch bills. Counted on the handler's nights. */
import { HOUR_MS } from "../../src/vault/lib/time";
import type { MetricPoint } from "../../src/local/runtime/alarmEvaluator";
import { watchedVault } from "../support/watchedVault";
import { SETTINGS, keeping } from "../support/world";

const TIMEOUT_SECONDS = 600;
/** Until copies are pruned each night, too. */
const NIGHTS_BEFORE = 4;
/**
 * The nights complete their copies at once. 100 volumes at 20 a time and 12 minutes a copy take an hour more, in which these
 * are sent too: started, completed, in flight, put off, the vault's own two of what was put off, and the oldest missing.
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
