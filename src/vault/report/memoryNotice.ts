/** Composes the notice of memory that is nearly used up, before it is. Pure. */
import { withCommand } from "../lib/text";
import { type MemoryUse, WHOLE_PROCESSOR_MB, moreMemoryMb } from "../model/memory";
import { type Problem, problem } from "../model/problem";

/** Share of the memory that counts as nearly all. Lambda lets Node's heap alone take 90 % of it. */
const NEARLY = 0.85;

/** Returns the notice; `undefined` if there is enough memory, or if the function does not run in Lambda. */
export function memoryNotice(use: MemoryUse | undefined): Problem | undefined {
  if (use === undefined || use.peakMb < NEARLY * use.limitMb) return undefined;
  const { peakMb, limitMb } = use;
  const more = moreMemoryMb(limitMb);
  // It works on one processor, of which memory is a share: twice as much takes half the time.
  const isFaster = limitMb < WHOLE_PROCESSOR_MB;
  const price = isFaster
    ? "With more memory it is also faster, for about the same price."
    : "More memory costs in proportion.";
  const hint =
    more === undefined
      ? "Lambda has no more. Back up some of the instances with another stack."
      : withCommand(`${price} To double it`, `npx pulumi config set memoryMb ${more} && npx pulumi up`);
  return problem(
    "memory-nearly-used-up",
    "memory",
    `the function used ${Math.round(peakMb)} of its ${limitMb} MB of memory. If it ever needs more than it has, Lambda ends it, and nothing is backed up, copied or deleted`,
    hint,
  );
}
