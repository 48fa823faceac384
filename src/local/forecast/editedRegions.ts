/** Counts the effects of an edit, region by region. */
import { isoSeconds } from "../../vault/lib/time";
import {
  type Amount,
  type Stopped,
  type Waiting,
  amountOf,
  deletedIn,
  dueAtOnce,
  dueLaterIn,
  seenIn,
  stoppedIn,
  waitingIn,
} from "./dueAmounts";
import { type Foresight, snapshotsIn } from "./foresight";
import type { LocalVault } from "../runtime/localVault";

export interface EditedRegion {
  region: string;
  /** `left`: the edit removed it from the stack, so the vault deletes nothing there any more. */
  role: "primary" | "dr" | "left";
  /** Recovery points that are there the morning after. */
  kept: Amount;
  /**
   * Recovery points that the first invocation after the deployment deletes: no rule keeps them, neither a current nor a
   * previous one.
   */
  dueAtOnce: Amount;
  /**
   * Recovery points in a grace period by when they are due: the morning after, and before them those that were due by
   * then.
   */
  waiting: Waiting[];
  /** Recovery points that the deletion limit stops the morning after. */
  stopped?: Stopped;
  /** Recovery points that were deleted until the morning after, including regular expiry and failed attempts. */
  deleted: Amount;
}

interface SeenEdit {
  /** The plan right after the deployment. */
  atOnce: Foresight;
  /** The plan after the first sweep has mailed what waits. */
  announced: Foresight;
  morning: Foresight;
  deletedIds: ReadonlySet<string>;
  /** The stack's regions before the edit. */
  left: readonly string[];
}

const NOTHING: Amount = { recoveryPoints: 0, snapshots: 0, gib: 0 };

/** Returns what waits in the morning, and what was announced for an earlier time. */
function waitingOf({ atOnce, announced, morning }: SeenEdit, region: string, seenAt: string): Waiting[] {
  const later = dueLaterIn(atOnce, region);
  const over = waitingIn(announced, region, later).filter(({ from = "~" }) => from <= seenAt);
  return [...over, ...waitingIn(morning, region, later)];
}

/** Returns the stack's regions, then those that the edit took out of it. */
export async function regionsOf(vault: LocalVault, seen: SeenEdit): Promise<EditedRegion[]> {
  const { atOnce, morning, deletedIds, left } = seen;
  const seenAt = isoSeconds(vault.nowMs());
  const { primaryRegion, dr } = vault.stack;
  const current = [primaryRegion, ...dr.map(({ region }) => region)];
  const regions = current.map((region): EditedRegion => {
    const stopped = stoppedIn(morning, region);
    return {
      region,
      role: region === primaryRegion ? "primary" : "dr",
      kept: amountOf(seenIn(morning, region)),
      dueAtOnce: dueAtOnce(atOnce, region),
      waiting: waitingOf(seen, region, seenAt),
      ...(stopped !== undefined && { stopped }),
      deleted: deletedIn(seenIn(atOnce, region), seenIn(morning, region), deletedIds),
    };
  });
  for (const region of left.filter((one) => !current.includes(one))) {
    const kept = amountOf(await snapshotsIn(vault, region));
    regions.push({ region, role: "left", kept, dueAtOnce: NOTHING, waiting: [], deleted: NOTHING });
  }
  return regions;
}
