/**
 * Groups what waits into plans. Each region has one for changes and one for the deletion limit. A mail names a plan,
 * and a person approves it by its hash. A plan keeps its hash while it waits for the same changes, so the regular
 * nightly expiry does not alter it. Pure.
 */
import { groupBy } from "../lib/collections";
import type { ChangeKey, HeldPoint, WaitingPlan } from "../model/memory/waitingPlans";
import { type Known, type Remembered, isOf, kindOf } from "./changeKeys";
import { changeNotice, limitProblem } from "./changeWords";
import { deletionPlanHash } from "./planHash";
import { type Problem, problemKey } from "../model/problem";
import type { CoreSettings } from "../model/settings";

/** A plan with what its mail needs. */
export interface ChangePlan extends Omit<WaitingPlan, "problemKey"> {
  /** Changes that no mail has named with this hash; none if a mail has named the plan. */
  news: readonly ChangeKey[];
}

/**
 * Returns the hash of a plan. If a person approved the same snapshots before for other changes, it is that of the changes
 * too. Otherwise that approval would release all that the new ones release of other instances.
 */
function hashOf(
  region: string,
  held: readonly HeldPoint[],
  keys: ReadonlySet<ChangeKey>,
  { known, settings }: { known: ReadonlyMap<ChangeKey, Known>; settings: CoreSettings },
): string {
  const ids = held.map((one) => one.snapshotId);
  const hash = deletionPlanHash(region, ids);
  const isApproved = settings.approvedDeletePlan.includes(hash);
  const isOther = [...keys].some((key) => known.get(key)?.approved !== true && kindOf(key).kind !== "limit");
  return isApproved && isOther ? deletionPlanHash(region, [...ids, ...keys]) : hash;
}

/** Builds the plan of one region. */
function planOf(
  region: string,
  held: readonly HeldPoint[],
  by: { known: ReadonlyMap<ChangeKey, Known>; settings: CoreSettings },
): ChangePlan {
  const { known } = by;
  const keys = new Set<ChangeKey>();
  const fresh = new Set<ChangeKey>();
  for (const one of held) {
    for (const key of one.keys) keys.add(key);
    for (const key of one.fresh) fresh.add(key);
  }
  const [mailed, ...others] = new Set([...keys].map((key) => known.get(key)?.plan));
  const isNew = fresh.size > 0 || mailed === undefined || others.length > 0;
  const hash = isNew ? hashOf(region, held, keys, by) : mailed;
  const news = [...keys].filter((key) => fresh.has(key) || known.get(key)?.plan !== hash);
  return { region, held, keys: [...keys], fresh, news, hash };
}

/** Groups what waits by region and by whether the deletion limit stopped it. */
function grouped(held: readonly HeldPoint[]): Map<string, HeldPoint[]> {
  return groupBy(held, (one) => `${one.region} ${isOf(one, "limit") ? "limit" : "change"}`);
}

/**
 * Returns the plans of what waits, and the problems to report. The deletion limit's plans are reported every day, those
 * of a change once.
 * @param points recovery points of the stopped instances, by region
 */
export function planChanges(
  held: readonly HeldPoint[],
  points: ReadonlyMap<string, number>,
  { memory, known }: Remembered,
  settings: CoreSettings,
): { plans: WaitingPlan[]; problems: Problem[] } {
  const plans: WaitingPlan[] = [];
  const problems: Problem[] = [];
  for (const [id, group] of grouped(held)) {
    const [region = "", kind] = id.split(" ");
    const plan = planOf(region, group, { known, settings });
    const isLimit = kind === "limit";
    if (!isLimit && plan.news.length === 0) {
      plans.push(plan);
      continue;
    }
    const problem = isLimit
      ? limitProblem(plan, points.get(region) ?? 0, settings)
      : changeNotice(plan, memory, settings);
    problems.push(problem);
    plans.push({ ...plan, problemKey: problemKey(problem) });
  }
  return { plans, problems };
}
