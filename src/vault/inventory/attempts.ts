/**
 * How often what fails in EC2 is tried for one volume and slot, when next, and when no more. Only what is seen counts:
 * the remains of the tries. Pure.
 */
import { byVolumeAndSlot, volumeAndSlotOf } from "./sameSlot";
import { latestStartedFirst } from "./order";
import { HOUR_MS, MINUTE_MS, parseIso } from "../lib/time";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";
import { volumeSpecFromTags } from "../model/volumeSpec";

/** How often a snapshot that fails in EC2 is tried for one slot before a person is told. */
export const MAX_ATTEMPTS = 3;

/** After a second failure the third try waits: its cause is hardly gone within minutes. */
const RETRY_PAUSE_MS = 30 * MINUTE_MS;

/** Volume types that EC2 takes one snapshot of at a time, and a failed one counts (AWS, "Amazon EBS quotas"). */
const ONE_AT_A_TIME = ["st1", "sc1"];

/** The type of a failed snapshot's volume, where its remains stand in the way of any other; else `undefined`. */
export function serialSnapshots({ tags, volumeId }: Snapshot): string | undefined {
  const { volumeType = "" } = volumeSpecFromTags(tags, volumeId) ?? {};
  return ONE_AT_A_TIME.includes(volumeType) ? volumeType : undefined;
}

/** The failed snapshots of each volume and slot that has no good one, by `volume slot`. */
export function failuresBySlot(own: readonly Snapshot[]): Map<string, Snapshot[]> {
  const failed = new Set(own.filter(({ state }) => state === "error").map(volumeAndSlotOf));
  const failures = new Map<string, Snapshot[]>();
  // Hardly ever is there one, and then in few groups: the others are not looked at.
  if (failed.size === 0) return failures;
  for (const group of byVolumeAndSlot(own.filter((snapshot) => failed.has(volumeAndSlotOf(snapshot))))) {
    const [first] = group;
    if (first === undefined || group.some((snapshot) => snapshot.state !== "error")) continue;
    failures.set(volumeAndSlotOf(first), group);
  }
  return failures;
}

/**
 * Where one is taken at a time, the remains of a try go for the next, and with them the count. So a try is a third of the
 * slot's window after the one before, and none follows one of the last third: that makes three at the most.
 */
function nextOfOne(latest: Snapshot, settings: CoreSettings, nowMs: number): NextAttempt {
  const thirdMs = (settings.startWindowHours * HOUR_MS) / MAX_ATTEMPTS;
  const slotMs = parseIso(latest.identity.slot) ?? -Infinity;
  if (latest.startTimeMs - slotMs >= thirdMs * (MAX_ATTEMPTS - 1)) return "never";
  return nowMs - latest.startTimeMs < thirdMs ? "later" : "now";
}

type NextAttempt = "now" | "later" | "never";

/**
 * Whether a volume may be tried for a slot again now, later, or not any more.
 * @param failed of the volume and slot: see {@link failuresBySlot}
 */
export function nextAttempt(failed: readonly Snapshot[], settings: CoreSettings, nowMs: number): NextAttempt {
  const [latest] = [...failed].sort(latestStartedFirst);
  if (latest === undefined) return "now";
  if (failed.length >= MAX_ATTEMPTS) return "never";
  if (serialSnapshots(latest) !== undefined) return nextOfOne(latest, settings, nowMs);
  return failed.length > 1 && nowMs - latest.startTimeMs < RETRY_PAUSE_MS ? "later" : "now";
}

/** The slots in which a snapshot failed and may be tried again; of each volume none but its newest: the remains of others may be gone. */
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
