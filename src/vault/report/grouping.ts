/**
 * Groups problems of one kind that occur by the hundred, because they have one cause. The timer could not carry each of
 * them, and every invocation would mail those that it does not carry. The log and the audit record name them all. Pure.
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

/**
 * Groups alike problems.
 * @returns the problems in their order, each once, and one for each kind with more than a hundred
 */
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
