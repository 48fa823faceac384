/** Plans that wait until a change is approved or its grace is over: types only. */
import type { ChangeMemory, NamedUnits } from "./changeMemory";

/** `<region> <kind> <of>`, where the kind is settings, tags, orphan, volumes or limit. */
export type ChangeKey = string;

/** A plan that was mailed. */
export interface MailedPlan {
  hash: string;
  keys: readonly ChangeKey[];
  /** Those of them that no earlier mail named: their grace starts. */
  fresh: ReadonlySet<ChangeKey>;
}

/** A snapshot of a recovery point that waits. */
export interface HeldPoint {
  region: string;
  snapshotId: string;
  instanceId: string;
  slot: string;
  /** Changes that it waits for. */
  keys: ReadonlySet<ChangeKey>;
  /** Those of them that no mail has named yet. */
  fresh: ReadonlySet<ChangeKey>;
  /** Earliest time at which it can be deleted without an approval, in milliseconds since 1970, if it is mailed now. */
  endMs: number;
  /** Set if it is not due yet, but will be by the end of the grace. */
  isLater?: true;
}

/** A plan that waits, and the problem that names it. */
export interface WaitingPlan extends MailedPlan {
  region: string;
  held: readonly HeldPoint[];
  /** Absent if a mail has already named the plan. */
  problemKey?: string;
}

/** Change memory and waiting plans once a plan is made. */
export interface PlannedChanges {
  memory: ChangeMemory;
  plans: WaitingPlan[];
  /** Grace that the plans' mails name, in days. */
  graceDays: number;
  /** Instances whose rules nobody knows now, so that the plans' mails cannot name what they lose. */
  inDoubt?: readonly string[];
  /** Units that the plans' mails name, by region. */
  names?: Readonly<Record<string, NamedUnits>>;
}
