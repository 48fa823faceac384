/** `vault list`: the recovery points that there are, the newest first. */
import { pluralize } from "../../vault/lib/text";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { rememberInstances } from "../reading/instanceCache";
import { findInstance } from "../reading/instances";
import { instancesOf } from "../points/ref";
import { type Point, pointsOf } from "../points/points";
import { pointColumns, pointJson } from "../print/points";
import { renderTable } from "../print/table";
import { findVault, readVault } from "../reading/reading";
import { reasonsBy } from "../points/reasons";
import { parseTime, readAs } from "../times";

interface Wanted {
  instance?: string;
  since?: string;
}

/** Leaves those that were asked for. */
function wantedPoints(
  points: readonly Point[],
  instance: string | undefined,
  sinceMs: number,
  region: string,
): Point[] {
  const only = instance === undefined ? undefined : findInstance(instance, instancesOf(points), region).instanceId;
  return points.filter((one) => one.takenMs >= sinceMs && (only === undefined || one.instanceId === only));
}

function nextOf([first]: readonly Point[], { region }: Context): Answer["next"] {
  if (first === undefined) return [[`vault list --region ${region}`, "all recovery points of the region"]];
  return [[`vault show ${first.instanceId} --region ${region}`, "all that is known of its latest recovery point"]];
}

/** Lists recovery points. */
export async function list(context: Context, wanted: Wanted): Promise<Answer> {
  const { nowMs, region: asked } = context;
  const sinceMs = wanted.since === undefined ? -Infinity : parseTime(wanted.since, nowMs);
  const known = await findVault(context);
  const { settings, vaultId } = known;
  const { reads, notes } = await readVault(known);
  const all = pointsOf(reads, settings, reasonsBy(reads, settings, nowMs));
  rememberInstances(instancesOf(all), process.env);
  const points = wantedPoints(all, wanted.instance, sinceMs, asked);
  const regions = reads.map(({ region }) => region);
  const since = wanted.since === undefined ? "" : ` since ${readAs(wanted.since, sinceMs)}`;
  return {
    exitCode: points.length === 0 ? EXIT.nothing : EXIT.done,
    heading: `${vaultId}: ${pluralize(points.length, "recovery point")} in ${regions.join(" and ")}${since}. Times are UTC.`,
    body: (look) => renderTable(points, pointColumns(nowMs), look),
    data: { vaultId, regions, recoveryPoints: points.map((one) => pointJson(one, nowMs)) },
    notes: [...known.notes, ...notes],
    next: nextOf(points, context),
  };
}
