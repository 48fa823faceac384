/** Plans that wait for a change to be approved, or for its grace: types only. */
import type { ChangeMemory } from "./changeMemory";

/** `<region> <kind> <of>`: the kind is settings, tags, orphan or limit. */
export type ChangeKey = string;

/** A plan that was mailed. */
export interface MailedPlan {
  hash: string;
  keys: readonly ChangeKey[];
  /** Those of them that no mail had named before: their grace begins. */
  fresh: ReadonlySet<ChangeKey>;
}

/** A recovery point's snapshot that waits. */
export interface HeldPoint {
  region: string;
  snapshotId: string;
  instanceId: string;
  slot: string;
  /** The changes that it waits for. */
  keys: ReadonlySet<ChangeKey>;
  /** Those of them that no mail has named yet. */
  fresh: ReadonlySet<ChangeKey>;
  /** Set where it is not due yet, but by the end of the grace. */
  isLater?: true;
}

/** A plan that waits, and the problem that names it. */
export interface WaitingPlan extends MailedPlan {
  region: string;
  held: readonly HeldPoint[];
  /** Absent where a mail has named it. */
  problemKey?: string;
}

/** What is known of changes after a plan. */
export interface PlannedChanges {
  memory: ChangeMemory;
  plans: WaitingPlan[];
}
