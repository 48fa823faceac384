/** Changes as the follow-up timer carries them from one invocation to the next (docs/adr/0019). Pure. */
import type { LeftRegion } from "../leftRegion";
import { parseIso } from "../../lib/time";
import type { CoreSettings } from "../settings";
import type { World } from "../world";

/** Settings that decide what is kept. */
export const KEEP_KEYS = [
  "policies",
  "keepAtLeast",
  "overrideMin",
  "overrideMax",
  "orphans",
  "orphanDays",
  "schedule",
  "timezone",
] as const;

export type KeepSettings = Pick<CoreSettings, (typeof KEEP_KEYS)[number]>;

/** Former settings; `unknown` if nobody knows them. Unknown settings keep everything that existed under them. */
export interface FormerSettings {
  was: KeepSettings | "unknown";
  /** Time at which other settings first replaced them, as an ISO instant. No two entries share one. */
  until: string;
  /** Only region that they apply to; absent: all. */
  region?: string;
}

/** Changes of one kind in one region that were mailed with the same plan. */
export interface NotifiedChanges {
  /** Region and kind, as in `us-east-1 tags`. */
  in: string;
  /** Subjects of that kind: instances, volumes, tag changes, or ends of former settings. */
  of: readonly string[];
  /**
   * Digests that follow each of these subjects after a slash, if all of them changed their tags alike. Otherwise each
   * subject has its own.
   */
  change?: string;
  /** Time at which SNS accepted the first mail about them, as an ISO instant. */
  at: string;
  /** Hash of the plan that was mailed last. */
  plan: string;
  /** The longest grace that such a mail was based on, in days. A shorter one now does not bring its date forward. */
  graceDays?: number;
  /** Set once a person approved the plan. */
  approved?: true;
  /** Instances that the mail could not name, because somebody had changed the tags of their newest snapshot. */
  except?: readonly string[];
  /** Units that the mail about an edit named. It counts for no other. */
  named?: readonly string[];
  /** Units that it did not name, if these are fewer. With neither list, it counts for all. */
  unnamed?: readonly string[];
}

/** Units that a mail about an edit counts for. */
export type NamedUnits = Pick<NotifiedChanges, "named" | "unnamed">;

/** Instances that the same invocation was the first not to find. */
export interface MissingInstances {
  /** Time of that invocation, as an ISO instant. */
  since: string;
  /** Slot that it worked on. */
  slot: string;
  of: readonly string[];
}

export interface ChangeMemory {
  /** Settings of the last invocation. */
  settings: KeepSettings;
  regions: readonly string[];
  left?: readonly LeftRegion[];
  /** Former settings that may still keep recovery points, the oldest first. */
  former: readonly FormerSettings[];
  missing: readonly MissingInstances[];
  notified: readonly NotifiedChanges[];
  /** Instances that the deletion limit has stopped, by region; `*` stands for all. */
  stopped: Readonly<Record<string, readonly string[]>>;
}

/** First invocation that did not find an instance. */
export interface MissedFirst {
  /** Time of that invocation; absent if the timer's text is not an instant. */
  sinceMs?: number;
  slot: string;
}

/** Returns the change memory; `undefined` if it was not recalled, or if the timer could not be read. */
export function memoryIn({ changes }: Pick<World, "changes">): ChangeMemory | undefined {
  return changes === "unread" ? undefined : changes;
}

/** Returns when each instance was first missed. */
export function firstMissed(memory: ChangeMemory | undefined): Map<string, MissedFirst> {
  const first = new Map<string, MissedFirst>();
  for (const { since, slot, of } of memory?.missing ?? []) {
    for (const id of of) first.set(id, { sinceMs: parseIso(since), slot });
  }
  return first;
}
