import type { VaultSettings } from "../../src/vault/model/settings";

/** Defines one invocation of the function, with what the rules need to know of it. */
export interface Invocation {
  id: string;
  event: { kind?: string; slot?: string };
  startMs: number;
  /** Settings that its environment was made with. */
  settings: VaultSettings;
  /** Recovery points that it deleted, by region, and how many there were when it started to. */
  pruned: Record<string, { deleted: Set<string>; of: number }>;
  /** Time at which Lambda ends it. */
  endMs: number;
  /** Ended: by its result, its error, or because it was killed. Nothing is answered to it any more. */
  over: boolean;
  killed: boolean;
  /** True if another one ran at the same time. */
  overlapped: boolean;
  /** Milliseconds that calls waited for an answer that did not come. */
  hungMs: number;
  /** True if a call that only reads, of the timer or the world, failed for good. */
  readsFailed: string[];
  /** True if a hint started it that the timer did not expect by then. */
  isStale: boolean;
  /** True if it read lists of snapshots whole, and not only what is pending. */
  isLook: boolean;
  /** True if a mail or the timer's own call failed for good. */
  isUnheard: boolean;
  /** Time for which the vault had deleted nothing when it started. */
  quietMs: number;
  /** Number of calls that ask whom a snapshot is shared with: one per snapshot, because there is no list. */
  sharingReads: number;
  /** Problems that it logged: key and message. */
  problems: { key: string; message: string }[];
  /** Notices that it logged. */
  notices: { key: string; message: string }[];
  /** Number of deferred actions. */
  deferred: number;
  /**
   * Requests: `copy <region> <snapshot>`, `snapshot <region> <instance>`; and kinds of which no more may come because
   * of a limit.
   */
  asked: Set<string>;
  limited: Set<string>;
  /** Requests that AWS refused because of their tags, which are made once more. */
  again: Set<string>;
  publishes: number;
  /** Its deletions, and what its audit record says of them. */
  audit: { deleted: string[]; recorded: string[]; written: boolean };
  calls: number;
  /** Time until which it is at work on the answers that have come. */
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
    isStale: false,
    isLook: false,
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
