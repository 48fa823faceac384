/** Where in the audit bucket what is written. Pure. */
import { isoSeconds } from "../lib/time";
import type { Trigger } from "./trigger";

export const RUNS_PREFIX = "runs";
const MANIFESTS_PREFIX = "manifests";
/** All that the function may write under. */
export const AUDIT_PREFIXES = [RUNS_PREFIX, MANIFESTS_PREFIX];

/** No slash, no dot, nothing that S3 or a shell takes for something else: instance ids come from tags. */
function safe(text: string): string {
  return text.replace(/[^\w-]/g, "_");
}

/** `2026-11-22T03:00:00Z` → `20261122T030000Z`: ISO 8601 without what file systems and URLs mind. */
function compact(instant: string): string {
  return safe(instant.replace(/[-:]/g, ""));
}

/** `runs/2026/11/22/20261122T030000Z-<runId>.json`: by the slot where the wake had one, else by when it began. */
export function recordKey({ slot, runId }: Trigger, startMs: number): string {
  const when = slot ?? isoSeconds(startMs);
  const [date = ""] = when.split("T");
  const folders = date.split("-").map(safe).join("/");
  return `${RUNS_PREFIX}/${folders}/${compact(when)}-${safe(runId)}.json`;
}

/** `manifests/i-0123456789abcdef0/20261122T030000Z.json` */
export function manifestKey(instanceId: string, slot: string): string {
  return `${MANIFESTS_PREFIX}/${safe(instanceId)}/${compact(slot)}.json`;
}
