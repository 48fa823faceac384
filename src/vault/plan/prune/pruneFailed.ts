/**
 * Decides about failed snapshots and copies in any region. A failed one is deleted once it is replaced, blocks the next
 * attempt, is a day old, or has enough newer ones that failed too. Until then a person can look at it. Pure.
 */
import { MAX_ATTEMPTS } from "../../inventory/attempts";
import { latestStartedFirst } from "../../inventory/order";
import { DAY_MS } from "../../lib/time";
import type { Snapshot } from "../../model/world";

/** Time for which a failed snapshot or copy is kept that nothing has replaced. */
const FAILED_KEPT_MS = DAY_MS;

/** Questions about a failed attempt. The answers are reasons for its deletion. */
export interface FailedAttempts {
  /** Returns a key that attempts at the same thing share. Their number says how often it was attempted. */
  attemptsAt: (failed: Snapshot) => string;
  replacedBy: (failed: Snapshot) => string | undefined;
  blocks?: (failed: Snapshot) => string | undefined;
}

/** Returns why each failed attempt is deleted; `undefined` for one that is kept. */
export function failedAttempts(
  failed: readonly Snapshot[],
  { attemptsAt, replacedBy, blocks }: FailedAttempts,
  nowMs: number,
): Map<Snapshot, string | undefined> {
  const newer = new Map<string, number>();
  const verdicts = new Map<Snapshot, string | undefined>();
  for (const one of [...failed].sort(latestStartedFirst)) {
    const key = attemptsAt(one);
    const newerCount = newer.get(key) ?? 0;
    newer.set(key, newerCount + 1);
    const isOld = nowMs - one.startTimeMs > FAILED_KEPT_MS;
    const isOneTooMany = newerCount >= MAX_ATTEMPTS;
    const ofTime = isOld ? "failed more than a day ago" : undefined;
    const ofCount = isOneTooMany ? `failed, and so did ${MAX_ATTEMPTS} after it` : undefined;
    verdicts.set(one, replacedBy(one) ?? blocks?.(one) ?? ofTime ?? ofCount);
  }
  return verdicts;
}
