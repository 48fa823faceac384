/** What edits of the configuration came to, as a person reads it. */
import type { PlayedEdit } from "./editScenario";
import { heading, table } from "./table";

function rowsOf({ edit, deployedAt, regions }: PlayedEdit): (string | number)[][] {
  return regions.map(({ region, deleted, stopped }, index) => {
    const { wouldDelete, points, plan, why } = stopped ?? {};
    return [
      index === 0 ? deployedAt : "",
      index === 0 ? edit : "",
      region,
      stopped === undefined ? deleted : `${wouldDelete} of ${points}`,
      deleted,
      stopped === undefined ? "" : `stopped the plan ${plan}: ${why}`,
    ];
  });
}

/** Nothing where nothing was edited. */
export function renderEdits(edits: readonly PlayedEdit[]): string[] {
  if (edits.length === 0) return [];
  const head = ["deployed", "edit", "region", "would delete", "deleted", "the brake"];
  return [heading("Edits, and what they did"), table(head, edits.flatMap(rowsOf))];
}
