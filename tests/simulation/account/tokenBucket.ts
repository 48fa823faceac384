/**
 * Models EC2's request throttling: a bucket of tokens per action and region (AWS, "Request throttling for the Amazon
 * EC2 API").
 */
interface Size {
  max: number;
  refillPerSecond: number;
}

/** CopySnapshot and LockSnapshot are not in AWS's table: they fall under "mutating actions". */
const SIZES: Readonly<Record<string, Size>> = {
  CreateSnapshot: { max: 100, refillPerSecond: 5 },
  CreateSnapshots: { max: 100, refillPerSecond: 5 },
  DeleteSnapshot: { max: 100, refillPerSecond: 5 },
  CreateTags: { max: 100, refillPerSecond: 10 },
  CopySnapshot: { max: 50, refillPerSecond: 5 },
  LockSnapshot: { max: 50, refillPerSecond: 5 },
};
export const DESCRIBE: Size = { max: 100, refillPerSecond: 20 };

export interface TokenBuckets {
  /**
   * Takes one token.
   * @param share is the part of the bucket and its refill that other users of the account leave
   * @returns `false` when there is none: RequestLimitExceeded
   */
  take(action: string, nowMs: number, share: number): boolean;
}

export function makeBuckets(): TokenBuckets {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take: (action, nowMs, share) => {
      const size = SIZES[action] ?? DESCRIBE;
      const max = Math.max(1, size.max * share);
      const bucket = buckets.get(action) ?? { tokens: max, atMs: nowMs };
      const gained = ((nowMs - bucket.atMs) / 1_000) * size.refillPerSecond * share;
      const tokens = Math.min(max, bucket.tokens + gained);
      const enough = tokens >= 1;
      buckets.set(action, { tokens: enough ? tokens - 1 : tokens, atMs: nowMs });
      return enough;
    },
  };
}
