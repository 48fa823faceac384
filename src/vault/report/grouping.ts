/**
 * Problems of one kind by the hundred have one cause, and are told as one: the clock could not carry each of them on, and
 * what it does not carry would be mailed by every invocation. The log and the audit record name them all. Pure.
 */
import { groupBy } from "../lib/collections";
import { type Problem, type ProblemKind, problem, uniqueByKey } from "../model/problem";
import { listed } from "../lib/text";

const MOST_OF_A_KIND = 100;

function asOne(problems: readonly Problem[], { kind, hint, severity }: Problem): Problem {
  const messages = listed(problems.map(({ message }) => message));
  const message = `${problems.length} times: ${messages}, in the log of this invocation`;
  const one = problem(kind, "many", message, hint);
  return { ...one, severity };
}

/** @returns the problems in their order, each once, but one for each kind that there are more than a hundred of */
export function groupAlike(all: readonly Problem[]): Problem[] {
  const problems = uniqueByKey(all);
  const byKind = groupBy(problems, ({ kind }) => kind);
  const isMany = (kind: ProblemKind) => (byKind.get(kind)?.length ?? 0) > MOST_OF_A_KIND;
  const few = problems.filter(({ kind }) => !isMany(kind));
  const many = [...byKind].flatMap(([kind, alike]) => {
    const [first] = alike;
    return first !== undefined && isMany(kind) ? [asOne(alike, first)] : [];
  });
  return [...few, ...many];
}
