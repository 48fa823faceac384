/** Collects the findings of the pre-deletion checks: what is kept and why, what is reported, and what AWS throttled. */
import type { Cause } from "../model/cause";
import { meaningOf } from "../aws/errors";
import type { DeleteAction, Kept } from "../model/actions";
import type { ThrottledRead } from "../model/world";
import { type Problem, problem } from "../model/problem";
import { IF_DENIED } from "../lib/text";

/** Findings of one invocation, which grow as it checks. */
export interface Findings {
  kept: Kept[];
  problems: Problem[];
  throttled: ThrottledRead[];
}

/** Returns the problem of something that could not be read before a deletion, and what that prevented. */
export function unread(what: string, consequence: string, { code, message }: Cause): Problem {
  return problem(
    "deletion-not-checked",
    what,
    `${consequence}, because the vault could not read ${what}: ${code}: ${message}`,
    `The next hourly sweep tries again. ${IF_DENIED} Otherwise check the region's health.`,
  );
}

/** Records a failed read as a problem, or as a throttled read if AWS throttled it. Each subject is recorded once. */
export function note(findings: Findings, cause: Cause, problem: Problem): void {
  const same = ({ subject }: Problem) => subject === problem.subject;
  if (meaningOf(cause) === "limit") {
    if (findings.throttled.some((read) => same(read.problem))) return;
    findings.throttled.push({ code: cause.code, problem });
  } else if (!findings.problems.some(same)) findings.problems.push(problem);
}

/** Records a deletion that is not carried out because something holds the snapshot. */
export function keepHeld(findings: Findings, action: DeleteAction, held: string): void {
  const { region, snapshotId, reason } = action;
  findings.kept.push({ region, snapshotId, reason: `${reason}, but ${held}` });
}
