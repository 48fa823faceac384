import { asksForSettings, parseEvent } from "../../../src/vault/observe/event";
import { NOW, SLOT } from "../../support/world";

test.each([
  ["a run", { kind: "run", slot: SLOT }, { kind: "run", slot: SLOT, runId: "r" }],
  ["a follow-up with an open slot", { kind: "follow-up", slot: SLOT }, { kind: "follow-up", slot: SLOT, runId: "r" }],
  ["a follow-up", { kind: "follow-up", notified: {} }, { kind: "follow-up", runId: "r" }],
  ["a sweep", { kind: "sweep" }, { kind: "sweep", runId: "r" }],
  [
    "a hint, as Lambda passes a message on",
    { Records: [{ eventSource: "aws:sqs", body: '{"hint":"h"}' }] },
    { kind: "follow-up", hint: "h", runId: "r" },
  ],
  [
    "the timer, which carries a hint's id, as no hint",
    { kind: "follow-up", hint: "h" },
    { kind: "follow-up", runId: "r" },
  ],
])("reads %s", (_what, event, trigger) => {
  expect(parseEvent(event, NOW, "r")).toStrictEqual(trigger);
});

test("reads a slot in any ISO form as the same slot", () => {
  for (const slot of ["2026-11-22T03:00:00Z", "2026-11-22T03:00:00.123Z", "2026-11-22T05:00:00+02:00"]) {
    expect(parseEvent({ kind: "run", slot }, NOW, "r").slot).toBe(SLOT);
  }
});

test("uses the minute as the slot of a manual run without one", () => {
  expect(parseEvent({ kind: "run" }, NOW + 59_999, "r").slot).toBe(SLOT);
});

test("accepts a slot minutes ahead, because clocks differ", () => {
  const slot = "2026-11-22T03:05:00Z";
  expect(parseEvent({ kind: "run", slot }, NOW, "r").slot).toBe(slot);
});

test.each([
  [undefined, "event.kind: expected one of run, follow-up, sweep, describe, got undefined"],
  [null, "event.kind: expected one of run, follow-up, sweep, describe, got undefined"],
  ["run", "event.kind: expected one of run, follow-up, sweep, describe, got undefined"],
  [{ Records: [] }, "event.kind: expected one of run, follow-up, sweep, describe, got undefined"],
  [{ Records: [{ body: "no" }] }, "event.hint: expected a text in a message of the queue, got undefined"],
  [{ Records: [{ body: '{"hint":7}' }] }, "event.hint: expected a text in a message of the queue, got 7"],
  [
    { Records: [{ body: '{"kind":"run","slot":"2026-11-22T03:00:00Z"}' }] },
    "event.hint: expected a text in a message of the queue, got undefined",
  ],
  [{ kind: "Run" }, 'event.kind: expected one of run, follow-up, sweep, describe, got "Run"'],
  [{ kind: 5 }, "event.kind: expected one of run, follow-up, sweep, describe, got 5"],
  [{ kind: "run", slot: "tonight" }, 'event.slot: expected an ISO instant, got "tonight"'],
  [{ kind: "run", slot: 1 }, "event.slot: expected an ISO instant, got 1"],
  [{ kind: "follow-up", slot: null }, "event.slot: expected an ISO instant, got null"],
  [
    { kind: "run", slot: "2099-01-01T03:00:00Z" },
    "event.slot: expected a time that is past (it is 2026-11-22T03:00:00Z), got 2099-01-01T03:00:00Z",
  ],
  [
    { kind: "sweep", slot: "2026-11-22T03:05:01Z" },
    "event.slot: expected a time that is past (it is 2026-11-22T03:00:00Z), got 2026-11-22T03:05:01Z",
  ],
])("refuses the event %j, saying %s", (event, message) => {
  expect(() => parseEvent(event, NOW, "r")).toThrow(expect.objectContaining({ name: "BadEvent", message }) as Error);
});

test.each([
  [{ kind: "describe" }, true],
  [{ kind: "run" }, false],
  ["describe", false],
  [null, false],
])("the event %j asks for the settings: %s", (event, asks) => {
  expect(asksForSettings(event)).toBe(asks);
});
