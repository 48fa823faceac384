/** The status of a vault as text: the answer, then exceptions, then what nobody knows. Pure. */
import type { Exception, Newest } from "../status/freshness";
import type { Look } from "./look";
import { oneLine } from "./table";

export interface StatusPage {
  /** Absent where it is not known. */
  isRecent?: boolean;
  /** The first line. */
  answer: string;
  /** The worst first. */
  exceptions: Exception[];
  /** What could not be read. */
  unknown: string[];
  instances: Newest[];
  /** Instances without a backup tag, where they were read. */
  untagged?: number;
  schedule?: string;
  nextRun?: string;
}

function exceptionLines({ kind, message, hint, isNotice }: Exception): string[] {
  const label = isNotice === true ? "notice" : "problem";
  return [`${label}\t${kind}\t${oneLine(message)}`, ...(hint === undefined ? [] : [`\t\t${oneLine(hint)}`])];
}

/** Returns the page. Without a terminal its fields are separated by tabs; on one by blanks. */
export function renderStatus(page: StatusPage, { isTerminal, colors }: Look): string {
  const { isRecent, answer, exceptions, unknown, instances, untagged, schedule, nextRun } = page;
  const color = isRecent === true ? colors.green : isRecent === false ? colors.red : colors.yellow;
  const newest = instances.map(({ instanceId, name, newest: byRegion }) => {
    const regions = Object.entries(byRegion).map(([region, slot]) => `${region} ${slot}`);
    return `newest\t${instanceId}\t${oneLine(name === "" ? "-" : name)}\t${regions.join(", ") || "none"}`;
  });
  const lines = [
    ...exceptions.flatMap(exceptionLines),
    ...unknown.map((one) => `unknown\t${oneLine(one)}`),
    ...newest,
    ...(untagged === undefined || untagged === 0 ? [] : [`untagged\t${untagged} without a backup tag`]),
    ...(nextRun === undefined ? [] : [`next run\t${nextRun}\t${schedule ?? ""}`]),
  ];
  return [color(answer), ...lines.map((one) => (isTerminal ? one.replace(/\t/g, "  ") : one))].join("\n");
}
