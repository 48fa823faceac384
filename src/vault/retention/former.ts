/** Former rules that retention evaluates: types only. changes/formerRules.ts finds them. */
import type { Calendar } from "./calendar";
import type { ChangeKey } from "../model/memory/waitingPlans";
import type { InstanceRules } from "./effectiveRules";
import type { RecoverySet } from "./recoverySets";

/** Former rules of one unit: an instance, or a volume of several instances. */
export interface Former {
  rules: InstanceRules;
  calendar: Calendar;
  /** Changes that replaced them. None: they are today's, and `over` leaves out what another schedule made. */
  keys: readonly ChangeKey[];
  /** Those changes that no mail has named yet. */
  fresh: readonly ChangeKey[];
  /** Selects the recovery points that they are applied to. */
  over: (sets: readonly RecoverySet[]) => readonly RecoverySet[];
  /** True if `over` leaves some out. */
  isThinned: boolean;
  /** What that is, if not what another schedule made. */
  without?: string;
  /** ISO instant: the rules keep only what existed then. Absent: they keep any. */
  before?: string;
  /** ISO instant: they keep only what the region had by then. Absent: they keep any. */
  startedBy?: string;
  /** Slot of the newest recovery point that carries their tags. It is kept as long as anything waits for them. */
  carrier?: string;
  /** Set if they hold nothing any more, because a person approved a change, or its grace is over: the time of that. */
  overFrom?: string;
  /** End of that grace, even if a person approved the change before, in milliseconds since 1970. */
  graceEndMs?: number;
  /** Earliest time at which they can hold nothing any more without an approval, if a mail names them now. */
  endMs: number;
}

export type FormersOf = (unit: string, sets: readonly RecoverySet[], region: string) => Former[];
