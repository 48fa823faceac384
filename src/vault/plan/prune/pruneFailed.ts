/**
 * Decides about failed snapshots and copies in any region. A failed one is deleted once it is replaced, once it blocks the next
 * attempt, a day after it was started, or once enough newer ones failed too. Until then a person may look at it. Pure.
 */
import { MAX_ATTEMPTS } from "../../inventory/attempts";
import { latestStartedFirst } from "../../inventory/order";
import { DAY_MS } from "../../lib/time";
import type { Snapshot } from "../../model/world";

/** How long a failed snapshot or copy that nothing has replaced is kept. */
const FAILED_KEPT_MS = DAY_MS;

/** What is asked about a failed attempt; the answers are reasons for its deletion. */
export interface FailedAttempts {
  /** Groups attempts at the same thing: their number says how often it was tried. */
  attemptsAt: (failed: Snapshot) => string;
  replacedBy: (failed: Snapshot) => string | undefined;
  blocks?: (failed: Snapshot) => string | undefined;
}

/** Returns why each failed attempt is deleted; `undefined` for those that are kept. */
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
