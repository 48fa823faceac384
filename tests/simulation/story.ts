/** Records what happened, as text: the last events for a person, and a hash of all to prove that a seed replays. */
import { DAY_MS } from "../../src/vault/lib/time";
import { hashText } from "./random";
import type { VirtualTime } from "./virtualTime";

/** A rule that did not hold. */
export interface Violation {
  /** The rule's short name, the same for every seed. */
  rule: string;
  detail: string;
  day: number;
  timeMs: number;
}

export interface Story {
  tell(event: string): void;
  /** Records a call; `asked` is what it asks for, without the words that people read. */
  call(event: string, asked: string): void;
  count(what: string, times?: number): void;
  /** Keeps the first of each rule, with what led to it. */
  violate(rule: string, detail: string): void;
  counts: Record<string, number>;
  violations: Violation[];
  /** Returns the events before the first violation, or the last ones. */
  lastEvents(): readonly string[];
  hash(): string;
  /** Hash of the calls and their times alone: the same when only words change. */
  callsHash(): string;
}

const EVENTS_KEPT = 30;

/** `day 3 14:05:09.120` */
function dayAndTime(startMs: number, nowMs: number): string {
  const day = Math.floor((nowMs - startMs) / DAY_MS);
  return `day ${day} ${new Date(nowMs).toISOString().slice(11, 23)}`;
}

/** @param listen gets every event as it happens, for a replay */
export function makeStory(time: VirtualTime, listen?: (line: string) => void): Story {
  const startMs = time.nowMs();
  const counts: Record<string, number> = {};
  const violations: Violation[] = [];
  let atViolation: string[] | undefined;
  let hash = hashText("story");
  let callsHash = hashText("calls");
  const line = (event: string, timeMs: number) => `${dayAndTime(startMs, timeMs)}  ${event}`;
  const ring: { event: string; timeMs: number }[] = [];
  const tell = (event: string) => {
    const timeMs = time.nowMs();
    hash = hashText(event, hash ^ (timeMs & 0xffffffff));
    ring.push({ event, timeMs });
    if (ring.length > 4 * EVENTS_KEPT) ring.splice(0, 3 * EVENTS_KEPT);
    listen?.(line(event, timeMs));
  };
  const last = () => ring.slice(-EVENTS_KEPT).map(({ event, timeMs }) => line(event, timeMs));
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
  return {
    tell,
    call: (event, asked) => {
      callsHash = hashText(asked, callsHash ^ (time.nowMs() & 0xffffffff));
      tell(event);
    },
    count: (what, times = 1) => {
      counts[what] = (counts[what] ?? 0) + times;
    },
    violate: (rule, detail) => {
      tell(`VIOLATION ${rule}: ${detail}`);
      if (violations.some((known) => known.rule === rule)) return;
      const timeMs = time.nowMs();
      const day = Math.floor((timeMs - startMs) / DAY_MS);
      violations.push({ rule, detail, day, timeMs });
      atViolation ??= last();
    },
    counts,
    violations,
    lastEvents: () => atViolation ?? last(),
    hash: () => hex(hash),
    callsHash: () => hex(callsHash),
  };
}
