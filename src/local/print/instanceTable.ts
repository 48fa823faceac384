/** Prints instances with their recovery points: all of a small fleet, the exceptions of a large one. */
import type { Recoverability, InstanceRecovery, Points, VolumeRecovery } from "../findings/recoverability";
import { pluralize } from "../../vault/lib/text";
import { heading, table } from "./table";

/** Rows that a person takes in; a larger fleet shows its exceptions, and counts the rest. */
const MOST_ROWS = 40;

function points({ count, oldest = "", newest = "" }: Points): string {
  const day = (slot: string) => slot.slice(0, 10);
  return count === 0 ? "none" : `${count} (${day(oldest)} … ${day(newest)})`;
}

function pointCells({ excluded, snapshots, copies }: VolumeRecovery): string[] {
  return [snapshots, ...Object.values(copies)].map((one) => (excluded ? "excluded" : points(one)));
}

function stateOf({ state, stateBefore }: InstanceRecovery): string {
  return stateBefore === undefined ? state : `${stateBefore}, then ${state}`;
}

function noteOf({ note = "", nearMiss }: InstanceRecovery): string {
  return nearMiss === undefined ? note : `NEARLY TAGGED ${nearMiss.now}, not ${nearMiss.wanted}`;
}

function rowsOf(instance: InstanceRecovery, volumes: readonly VolumeRecovery[]): string[][] {
  const { instanceId, name } = instance;
  const own = [instanceId, name, stateOf(instance)];
  const note = noteOf(instance);
  const rows = volumes.map((volume) => [
    volume.deviceName,
    volume.nearMiss === undefined
      ? volume.volumeId
      : `${volume.volumeId} (${volume.nearMiss.now}, not ${volume.nearMiss.wanted})`,
    ...pointCells(volume),
  ]);
  if (note !== "") rows.unshift([note]);
  return rows.map((cells, index) => [...(index === 0 ? own : ["", "", ""]), ...cells]);
}

/** Returns the cells that most volumes have: what is not an exception. */
function usualCells(instances: readonly InstanceRecovery[]): string {
  const counts = new Map<string, number>();
  for (const volume of instances.flatMap(({ volumes }) => volumes)) {
    if (volume.excluded) continue;
    const cells = pointCells(volume).join("|");
    counts.set(cells, (counts.get(cells) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "";
}

/** Returns the rows that stand out: another state of recovery points than most, nearly tagged, nothing backed up. */
function exceptionRows(instances: readonly InstanceRecovery[]): string[][] {
  const usual = usualCells(instances);
  return instances.flatMap((instance) => {
    const isPlain = instance.note === undefined || instance.note === "not tagged";
    const isOwn = !isPlain || instance.nearMiss !== undefined || instance.stateBefore !== undefined;
    const odd = instance.volumes.filter(
      (volume) => volume.nearMiss !== undefined || (!volume.excluded && pointCells(volume).join("|") !== usual),
    );
    if (!isOwn && odd.length === 0) return [];
    return rowsOf(instance, isOwn && odd.length === 0 ? instance.volumes : odd);
  });
}

/** Returns how many instances and volumes there are of each kind. */
export function countsOf({ instances }: Recoverability): string {
  const volumes = instances.flatMap((one) => one.volumes);
  const backedUp = instances.filter(({ note }) => note === undefined).length;
  const nearly = instances.filter(({ nearMiss }) => nearMiss !== undefined).length;
  const untagged = instances.filter(({ note, nearMiss }) => note === "not tagged" && nearMiss === undefined).length;
  const excluded = volumes.filter((volume) => volume.excluded).length;
  const others = instances.length - backedUp - nearly - untagged;
  const parts = [
    `${pluralize(instances.length, "instance")}: ${backedUp} backed up`,
    ...(others > 0 ? [`${others} tagged without anything to back up`] : []),
    ...(nearly > 0 ? [`${nearly} nearly tagged`] : []),
    `${untagged} not tagged`,
  ];
  const distinct = new Set(volumes.map(({ volumeId }) => volumeId)).size;
  return `${parts.join(", ")}; ${pluralize(distinct, "volume")} of tagged instances, ${excluded} excluded.`;
}

function headOf(regions: { primary: string; dr: string[] }): string[] {
  return [
    ...["instance", "name", "state", "device", "volume"],
    `snapshots ${regions.primary}`,
    ...regions.dr.map((region) => `copies ${region}`),
  ];
}

/** @param isAll whether a large fleet is shown whole */
export function renderInstances(
  found: Recoverability,
  regions: { primary: string; dr: string[] },
  isAll: boolean,
): string[] {
  const all = found.instances.flatMap((instance) => rowsOf(instance, instance.volumes));
  const isShort = isAll || all.length <= MOST_ROWS;
  const odd = isShort ? all : exceptionRows(found.instances);
  const rows = isAll ? odd : odd.slice(0, MOST_ROWS);
  const head = headOf(regions);
  const width = head.length;
  const padded = rows.map((row) => [...row, ...Array<string>(width - row.length).fill("")]);
  const left = all.length - rows.length;
  const same = usualCells(found.instances).split("|").join(", ");
  return [
    heading(isShort ? "Instances and recovery points" : "Instances that stand out"),
    ...(padded.length > 0 ? [table(head, padded)] : ["none"]),
    ...(left > 0 ? [`${left} more rows, most with ${same}: --all shows them.`] : []),
  ];
}

/** Returns what has to change on instances and volumes whose tag misses by little. */
export function renderNearMisses({ instances }: Recoverability, isAll: boolean): string[] {
  const lines = instances.flatMap(({ instanceId, name, nearMiss, volumes }) => [
    ...(nearMiss ? [`${instanceId} ${name}: NOT backed up, it has ${nearMiss.now}; ${nearMiss.change}`] : []),
    ...volumes.flatMap((one) =>
      one.nearMiss ? [`${one.volumeId} of ${instanceId}: it has ${one.nearMiss.now}; ${one.nearMiss.change}`] : [],
    ),
  ]);
  const shown = isAll ? lines : lines.slice(0, MOST_ROWS);
  if (lines.length === 0) return [];
  const left = lines.length - shown.length;
  return [heading("Near misses of the tag"), ...shown, ...(left > 0 ? [`${left} more: --all shows them.`] : [])];
}
