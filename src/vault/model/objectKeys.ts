/** Keys of the objects that the function writes to its buckets. Pure. */
import { isoSeconds } from "../lib/time";
import type { Trigger } from "./trigger";

export const RUNS_PREFIX = "runs";
const MANIFESTS_PREFIX = "manifests";
export const CAPTURES_PREFIX = "captures";
/** All prefixes in a manifest bucket that the function is allowed to write under. */
export const MANIFEST_PREFIXES = [CAPTURES_PREFIX, MANIFESTS_PREFIX];

/**
 * Replaces slashes, dots and anything else that S3 or a shell could misread. Instance ids are read from Descriptions,
 * which anybody can plant.
 */
function safe(text: string): string {
  return text.replace(/[^\w-]/g, "_");
}

/** Compacts `2026-11-22T03:00:00Z` to `20261122T030000Z`, which file systems and URLs accept. */
function compact(instant: string): string {
  return safe(instant.replace(/[-:]/g, ""));
}

/**
 * Returns `runs/2026/11/22/20261122T030000Z-<runId>.json`, by the trigger's slot, or by the start if it has no slot.
 */
export function recordKey({ slot, runId }: Trigger, startMs: number): string {
  const when = slot ?? isoSeconds(startMs);
  const [date = ""] = when.split("T");
  const folders = date.split("-").map(safe).join("/");
  return `${RUNS_PREFIX}/${folders}/${compact(when)}-${safe(runId)}.json`;
}

function pointKey(prefix: string, instanceId: string, slot: string): string {
  return `${prefix}/${safe(instanceId)}/${compact(slot)}.json`;
}

/** Returns `manifests/i-0123456789abcdef0/20261122T030000Z.json`. */
export function manifestKey(instanceId: string, slot: string): string {
  return pointKey(MANIFESTS_PREFIX, instanceId, slot);
}

/** Returns `captures/i-0123456789abcdef0/20261122T030000Z.json`. */
export function captureKey(instanceId: string, slot: string): string {
  return pointKey(CAPTURES_PREFIX, instanceId, slot);
}
