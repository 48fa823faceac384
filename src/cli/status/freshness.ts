/** Decides whether each protected instance has a recent enough recovery point in every region. Pure. */
import { lastDueMs } from "../../vault/lib/schedule";
import { HOUR_MS, isoSeconds, parseIso } from "../../vault/lib/time";
import type { CoreSettings } from "../../vault/model/settings";
import type { ProtectedInstance } from "../../vault/model/world";
import type { Point } from "../points/points";

/** The newest complete and usable recovery point of an instance, by region, as its slot. */
export interface Newest {
  instanceId: string;
  name: string;
  newest: Record<string, string>;
}

/** Something that is wrong, or that a person should know. */
export interface Exception {
  kind: string;
  subject: string;
  message: string;
  hint?: string;
  isNotice?: true;
}

/** Returns the newest complete and usable recovery points of each instance. */
export function newestOf(instances: readonly ProtectedInstance[], points: readonly Point[]): Newest[] {
  return instances.map(({ instanceId, tags }) => {
    const mine = points.filter((one) => one.instanceId === instanceId && one.state === "completed");
    const newest: Record<string, string> = {};
    for (const { region, slot } of mine) if (slot > (newest[region] ?? "")) newest[region] = slot;
    return { instanceId, name: tags.Name ?? "", newest };
  });
}

/**
 * Returns the slot that a region must have by now: the last one of the schedule whose time to be made is over. A copy has
 * `copyStuckHours` more.
 */
function requiredMs(settings: CoreSettings, region: string, known: string | undefined, nowMs: number) {
  const { startWindowHours, copyStuckHours, schedule, timezone, primaryRegion } = settings;
  const hours = region === primaryRegion ? startWindowHours : startWindowHours + copyStuckHours;
  const knownMs = parseIso(known ?? "") ?? 0;
  return lastDueMs(schedule, timezone, nowMs - hours * HOUR_MS, knownMs);
}

/** Returns the instances without a recent enough recovery point, by region. */
export function staleIn(
  { instances, newest }: { instances: readonly ProtectedInstance[]; newest: readonly Newest[] },
  regions: readonly string[],
  settings: CoreSettings,
  nowMs: number,
): Exception[] {
  const launched = new Map(instances.map(({ instanceId, launchTimeMs }) => [instanceId, launchTimeMs ?? 0]));
  return newest.flatMap(({ instanceId, name, newest: byRegion }) =>
    regions.flatMap((region): Exception[] => {
      const has = byRegion[region];
      const dueMs = requiredMs(settings, region, has, nowMs);
      const isNew = dueMs === undefined || (has === undefined && (launched.get(instanceId) ?? 0) > dueMs);
      if (isNew || (parseIso(has ?? "") ?? -Infinity) >= dueMs) return [];
      const shown = name === "" ? instanceId : `${instanceId} (${name})`;
      const what =
        has === undefined
          ? "no complete and usable recovery point"
          : `its newest complete and usable recovery point is of ${has}`;
      const hint = `The one of ${isoSeconds(dueMs)} should be there. The mails and docs/RUNBOOK.md say why it is not.`;
      return [
        { kind: "stale", subject: `${instanceId} in ${region}`, message: `${shown} in ${region}: ${what}`, hint },
      ];
    }),
  );
}
