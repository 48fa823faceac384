/**
 * Decides whether a snapshot that failed in EC2 is attempted again, and when, per volume and slot. The number of
 * attempts is read from the failed snapshots that still exist. Pure.
 */
import { byVolumeAndSlot, volumeAndSlotOf } from "./sameSlot";
import { latestStartedFirst } from "./order";
import { HOUR_MS, MINUTE_MS, parseIso } from "../lib/time";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";
import { volumeSpecFromTags } from "../model/tags/volumeSpec";

/** Attempts at a snapshot that fails in EC2, per slot, before it is reported. */
export const MAX_ATTEMPTS = 3;

/** Pause before the third attempt, because the cause of a second failure hardly disappears within minutes. */
const RETRY_PAUSE_MS = 30 * MINUTE_MS;

/** Volume types of which EC2 takes one snapshot at a time, including a failed one (AWS, "Amazon EBS quotas"). */
const ONE_AT_A_TIME = ["st1", "sc1"];

/** Returns the type of a failed snapshot's volume, if the failed snapshot blocks any other; else `undefined`. */
export function serialSnapshots({ tags, volumeId }: Snapshot): string | undefined {
  const { volumeType = "" } = volumeSpecFromTags(tags, volumeId) ?? {};
  return ONE_AT_A_TIME.includes(volumeType) ? volumeType : undefined;
}

/** Groups the failed snapshots of each volume and slot without any other snapshot, by `volume slot`. */
export function failuresBySlot(own: readonly Snapshot[]): Map<string, Snapshot[]> {
  const failed = new Set(own.filter(({ state }) => state === "error").map(volumeAndSlotOf));
  const failures = new Map<string, Snapshot[]>();
  // Failed snapshots are rare and in few groups, so the other snapshots are skipped.
  if (failed.size === 0) return failures;
  for (const group of byVolumeAndSlot(own.filter((snapshot) => failed.has(volumeAndSlotOf(snapshot))))) {
    const attempts = Array.isArray(group) ? group : [group];
    const [first] = attempts;
    if (first === undefined || attempts.some((snapshot) => snapshot.state !== "error")) continue;
    failures.set(volumeAndSlotOf(first), attempts);
  }
  return failures;
}

/**
 * Decides for a volume type with one snapshot at a time. There the failed snapshot is deleted before the next attempt,
 * so attempts cannot be counted. Each one waits for a third of the slot's window after the one before. None follows an
 * attempt in the last third, so there are three at most.
 */
function nextOfOne(latest: Snapshot, settings: CoreSettings, nowMs: number): NextAttempt {
  const thirdMs = (settings.startWindowHours * HOUR_MS) / MAX_ATTEMPTS;
  const slotMs = parseIso(latest.identity.slot) ?? -Infinity;
  if (latest.startTimeMs - slotMs >= thirdMs * (MAX_ATTEMPTS - 1)) return "never";
  return nowMs - latest.startTimeMs < thirdMs ? "later" : "now";
}

type NextAttempt = "now" | "later" | "never";

/**
 * Decides whether a volume is attempted again for a slot: now, later, or never.
 * @param failed failed snapshots of the volume and slot: see {@link failuresBySlot}
 */
export function nextAttempt(failed: readonly Snapshot[], settings: CoreSettings, nowMs: number): NextAttempt {
  const [latest] = [...failed].sort(latestStartedFirst);
  if (latest === undefined) return "now";
  if (failed.length >= MAX_ATTEMPTS) return "never";
  if (serialSnapshots(latest) !== undefined) return nextOfOne(latest, settings, nowMs);
  return failed.length > 1 && nowMs - latest.startTimeMs < RETRY_PAUSE_MS ? "later" : "now";
}

/**
 * Returns the slots with a failed snapshot that will be attempted again. A volume has at most its newest slot among
 * them, because the failed snapshots of older slots may be deleted already.
 */
export function failedSlots(own: readonly Snapshot[], settings: CoreSettings, nowMs: number): string[] {
  const failures = [...failuresBySlot(own).values()];
  if (failures.length === 0) return [];
  const newest = new Map<string, string>();
  for (const { volumeId, identity } of own) {
    const { slot } = identity;
    if (slot > (newest.get(volumeId) ?? "")) newest.set(volumeId, slot);
  }
  return failures.flatMap((failed) => {
    const { volumeId = "", identity } = failed[0] ?? {};
    const slot = identity?.slot ?? "";
    const isOver = slot < (newest.get(volumeId) ?? "");
    return isOver || nextAttempt(failed, settings, nowMs) === "never" ? [] : [slot];
  });
}
