/** Recovery points as rows: for people, for pipes, and as JSON. Pure. */
import { humanDuration, isoSeconds } from "../../vault/lib/time";
import type { Point } from "../points/points";
import type { Column } from "./table";

/** Returns the columns. Programs get ids, people get ages and short words. */
export function pointColumns(nowMs: number): Column<Point>[] {
  return [
    { title: "TIME (UTC)", value: ({ takenMs }) => isoSeconds(takenMs) },
    { title: "AGE", value: ({ takenMs }) => humanDuration(Math.max(0, nowMs - takenMs)) },
    { title: "INSTANCE", value: ({ instanceId }) => instanceId },
    { title: "NAME", value: ({ name }) => name },
    { title: "REGION", value: ({ region }) => region },
    { title: "VOLUMES", value: ({ volumes, setSize }) => `${volumes} of ${setSize}` },
    { title: "GIB", value: ({ gib }) => gib },
    { title: "ENCRYPTED", value: ({ encrypted }) => encrypted },
    { title: "LOCK", value: ({ lock }) => lock ?? "unknown" },
    { title: "STATE", value: ({ state }) => state },
    {
      title: "KEPT",
      value: ({ kept, due }) => (due !== undefined ? `due for deletion: ${due}` : (kept ?? "unknown")),
    },
    { title: "EXPIRES", value: ({ expiresMs }) => (expiresMs === undefined ? undefined : isoSeconds(expiresMs)) },
    { title: "SLOT", value: ({ slot }) => slot, isHidden: true },
    { title: "KEYS", value: ({ kmsKeyIds }) => kmsKeyIds.join(","), isHidden: true },
    { title: "SNAPSHOTS", value: ({ snapshots }) => snapshots.map((one) => one.snapshotId).join(","), isHidden: true },
  ];
}

/** Returns a recovery point as JSON. */
export function pointJson(point: Point, nowMs: number): Record<string, unknown> {
  const { takenMs, expiresMs, snapshots, all: _all, ...facts } = point;
  return {
    ...facts,
    takenAt: isoSeconds(takenMs),
    ageSeconds: Math.max(0, Math.round((nowMs - takenMs) / 1_000)),
    ...(expiresMs !== undefined && { expiresAt: isoSeconds(expiresMs) }),
    snapshotIds: snapshots.map(({ snapshotId }) => snapshotId),
  };
}
