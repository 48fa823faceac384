/** What one invocation did: types only. */
import type { Problem } from "./problem";
import type { ThrottledRead, World } from "./world";
import type { Kept, Outcome, Plan } from "./actions";
import type { SlotTask } from "./trigger";

export interface Judged {
  /** Since when reads have been throttled without a break, as an ISO instant; the clock carries it on. */
  since?: string;
  deferredReads: ThrottledRead[];
  /** What has lasted too long. */
  problems: Problem[];
}

export interface Work {
  world: World;
  plan: Plan;
  outcomes: Outcome[];
  withheld: Kept[];
  slotTask?: SlotTask;
  /** Whether the served slot lacks nothing any more, or is closed. */
  settled: boolean;
  /** Whether it deleted anything, or tried to. */
  isDeleting: boolean;
  throttled: Judged;
}
