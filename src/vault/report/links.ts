/** Where a mail's reader goes on: the log of the invocation in CloudWatch's console, and the problem's page of the runbook. Pure. */
import { KINDS, type ProblemKind } from "../model/problem";

/** Where the function's log is, and from when on an invocation is in it. */
export interface LogPlace {
  group: string;
  region: string;
  sinceMs: number;
}

const CONSOLES: readonly (readonly [prefix: string, domain: string])[] = [
  ["cn-", "console.amazonaws.cn"],
  ["us-gov-", "console.amazonaws-us-gov.com"],
];

/** The console takes what is after its `#` encoded twice, with `$` for the second one's `%`. */
function twiceEncoded(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replace(/%/g, "$");
}

/** A link to the log lines of one invocation. Their JSON has the run id in it, which no other text has. */
export function logLink({ group, region, sinceMs }: LogPlace, runId: string): string {
  const [, domain] = CONSOLES.find(([prefix]) => region.startsWith(prefix)) ?? ["", "console.aws.amazon.com"];
  const query = `$3FfilterPattern$3D${twiceEncoded(`"${runId}"`)}$26start$3D${sinceMs}`;
  return `https://${region}.${domain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${twiceEncoded(group)}/log-events${query}`;
}

/** `docs/RUNBOOK.md#…`; `undefined` for what needs no page. */
export function runbookPage(kind: ProblemKind): string | undefined {
  const { page } = KINDS[kind];
  return page === undefined ? undefined : `docs/RUNBOOK.md#${page}`;
}
