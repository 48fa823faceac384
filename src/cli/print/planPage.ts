/** A plan as text: what it comes to, then each line with its reason, then what is reported. Pure. */
import { isFailure, type Problem } from "../../vault/model/problem";
import type { PlanItem } from "../plan/items";
import type { Look } from "./look";
import { type Column, oneLine, renderTable } from "./table";

const COLUMNS: Column<PlanItem>[] = [
  { title: "ACTION", value: ({ action }) => action },
  { title: "WHEN", value: ({ when }) => when },
  { title: "REGION", value: ({ region }) => region },
  { title: "INSTANCE", value: ({ instanceId }) => instanceId },
  { title: "NAME", value: ({ name }) => name },
  { title: "SLOT", value: ({ slot }) => slot },
  { title: "SNAPSHOT", value: ({ snapshotId }) => snapshotId },
  {
    title: "VOLUMES",
    value: ({ volumeIds }) => volumeIds.join(","),
    shown: ({ volumeIds }) => (volumeIds.length === 1 ? (volumeIds[0] ?? "") : String(volumeIds.length)),
  },
  { title: "GIB", value: ({ gib }) => gib },
  { title: "REASON", value: ({ reason }) => reason },
];

/** Returns the page. */
export function renderPlan(items: readonly PlanItem[], problems: readonly Problem[], look: Look): string {
  const said = problems.map((one) => {
    const line = [isFailure(one) ? "problem" : "notice", one.kind, oneLine(one.message)].join("\t");
    return look.isTerminal ? line.replace(/\t/g, "  ") : line;
  });
  return [...(items.length === 0 ? [] : [renderTable(items, COLUMNS, look)]), ...said].join("\n");
}
