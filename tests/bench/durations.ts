/**
 * Draws how long copies take, and computes the least time that AWS's limits allow for them. AWS documents no durations.
 * A copy's depends on factors that multiply: the size of its volume, the share of it that changed, and how busy the
 * region is. Such a product is about log-normal. With a sigma of 0.6, nine of ten copies take between 0.37 and 2.7 times
 * the median.
 */
import type { Random } from "../simulation/random";

/** Copies that may be in flight into one region (Amazon EBS service quotas). */
export const IN_FLIGHT_MAX = 20;
/** CopySnapshot's token bucket (AWS, "Request throttling for the Amazon EC2 API"). */
const BUCKET = { max: 50, refillPerSecond: 5 };
const SIGMA = 0.6;

/** Returns a number of the standard normal distribution (Box–Muller). */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

/** Returns a function that draws durations around a median, in milliseconds. */
export function spreadMs(medianMs: number, random: Random): () => number {
  return () => medianMs * Math.exp(SIGMA * normal(random));
}

/**
 * Returns when as many copies as `copies` have ended, if each starts as soon as AWS's limits allow: 20 in flight, a token
 * for each. They start in the given order, because nobody knows durations before.
 * @param durationsMs durations in the order in which the copies start
 */
export function leastMs(durationsMs: readonly number[], copies: number): number {
  const freeMs = Array.from({ length: IN_FLIGHT_MAX }, () => 0);
  const ends = durationsMs.map((durationMs, index) => {
    const tokenMs = (Math.max(0, index + 1 - BUCKET.max) / BUCKET.refillPerSecond) * 1_000;
    const slot = freeMs.indexOf(Math.min(...freeMs));
    const endMs = Math.max(freeMs[slot] ?? 0, tokenMs) + durationMs;
    freeMs[slot] = endMs;
    return endMs;
  });
  return ends.sort((a, b) => a - b)[copies - 1] ?? 0;
}
