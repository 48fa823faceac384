/** Prints why the recovery points of a volume are kept. */
import type { Explanation } from "../findings/explain";
import { heading, table } from "./table";

/** Rows that a person takes in at a glance. */
const MOST_ROWS = 12;
const REASON_WIDTH = 76;

/** @param all whether every point is shown, since it was asked for; else the newest */
export function renderExplanation({ volumeId, points }: Explanation, all: boolean): string[] {
  const shown = all ? points : points.slice(0, MOST_ROWS);
  const rows = shown.map(({ slot, region, snapshotId, reason }) => [slot, region, snapshotId, reason]);
  const left = points.length - shown.length;
  return [
    heading(`Recovery points of ${volumeId}, and why each is kept`),
    table(["slot", "region", "snapshot", "kept by"], rows, REASON_WIDTH),
    ...(left > 0 ? [`${left} older ones are left out: --explain ${volumeId} shows all.`] : []),
  ];
}
