/** Memory of the function, and how much more it is advised to have. Pure. */

/** Lambda's own limit in MB (Lambda developer guide, "Lambda quotas"). */
export const MOST_MEMORY_MB = 10_240;

/** Memory from which on the function has a whole processor (Lambda developer guide, "Configure Lambda function memory"). */
export const WHOLE_PROCESSOR_MB = 1_769;

/** Peak memory of an environment of the function, and its limit, in MB. */
export interface MemoryUse {
  peakMb: number;
  limitMb: number;
}

/** Returns what to set `memoryMb` to if the function needs more; undefined if Lambda has no more. */
export function moreMemoryMb(memoryMb: number): number | undefined {
  return memoryMb >= MOST_MEMORY_MB ? undefined : Math.min(2 * memoryMb, MOST_MEMORY_MB);
}
