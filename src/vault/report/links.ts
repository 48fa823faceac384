/**
 * Composes a mail's links, to the invocation's log in CloudWatch's console and to the problem's page of the runbook.
 * Pure.
 */
import { KINDS, type ProblemKind } from "../model/problem";

/** Location of the function's log, and the time from which an invocation is in it. */
export interface LogPlace {
  group: string;
  region: string;
  sinceMs: number;
}

const CONSOLES: readonly (readonly [prefix: string, domain: string])[] = [
  ["cn-", "console.amazonaws.cn"],
  ["us-gov-", "console.amazonaws-us-gov.com"],
];

/** Encodes text twice, with `$` for the second `%`, as the console expects it after the `#`. */
function twiceEncoded(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replace(/%/g, "$");
}

/** Returns a link to the log lines of one invocation. Their JSON contains the run id, which no other text does. */
export function logLink({ group, region, sinceMs }: LogPlace, runId: string): string {
  const [, domain] = CONSOLES.find(([prefix]) => region.startsWith(prefix)) ?? ["", "console.aws.amazon.com"];
  const query = `$3FfilterPattern$3D${twiceEncoded(`"${runId}"`)}$26start$3D${sinceMs}`;
  return `https://${region}.${domain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${twiceEncoded(group)}/log-events${query}`;
}

/** Returns `docs/RUNBOOK.md#…`; `undefined` for a kind that needs no page. */
export function runbookPage(kind: ProblemKind): string | undefined {
  const { page } = KINDS[kind];
  return page === undefined ? undefined : `docs/RUNBOOK.md#${page}`;
}
