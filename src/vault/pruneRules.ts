/** What pruning in all regions shares: the plan's two lists, and what each volume's rules say of its points. */
import { type Calendar } from "./calendar";
import { dataStartMs } from "./duplicates";
import { type RetentionPoint, byVolume, retention } from "./retention";
import { DAY_MS, parseIso } from "./time";
import type { DeleteAction, Kept, Mark, Snapshot } from "./types";
import type { RulesOf } from "./volumeRules";

export interface PrunePlan {
  actions: DeleteAction[];
  kept: Kept[];
}

/** What the rules are read with. */
export interface PruneRules {
  rulesOf: RulesOf;
  calendar: Calendar;
  nowMs: number;
}

/** How long the remains of a failed snapshot or copy stay for a person to look at, where nothing newer has replaced them. */
export const FAILED_KEPT_MS = DAY_MS;

export function keep(plan: PrunePlan, { region, snapshotId }: Snapshot, reason: string): void {
  plan.kept.push({ region, snapshotId, reason });
}

export function remove(
  plan: PrunePlan,
  { region, snapshotId }: Snapshot,
  because: DeleteAction["because"],
  reason: string,
  mark?: Mark,
): void {
  const action: DeleteAction = { kind: "delete", region, snapshotId, because, reason };
  plan.actions.push(mark === undefined ? action : { ...action, mark });
}

/** Which of a volume's rules: those of the primary region, or of the DR regions. */
type Side = "keep" | "drKeep";

/** Snapshots as retention sees them: by their slot, not by when a late one or a copy was begun. */
export function pointsOf(snapshots: readonly Snapshot[], side: Side): RetentionPoint[] {
  // A night's snapshots share their slot: each is parsed once.
  const slots = new Map<string, number>();
  return snapshots.map((snapshot) => {
    const { snapshotId, volumeId, identity } = snapshot;
    const { slot } = identity;
    let slotMs = slots.get(slot);
    if (slotMs === undefined) slots.set(slot, (slotMs = parseIso(slot) ?? Infinity));
    const dataMs = dataStartMs(snapshot);
    // A copy in a DR region is as old as itself, one in its original's own region as old as that.
    const startTimeMs = side === "keep" ? dataMs : snapshot.startTimeMs;
    // A slot never outranks the time that EC2 recorded.
    return { snapshotId, volumeId, startTimeMs, slotMs: Math.min(slotMs, dataMs), takenMs: dataMs };
  });
}

/** By id, why each point is kept or goes. */
export interface Judgement {
  kept: Map<string, string>;
  gone: Map<string, string>;
}

/** Retention of each volume's points by the volume's own rules. */
export function judge(
  snapshots: readonly Snapshot[],
  side: Side,
  { rulesOf, calendar, nowMs }: PruneRules,
): Judgement {
  const judgement: Judgement = { kept: new Map(), gone: new Map() };
  for (const points of byVolume(pointsOf(snapshots, side))) {
    const [first] = points;
    if (first === undefined) continue;
    const { keepAll, expireAll, keepAtLeast, [side]: rules } = rulesOf(first.volumeId);
    const all = keepAll ?? expireAll;
    if (all !== undefined) {
      const list = keepAll === undefined ? judgement.gone : judgement.kept;
      for (const { snapshotId } of points) list.set(snapshotId, all);
      continue;
    }
    const { keep: stay, remove: go, reasons } = retention(points, rules, { nowMs, calendar, keepAtLeast }); // prettier-ignore
    const why = (id: string) => (reasons.get(id) ?? []).join(", ");
    for (const id of stay) judgement.kept.set(id, why(id));
    for (const id of go) judgement.gone.set(id, why(id));
  }
  return judgement;
}
