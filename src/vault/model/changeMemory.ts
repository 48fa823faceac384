/** What the clock carries of changes from one invocation to the next (docs/adr/0019). Pure. */
import type { LeftRegion } from "./leftRegion";
import { parseIso } from "../lib/time";
import type { CoreSettings } from "./settings";
import type { World } from "./world";

/** The part of the settings that decides what is kept. */
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

/** Settings of before; `unknown` where nobody knows them: then they keep all that was there. */
export interface FormerSettings {
  was: KeepSettings | "unknown";
  /** When others were first seen in their place, as an ISO instant: no two have the same. */
  until: string;
  /** The one region that they are about; absent: all. */
  region?: string;
}

/** Changes of one kind in one region that one plan was mailed for. */
export interface NotifiedChanges {
  /** `<region> <kind>`, as in `us-east-1 tags`. */
  in: string;
  /** What of the kind: instances, volumes, or the ends of former settings. */
  of: readonly string[];
  /** When SNS accepted the first mail about them, as an ISO instant. */
  at: string;
  /** Hash of the plan that was mailed last. */
  plan: string;
  /** Set once a person allowed the plan. */
  approved?: true;
}

/** Instances that the same run was the first not to find. */
export interface MissingInstances {
  /** When, as an ISO instant. */
  since: string;
  /** The slot of that run. */
  slot: string;
  of: readonly string[];
}

export interface ChangeMemory {
  /** As the last invocation had them. */
  settings: KeepSettings;
  regions: readonly string[];
  left?: readonly LeftRegion[];
  /** Those that still keep what they kept, the oldest first. */
  former: readonly FormerSettings[];
  missing: readonly MissingInstances[];
  notified: readonly NotifiedChanges[];
  /** By region, the instances that the deletion limit has stopped; `*` is all. */
  stopped: Readonly<Record<string, readonly string[]>>;
}

/** When a run first did not find an instance, and which run. */
export interface MissedFirst {
  /** Absent where nobody can read what the clock carries. */
  sinceMs?: number;
  slot: string;
}

/** Returns what is remembered; `undefined` where the clock was not asked, or could not be read. */
export function memoryIn({ changes }: Pick<World, "changes">): ChangeMemory | undefined {
  return changes === "unread" ? undefined : changes;
}

/** Returns by instance when it was first missed. */
export function firstMissed(memory: ChangeMemory | undefined): Map<string, MissedFirst> {
  const first = new Map<string, MissedFirst>();
  for (const { since, slot, of } of memory?.missing ?? []) {
    for (const id of of) first.set(id, { sinceMs: parseIso(since), slot });
  }
  return first;
}
