/** Regions that left the stack: types only. leftRegions.ts decides what happens to them. */
import type { Cause } from "./cause";
import type { Snapshot } from "./world";

/** A region that left the stack, as long as it has anything of the vault. */
export interface LeftRegion {
  region: string;
  /** Time at which an invocation first found it missing from the settings, as an ISO instant. */
  since: string;
  /** Set if the last look found nothing there. */
  isEmpty?: true;
}

/** Such a region as it was read. */
export interface SeenLeft extends Pick<LeftRegion, "region" | "since"> {
  /** Snapshots that the vault made there; absent if they could not be read. */
  snapshots?: readonly Snapshot[];
  cause?: Cause;
}
