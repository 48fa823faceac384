/** What an invocation found when it had planned all regions, as far as changes have to be remembered. Pure. */
import type { ChangeKey } from "../model/memory/waitingPlans";
import { type ChangeKind, kindOf } from "./changeKeys";
import type { RetentionVerdict } from "../retention/retentionVerdict";
import type { OlderTags } from "./olderTags";
import type { CoreSettings } from "../model/settings";

/** One region after it was planned. */
export interface ChangedRegion {
  region: string;
  verdict: RetentionVerdict;
  /** Instances that the deletion limit stopped. */
  stopped: readonly string[];
  /** Instances with anything due, and those that remain stopped. */
  due: ReadonlySet<string>;
}

/** Observations of one invocation. */
export interface Looked {
  regions: readonly ChangedRegion[];
  /** True if all regions could be read. */
  isAllSeen: boolean;
  /** Slot of the oldest recovery point in any region; `undefined` if there is none. */
  oldestSlot?: string;
  /** True if the instances were read, and any of them has a volume to back up. */
  knowsFleet: boolean;
  isMissing: (id: string) => boolean;
  /** Instances of each volume that has had several. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** Decides whether the vault has any snapshot of an instance or a volume. */
  has: (id: string) => boolean;
  /** Decides whether somebody changed the tags of the newest snapshot of an instance or a volume. */
  isInDoubt: (id: string) => boolean;
  /** Returns the tags that pick the rules of an instance now, as one text. */
  comboOf: (id: string) => string;
  olderTags: OlderTags;
  /** Keys of edits for units that their mails did not name, as long as these have anything from before the mail. */
  openKeys: ReadonlySet<ChangeKey>;
  /** Target slot. */
  slot?: string;
  settings: Pick<CoreSettings, "orphans" | "orphanDays" | "editGraceDays">;
}

/** Returns what loses something because of changes of a kind, whether it waits or is due: units, or ends of settings. */
export type Losing = (kind: ChangeKind) => ReadonlySet<string>;

/** Finds what loses something in any region. */
export function losingIn(regions: readonly ChangedRegion[]): Losing {
  const all = new Set<ChangeKey>();
  const take = (keys: Iterable<ChangeKey>) => {
    for (const key of keys) all.add(key);
  };
  for (const { verdict } of regions) {
    for (const { keys } of verdict.held.values()) take(keys);
    for (const keys of verdict.approved.values()) take(keys);
  }
  const parts = [...all].map(kindOf);
  return (wanted) => new Set(parts.flatMap(({ kind, of }) => (kind === wanted ? [of] : [])));
}

/** Observations, and what they mean. */
export interface Judged extends Looked {
  losing: Losing;
}
