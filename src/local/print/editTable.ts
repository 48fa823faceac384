/** Prints the effects of edits of the configuration. */
import { shortAlarm } from "./alarmTableText";
import type { Amount, Stopped, Waiting } from "../forecast/dueAmounts";
import type { EditedRegion } from "../forecast/editedRegions";
import type { PlayedEdit } from "../story/editScenario";
import { heading, table } from "./table";

/** Number of instances that one cell names. */
const MOST_NAMED = 3;

function amount({ recoveryPoints, gib }: Amount): string {
  return recoveryPoints === 0 ? "0" : `${recoveryPoints} (${gib} GiB)`;
}

function wait({ from, plan, ...waiting }: Waiting): string {
  const when = from === undefined ? "not mailed yet" : `from ${from.slice(0, 16)}Z`;
  return `${amount(waiting)} ${when}, plan ${plan}`;
}

function stop(stopped: Stopped | undefined): string {
  if (stopped === undefined) return "";
  return `${stopped.recoveryPoints} of ${stopped.of}, plan ${stopped.plan}`;
}

function regionCells({ region, role, ...one }: EditedRegion): string[] {
  const name = role === "left" ? `${region} (left the stack)` : region;
  const waiting = one.waiting.map(wait).join("\n");
  return [name, amount(one.dueAtOnce), waiting, stop(one.stopped), amount(one.deleted), amount(one.kept)];
}

function regionRows({ edit, deployedAt, regions }: PlayedEdit): string[][] {
  return regions.map((region, index) => {
    const names = index === 0 ? [deployedAt, edit] : ["", ""];
    return [...names, ...regionCells(region)];
  });
}

function named(instances: readonly { instanceId: string; name: string }[]): string {
  const names = instances.map(({ instanceId, name }) => (name === "" ? instanceId : name));
  const left = names.length - MOST_NAMED;
  return [...names.slice(0, MOST_NAMED), ...(left > 0 ? [`${left} more`] : [])].join(", ");
}

function usd(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(2)}`;
}

function effectCells({ edit, instances, cost, alarms }: PlayedEdit, stack: string): string[] {
  return [
    edit,
    named(instances.in),
    named(instances.out),
    `${instances.newlyIncludedGib} GiB`,
    `${usd(cost.monthlyUsd)} to ${cost.after.totalUsd.toFixed(2)}`,
    cost.onceUsd === 0 ? "" : usd(cost.onceUsd),
    alarms.map((alarm) => shortAlarm(alarm, stack)).join(", "),
  ];
}

function notesOf(edits: readonly PlayedEdit[]): string[] {
  return edits.flatMap(({ edit, notes }) => notes.map((note) => `${edit}: ${note}`));
}

/**
 * Renders what was edited; nothing where nothing was.
 * @param stack the vault's id, which every alarm's name begins with
 */
export function renderEdits(edits: readonly PlayedEdit[], stack: string): string[] {
  const [first] = edits;
  if (first === undefined) return [];
  const percent = 100 * first.cost.dailyChange;
  const points = [
    "deployed",
    "edit",
    "region",
    "due at once",
    "in the grace period",
    "stopped by the limit",
    "deleted",
    "kept",
  ];
  const effects = ["edit", "instances in", "out", "newly included", "USD per month", "once", "alarms of the night"];
  return [
    heading("Edits, and what became of recovery points until the morning after"),
    table(points, edits.flatMap(regionRows)),
    heading("Edits, who is backed up and what it costs"),
    table(
      effects,
      edits.map((edit) => effectCells(edit, stack)),
    ),
    ...notesOf(edits),
    `Cost: an estimate after a year, at us-east-1's list prices of 2026, by the sizes of volumes, if ${percent} % of their`,
    "blocks change per day (--daily-change): snapshots and copies of what is backed up then, transfer, keys, alarms, dashboard.",
  ];
}
