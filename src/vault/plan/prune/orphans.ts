/**
 * Reports orphans. These are instances that have not been backed up for `orphanDays`, and whose recovery points are
 * still there. Nobody looks at them any more, so they are counted once per run, and a notice names them once per week.
 * Pure.
 */
import { groupBy } from "../../lib/collections";
import { gibOf } from "../../inventory/recoveryPoints";
import { isMadeForDr } from "../../inventory/copies";
import { roughCost } from "../../inventory/storageCost";
import { type Problem, problem } from "../../model/problem";
import type { Snapshot } from "../../model/world";
import type { CoreSettings } from "../../model/settings";
import { pluralize, listed } from "../../lib/text";

/**
 * Returns the completed snapshots of some instances, one per volume and slot of a region. In a DR region these are the
 * copies.
 */
function pointsOf(snapshots: readonly Snapshot[], instanceIds: ReadonlySet<string>): Snapshot[] {
  const points = new Map<string, Snapshot>();
  for (const snapshot of snapshots) {
    const { region, volumeId, state, identity } = snapshot;
    if (state !== "completed" || !instanceIds.has(identity.instanceId)) continue;
    points.set(`${region} ${volumeId} ${identity.slot}`, snapshot);
  }
  return [...points.values()];
}

/** Returns what the settings do with the points of orphans in a region from now on. */
function fateOf(points: readonly Snapshot[], { orphans, keepAtLeast, primaryRegion }: CoreSettings): string {
  if (orphans === "keep") {
    return "`orphans: keep` leaves them to the rules of their policy, which keep the newest for good";
  }
  const isMoved = points.some((one) => one.region === primaryRegion && isMadeForDr(one));
  const moved = isMoved ? ", and `drKeep` keeps the copies that were made there while it was a DR region" : "";
  return `\`orphans: keep-last\` keeps the newest ${keepAtLeast === 1 ? "one" : keepAtLeast} of each volume for good${moved}`;
}

function noticeOf(region: string, points: readonly Snapshot[], settings: CoreSettings): Problem {
  const ids = [...new Set(points.map(({ identity }) => identity.instanceId))].sort();
  const { orphanDays } = settings;
  return problem(
    "orphans-kept",
    region,
    `${region} keeps ${pluralize(points.length, "recovery point")} with ${gibOf(points)} GiB of volumes for ${pluralize(ids.length, "instance")} that nobody has backed up for ${pluralize(orphanDays, "day")}: ${listed(ids)}. They cost ${roughCost(points)}.`,
    `To keep what no other mail announces, do nothing: ${fateOf(points, settings)}. To delete all of them, set \`orphans: expire\`. The runbook's page has the commands for one instance.`,
  );
}

/**
 * Returns a notice for each region that keeps recovery points of orphans. Orphans that expire need none, because a mail
 * announces their deletion.
 * @param own the vault's own snapshots in all regions
 */
export function orphanNotices(own: readonly Snapshot[], orphans: readonly string[], settings: CoreSettings): Problem[] {
  if (orphans.length === 0 || settings.orphans === "expire") return [];
  const byRegion = groupBy(pointsOf(own, new Set(orphans)), ({ region }) => region);
  return [...byRegion].map(([region, points]) => noticeOf(region, points, settings));
}
