/** Result of one invocation: types only. */
import type { Problem } from "./problem";
import type { ThrottledRead, World } from "./world";
import type { Kept, Outcome, Plan } from "./actions";
import type { SlotTask } from "./trigger";

export interface Throttling {
  /** Time since which reads have been throttled without a break, as an ISO instant; the timer carries it on. */
  since?: string;
  deferredReads: ThrottledRead[];
  /** Problems of throttling that has lasted too long. */
  problems: Problem[];
}

export interface Work {
  world: World;
  plan: Plan;
  outcomes: Outcome[];
  withheld: Kept[];
  slotTask?: SlotTask;
  /** True if the target slot lacks nothing any more, or is closed. */
  settled: boolean;
  /** True if it deleted anything, or attempted to. */
  isDeleting: boolean;
  throttled: Throttling;
  /** Time that it took to see everything. */
  lookedMs: number;
}
