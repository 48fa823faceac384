/** Composes the notice of memory that is nearly used up, before it is. Pure. */
import { withCommand } from "../lib/text";
import { type MemoryUse, moreMemoryMb } from "../model/memory";
import { type Problem, problem } from "../model/problem";

/** Share of the memory that counts as nearly all. Lambda lets Node's heap alone take 90 % of it. */
const NEARLY = 0.85;

/** Returns the notice; `undefined` if there is enough memory, or if the function does not run in Lambda. */
export function memoryNotice(use: MemoryUse | undefined): Problem | undefined {
  if (use === undefined || use.peakMb < NEARLY * use.limitMb) return undefined;
  const { peakMb, limitMb } = use;
  const more = moreMemoryMb(limitMb);
  const hint =
    more === undefined
      ? "Lambda has no more. Back up some of the instances with another stack."
      : withCommand(
          "More memory also makes it faster. To double it",
          `npx pulumi config set memoryMb ${more} && npx pulumi up`,
        );
  return problem(
    "memory-nearly-used-up",
    "memory",
    `the function used ${Math.round(peakMb)} of its ${limitMb} MB of memory. If it ever needs more than it has, Lambda ends it, and nothing is backed up, copied or deleted`,
    hint,
  );
}
