/** Finds the recovery point that is meant: by a snapshot id, INSTANCE, or INSTANCE@TIME. Pure. */
import { isoSeconds } from "../../vault/lib/time";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";
import { findInstance } from "../reading/instances";
import type { Point } from "./points";
import { parseTime, readAs } from "../times";

/** When and where a point is looked for. */
interface Where {
  region: string;
  nowMs: number;
}

/** Returns the instances that have recovery points, each once. */
export function instancesOf(points: readonly Point[]): Pick<Point, "instanceId" | "name">[] {
  const byId = new Map<string, Pick<Point, "instanceId" | "name">>();
  for (const { instanceId, name } of points) if (!byId.has(instanceId)) byId.set(instanceId, { instanceId, name });
  return [...byId.values()];
}

/** Returns the point that has a snapshot. */
function bySnapshot(id: string, points: readonly Point[]): Point {
  const found = points.find(({ all }) => all.some(({ snapshotId }) => snapshotId === id));
  if (found !== undefined) return found;
  const hint = "`vault list` shows the recovery points, and without a terminal the ids of their snapshots.";
  throw cliError(EXIT.nothing, "NoPoint", `no snapshot ${id} of this vault was found`, hint);
}

/** Splits `web-1@yesterday 14:00`; a Name may have an @ itself. */
function split(ref: string): { instance: string; time?: string } {
  const at = ref.lastIndexOf("@");
  if (at <= 0) return { instance: ref };
  const time = ref.slice(at + 1);
  return { instance: ref.slice(0, at), ...(time !== "latest" && { time }) };
}

/**
 * Returns the point that is meant: with a time the last one that was taken by then, in the region that was asked for if
 * it is there.
 * @param points the newest first
 */
export function findPoint(ref: string, points: readonly Point[], { region, nowMs }: Where): Point {
  if (/^snap-[0-9a-f]+$/.test(ref)) return bySnapshot(ref, points);
  const { instance, time } = split(ref);
  const { instanceId } = findInstance(instance, instancesOf(points), region);
  const untilMs = time === undefined ? Infinity : parseTime(time, nowMs);
  const [newest, ...others] = points.filter((one) => one.instanceId === instanceId && one.takenMs <= untilMs);
  if (newest !== undefined) {
    const here = [newest, ...others].find((one) => one.slot === newest.slot && one.region === region);
    return here ?? newest;
  }
  const oldest = points.filter((one) => one.instanceId === instanceId).at(-1);
  const since = oldest === undefined ? "" : `The oldest is of ${isoSeconds(oldest.takenMs)}.`;
  const until = time === undefined ? "" : ` of ${readAs(time, untilMs)} or before`;
  throw cliError(EXIT.nothing, "NoPoint", `${instance} has no recovery point${until}`, since);
}
