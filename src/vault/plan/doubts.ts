/** Keeps and reports what is in doubt in every region that was seen. Pure. */
import { doubtProblems, strangerProblems } from "../identity/doubts";
import { isClear } from "../identity/ownership";
import type { Kept } from "../model/actions";
import type { PlanPart } from "./request";
import type { Snapshot, World } from "../model/world";

/** Returns the snapshots in doubt, which are kept whatever the rules say. */
function keptInDoubt(doubted: readonly Snapshot[]): Kept[] {
  return doubted.flatMap((snapshot) => {
    const { region, snapshotId, doubt } = snapshot;
    if (doubt === undefined || isClear(snapshot)) return [];
    return [{ region, snapshotId, reason: `in doubt: ${doubt.what}` }];
  });
}

/** Returns what is in doubt in every region that was seen, and what only looks like the vault's. */
export function planDoubts({ snapshots = [], copies, strangers = [] }: World): PlanPart {
  // Hardly any of a hundred thousand is in doubt.
  const all = [snapshots, ...Object.values(copies)].flatMap((seen) => seen.filter(({ doubt }) => doubt !== undefined));
  return { kept: keptInDoubt(all), problems: [...doubtProblems(all), ...strangerProblems(strangers)] };
}
