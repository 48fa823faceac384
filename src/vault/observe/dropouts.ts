/**
 * Finds the instances that dropped out: they have recovery points, but are not protected any more. Everything is read
 * from the vault's own snapshots, so a night on which no instance is missing costs no call. Pure.
 */
import { pointMs } from "../inventory/sameSlot";
import { nextFireMs } from "../lib/schedule";
import { EXCLUDE_VALUE, TAG } from "../model/tags/tags";
import { DAY_MS, parseIso } from "../lib/time";
import type { Dropout } from "../model/dropout";
import type { ProtectedInstance, Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** Input of one look. */
export interface Look {
  /** The vault's own snapshots in the primary region. */
  own: readonly Snapshot[];
  /** Target slot. */
  slot: string;
  /** Newest finished slot. Instances that dropped out before it were reported before it was finished. */
  done?: string;
  nowMs: number;
}

/** An instance that is missing, if it still exists. */
export type Missing = Omit<Dropout, "tags">;

/** Newest recovery point of an instance, and of those of its volumes that no protected instance has now. */
interface Newest {
  slotMs: number;
  policyName?: string;
  uncoveredMs: number;
}

/** Returns the volumes that are backed up now. */
function coveredBy(instances: readonly ProtectedInstance[], { tagKey }: CoreSettings): ReadonlySet<string> {
  const volumes = instances.flatMap(({ volumes, unmapped = [] }) => [...volumes, ...unmapped]);
  const wanted = volumes.filter(({ tags }) => tags[tagKey] !== EXCLUDE_VALUE);
  return new Set(wanted.map(({ volumeId }) => volumeId));
}

function newestByInstance(own: readonly Snapshot[], covered: ReadonlySet<string>): Map<string, Newest> {
  const newest = new Map<string, Newest>();
  for (const snapshot of own) {
    const { instanceId } = snapshot.identity;
    const slotMs = pointMs(snapshot);
    if (snapshot.state === "error") continue;
    const known = newest.get(instanceId) ?? { slotMs: -Infinity, uncoveredMs: -Infinity };
    const isNewer = slotMs > known.slotMs;
    const isUncovered = !covered.has(snapshot.volumeId);
    newest.set(instanceId, {
      slotMs: isNewer ? slotMs : known.slotMs,
      policyName: isNewer ? snapshot.tags[TAG.policy] : known.policyName,
      uncoveredMs: isUncovered ? Math.max(slotMs, known.uncoveredMs) : known.uncoveredMs,
    });
  }
  return newest;
}

/**
 * Returns the earliest slot whose recovery points show that their instance was protected until now. It is the last
 * finished slot before the target slot, because later drop-outs are not reported yet. If none is finished, it is the
 * last slot.
 */
function lastSlotMs({ own, slot, done }: Look): number {
  const servedMs = parseIso(slot) ?? -Infinity;
  const doneMs = parseIso(done ?? "") ?? Infinity;
  let lastMs = -Infinity;
  let lastDoneMs = -Infinity;
  for (const snapshot of own) {
    const slotMs = pointMs(snapshot);
    if (snapshot.state === "error" || slotMs >= servedMs) continue;
    lastMs = Math.max(lastMs, slotMs);
    if (slotMs <= doneMs) lastDoneMs = Math.max(lastDoneMs, slotMs);
  }
  return lastDoneMs === -Infinity ? lastMs : lastDoneMs;
}

/** Returns true if the next run finds its recovery points to be orphans, and this one does not. */
function isOrphanSoon(newestMs: number, nextMs: number | undefined, settings: CoreSettings, nowMs: number) {
  const orphanMs = newestMs + settings.orphanDays * DAY_MS;
  // At the exact time of the next run they are orphans, because the run starts a moment later.
  return nextMs !== undefined && nowMs <= orphanMs && orphanMs <= nextMs;
}

/**
 * Finds the instances to look up: missing for the first time, or about to be treated as orphans.
 * @param instances the protected instances
 */
export function missingInstances(
  instances: readonly ProtectedInstance[],
  settings: CoreSettings,
  look: Look,
): Missing[] {
  const { own, slot, nowMs } = look;
  const present = new Set(instances.map(({ instanceId }) => instanceId));
  const newest = newestByInstance(own, coveredBy(instances, settings));
  const absent = [...newest].filter(([instanceId]) => !present.has(instanceId));
  if (absent.length === 0) return [];
  const servedMs = parseIso(slot) ?? nowMs;
  const sinceMs = lastSlotMs(look);
  const { schedule, timezone } = settings;
  const nextMs = nextFireMs(schedule, timezone, Math.max(nowMs, servedMs), servedMs);
  return absent.flatMap(([instanceId, { slotMs, policyName, uncoveredMs }]): Missing[] => {
    const common = { instanceId, policyName };
    if (slotMs >= sinceMs && slotMs < servedMs) {
      return [{ ...common, newestMs: slotMs, because: "left" }];
    }
    const isSoon = isOrphanSoon(uncoveredMs, nextMs, settings, nowMs);
    return isSoon ? [{ ...common, newestMs: uncoveredMs, because: "orphan-soon" }] : [];
  });
}
