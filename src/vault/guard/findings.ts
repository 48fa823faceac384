/** What is found out on the way to a deletion: what is kept and why, what is to be told, and what AWS throttled. */
import type { Cause } from "../model/cause";
import { meaningOf } from "../aws/errors";
import type { DeleteAction, Kept } from "../model/actions";
import type { ThrottledRead } from "../model/world";
import { type Problem, problem } from "../model/problem";

/** Grows as an invocation looks. */
export interface Findings {
  kept: Kept[];
  problems: Problem[];
  throttled: ThrottledRead[];
}

/** A thing that could not be read before a deletion, and what that stopped. */
export function unread(what: string, consequence: string, { code, message }: Cause): Problem {
  return problem(
    "deletion-not-checked",
    what,
    `could not read ${what}: ${code}: ${message}; ${consequence}`,
    "Check the role's permissions and the region's health. The next sweep tries again.",
  );
}

/** A failed read is a problem, or put off where AWS throttled it; one of a kind is enough to tell. */
export function note(findings: Findings, cause: Cause, problem: Problem): void {
  const same = ({ subject }: Problem) => subject === problem.subject;
  if (meaningOf(cause) === "limit") {
    if (findings.throttled.some((read) => same(read.problem))) return;
    findings.throttled.push({ code: cause.code, problem });
  } else if (!findings.problems.some(same)) findings.problems.push(problem);
}

/** A deletion that is not carried out for something that holds the snapshot. */
export function keepHeld(findings: Findings, action: DeleteAction, held: string): void {
  const { region, snapshotId, reason } = action;
  findings.kept.push({ region, snapshotId, reason: `${reason}, but ${held}` });
}
