import type { VaultSettings } from "../../src/vault/model/settings";

/** One invocation of the function, with what the rules need to know of it. */
export interface Invocation {
  id: string;
  event: { kind?: string; slot?: string };
  startMs: number;
  /** What its environment was made with. */
  settings: VaultSettings;
  /** Recovery points that it deleted, by region, and how many there were when it began to. */
  pruned: Record<string, { deleted: Set<string>; of: number }>;
  /** When Lambda ends it. */
  endMs: number;
  /** Ended: by its result, its error, or because it was killed. Nothing is answered to it any more. */
  over: boolean;
  killed: boolean;
  /** Whether another one ran at the same time. */
  overlapped: boolean;
  /** Milliseconds that calls waited for an answer that did not come. */
  hungMs: number;
  /** A call that only reads, of the clock or the world, that failed for good. */
  readsFailed: string[];
  /** Whether a mail or the clock's own call failed for good. */
  isUnheard: boolean;
  /** For how long the vault had deleted nothing when it began. */
  quietMs: number;
  /** How often it asked whom a snapshot is shared with: one call a snapshot, for want of a list. */
  sharingReads: number;
  /** Problems that it logged: key and message. */
  problems: { key: string; message: string }[];
  /** What it logged that a person should know though nothing failed. */
  notices: { key: string; message: string }[];
  /** How many actions were put off. */
  deferred: number;
  /** What it asked for: `copy <region> <snapshot>`, `snapshot <region> <instance>`; and of what kind no more is to be, for a limit. */
  asked: Set<string>;
  limited: Set<string>;
  /** Of what it asked for, what AWS refused for its tags: that is asked once more. */
  again: Set<string>;
  publishes: number;
  /** What it deleted, and what its audit record says of that. */
  audit: { deleted: string[]; recorded: string[]; written: boolean };
  calls: number;
  /** Until when it is at work on the answers that have come. */
  readingMs: number;
}

export function makeInvocation(
  id: string,
  event: object,
  startMs: number,
  timeoutMs: number,
  settings: VaultSettings,
): Invocation {
  return {
    id,
    event,
    startMs,
    settings,
    pruned: {},
    endMs: startMs + timeoutMs,
    over: false,
    killed: false,
    overlapped: false,
    hungMs: 0,
    readsFailed: [],
    isUnheard: false,
    quietMs: 0,
    sharingReads: 0,
    problems: [],
    notices: [],
    deferred: 0,
    asked: new Set(),
    limited: new Set(),
    again: new Set(),
    publishes: 0,
    audit: { deleted: [], recorded: [], written: false },
    calls: 0,
    readingMs: 0,
  };
}
