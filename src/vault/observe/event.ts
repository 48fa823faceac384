/** What woke the function: EventBridge Scheduler's payloads, or a person with `vault` or `aws lambda invoke`. */
import { SLOT_AHEAD_MS } from "../identity/doubts";
import { vaultError } from "../lib/errors";
import { asRecord } from "../lib/json";
import { isoSeconds, parseIso } from "../lib/time";
import type { Trigger } from "../model/trigger";

const KINDS = ["run", "follow-up", "sweep"] as const;

/** What a person's command asks for: the settings, and nothing is done. */
const DESCRIBE = "describe";

/** Returns true if the event asks which settings the function has. It is no trigger, since no invocation's work follows. */
export function asksForSettings(event: unknown): boolean {
  return asRecord(event)?.kind === DESCRIBE;
}

function isKind(kind: unknown): kind is Trigger["kind"] {
  return KINDS.some((known) => known === kind);
}

/**
 * `{"kind":"run","slot":"2026-11-22T03:00:00Z"}`; the slot is the scheduler's own `<aws.scheduler.scheduled-time>`, so
 * that a redelivered run is the same run. A run by hand without a slot stands for the minute that it began.
 * @throws `BadEvent`, naming the field, what was expected and what was got
 */
export function parseEvent(event: unknown, nowMs: number, runId: string): Trigger {
  const { kind, slot } = asRecord(event) ?? {};
  if (!isKind(kind)) {
    const got = JSON.stringify(kind);
    throw vaultError("BadEvent", `event.kind: expected one of ${[...KINDS, DESCRIBE].join(", ")}, got ${got}`);
  }
  if (slot === undefined) {
    if (kind !== "run") return { kind, runId };
    const minute = `${new Date(nowMs).toISOString().slice(0, 16)}:00Z`;
    return { kind, slot: minute, runId };
  }
  const slotMs = typeof slot === "string" ? parseIso(slot) : undefined;
  if (slotMs === undefined) {
    const got = JSON.stringify(slot);
    throw vaultError("BadEvent", `event.slot: expected an ISO instant, got ${got}`);
  }
  // A mistyped year would outrank every real slot until then.
  if (slotMs > nowMs + SLOT_AHEAD_MS) {
    const now = isoSeconds(nowMs);
    throw vaultError("BadEvent", `event.slot: expected a time that is past (it is ${now}), got ${isoSeconds(slotMs)}`);
  }
  return { kind, slot: isoSeconds(slotMs), runId };
}
