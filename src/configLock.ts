/** Where `lock` contradicts the rest of the configuration. Pure. */
import { makeCalendar } from "./vault/calendar";
import { isEmpty } from "./vault/keepRules";
import { type OverrideBounds, leastRules } from "./vault/overrides";
import { type RetentionPoint, retention } from "./vault/retention";
import { nextFireMs } from "./vault/schedule";
import { DAY_MS, SECOND_MS } from "./vault/time";
import type { KeepPolicy, KeepRules, SnapshotLock } from "./vault/types";

/** What a copy's life is reckoned from. */
export interface LockContext extends OverrideBounds {
  policies: Readonly<Record<string, KeepPolicy>>;
  keepAtLeast: number;
  schedule: string;
  timezone: string;
  /** `iUnderstandComplianceLock` */
  understood: boolean;
}

/** Runs that are played through; a rule that lets go of a copy early does so long before. */
const MAX_RUNS = 1_000;
/** A Monday, so that what is kept of weeks, months and years shows as soon as it can. */
const START_MS = Date.UTC(2027, 1, 1);

/**
 * Plays the schedule through the rules, a copy a run, and looks at what goes with each run and just before the next.
 * @returns the age in days of the first copy that goes before `days` are over; `undefined` where none does
 */
function diesAfterDays(
  rules: KeepRules,
  days: number,
  { keepAtLeast, schedule, timezone }: LockContext,
): number | undefined {
  const { retentionDays = 0, ...others } = rules;
  if (retentionDays >= days) return undefined;
  if (isEmpty(others)) return retentionDays;
  const calendar = makeCalendar(timezone);
  let points: RetentionPoint[] = [];
  let runMs = nextFireMs(schedule, timezone, START_MS);
  for (let run = 0; run < MAX_RUNS && runMs !== undefined; run += 1) {
    if (runMs > START_MS + (days + 2) * DAY_MS) return undefined;
    points.push({ snapshotId: String(run).padStart(6, "0"), volumeId: "", startTimeMs: runMs });
    const nextMs = nextFireMs(schedule, timezone, runMs);
    for (const nowMs of [runMs, (nextMs ?? runMs) - SECOND_MS]) {
      const gone = new Set(retention(points, rules, { nowMs, calendar, keepAtLeast }).remove);
      const ages = points.flatMap((p) => (gone.has(p.snapshotId) ? [nowMs - p.startTimeMs] : []));
      const youngestMs = Math.min(Infinity, ...ages);
      if (youngestMs < days * DAY_MS) return youngestMs / DAY_MS;
      points = points.filter((p) => !gone.has(p.snapshotId));
    }
    runMs = nextMs;
  }
  return undefined;
}

/**
 * @param lock `undefined`: copies are not locked
 * @returns a line for each mistake: the key, what was expected, what was got
 */
export function lockFaults(lock: SnapshotLock | undefined, context: LockContext): string[] {
  if (lock === undefined) return [];
  const faults: string[] = [];
  if (lock.mode === "compliance" && !context.understood) {
    faults.push(
      "iUnderstandComplianceLock: expected true where lock.mode is compliance, got false: until such a lock ends " +
        "nobody can take it off or delete the copy, AWS Support included, and its storage is paid for",
    );
  }
  for (const [name, { drKeep }] of Object.entries(context.policies)) {
    const of = Object.keys(context.policies).length > 1 ? `, by the policy ${name}` : "";
    const own = diesAfterDays(drKeep, lock.days, context);
    const lifeDays = own ?? diesAfterDays(leastRules(drKeep, context), lock.days, context);
    if (lifeDays === undefined) continue;
    const by = own === undefined ? `${of}, where tags shorten it to overrideMin` : of;
    faults.push(
      `lock.days: expected at most the ${Number(lifeDays.toFixed(1))} days that a copy is kept in the DR region${by}, ` +
        `got ${lock.days}: retention can't delete what is locked`,
    );
  }
  return faults;
}
