/** What judging asks of the rules of before a change: types only. They are found by changes/formerRules.ts. */
import type { Calendar } from "./calendar";
import type { ChangeKey } from "../model/waitingPlans";
import type { InstanceRules } from "./effectiveRules";
import type { RecoverySet } from "./recoverySets";

/** Rules of before of one unit: an instance, or a volume of several. */
export interface Former {
  rules: InstanceRules;
  calendar: Calendar;
  /** The changes that put others in their place. */
  keys: readonly ChangeKey[];
  /** Those of them that no mail has named yet. */
  fresh: readonly ChangeKey[];
  /** The recovery points that they are read over. */
  over: (sets: readonly RecoverySet[]) => readonly RecoverySet[];
  /** Whether these are not all. */
  isThinned: boolean;
  /** They keep only what was there then; absent: any. */
  before?: string;
  /** The slot of the newest recovery point that carries their tags: it stays for as long as anything waits for them. */
  carrier?: string;
  /** Set where they hold nothing any more, since somebody allowed that, or the grace of one of the changes is over: since when. */
  overFrom?: string;
}

export type FormersOf = (unit: string, sets: readonly RecoverySet[], region: string) => Former[];
