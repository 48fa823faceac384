/**
 * Parses the event that invoked the function: a payload of EventBridge Scheduler, a message from SQS, or a person's `vault`
 * or `aws lambda invoke`.
 */
import { SLOT_AHEAD_MS } from "../identity/doubts";
import { vaultError } from "../lib/errors";
import { asRecord, parseJson } from "../lib/json";
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

/** Returns the text of a message that SQS held, as Lambda passes it on; `undefined` for any other event. */
function messageIn(event: unknown): string | undefined {
  const records = asRecord(event)?.Records;
  const [message] = Array.isArray(records) ? (records as unknown[]) : [];
  const body = asRecord(message)?.body;
  return typeof body === "string" ? body : undefined;
}

/** Parses a message, which is a hint: a look earlier than the timer's, and never a run or a slot of its own. */
function parseHint(message: string, runId: string): Trigger {
  const { hint } = asRecord(parseJson(message)) ?? {};
  if (typeof hint === "string") return { kind: "follow-up", hint, runId };
  throw vaultError("BadEvent", `event.hint: expected a text in a message of the queue, got ${JSON.stringify(hint)}`);
}

/**
 * Parses an event such as `{"kind":"run","slot":"2026-11-22T03:00:00Z"}`. The slot is the scheduler's own
 * `<aws.scheduler.scheduled-time>`, so a run that is delivered twice is the same run. A run by hand without a slot gets
 * the minute in which it starts.
 * @throws `BadEvent`, which names the field, what was expected and what was received
 */
export function parseEvent(event: unknown, nowMs: number, runId: string): Trigger {
  const message = messageIn(event);
  if (message !== undefined) return parseHint(message, runId);
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
  // Until that time, a mistyped year would take precedence over every real slot.
  if (slotMs > nowMs + SLOT_AHEAD_MS) {
    const now = isoSeconds(nowMs);
    throw vaultError("BadEvent", `event.slot: expected a time that is past (it is ${now}), got ${isoSeconds(slotMs)}`);
  }
  return { kind, slot: isoSeconds(slotMs), runId };
}
