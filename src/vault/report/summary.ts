/** What an invocation came to: counts, what failed, and one word for it. Pure. */
import type { Outcome, Plan } from "../model/actions";
import type { ThrottledRead } from "../model/world";
import type { Trigger } from "../model/trigger";
import { type Problem, isFailure, problem, uniqueByKey } from "../model/problem";

/**
 * - `clean`: all was done or is under way
 * - `no-instances`: nothing carries the tag
 * - `partial`: something failed, something did not
 * - `failed`: nothing that was to be made could be made, or the world could not be seen
 */
export type Status = "clean" | "no-instances" | "partial" | "failed";

interface Counts {
  snapshots: number;
  copies: number;
  deletions: number;
  deferred: number;
  skipped: number;
  failed: number;
}

export interface Summary {
  vaultId: string;
  trigger: Trigger;
  status: Status;
  counts: Counts;
  /** How much was put off, by AWS's code for why; `NoTime` where the invocation's time was over. */
  deferrals: Record<string, number>;
  /** Notices among them. */
  problems: Problem[];
}

/** A failed action as a problem: its key names kind, place and subject, so that it is the same one tomorrow. */
function failureOf({ action, detail }: Outcome): Problem {
  const [subject, what] =
    action.kind === "snapshot"
      ? [action.instanceId, `snapshots of ${action.instanceId}`]
      : action.kind === "copy"
        ? [`${action.sourceSnapshotId} in ${action.region}`, `the copy of ${action.sourceSnapshotId}`]
        : action.kind === "lock"
          ? [action.snapshotId, `locking ${action.snapshotId}`]
          : [action.snapshotId, `deleting ${action.snapshotId}`];
  const kind = action.kind === "snapshot" ? "snapshot-call-failed" : (`${action.kind}-failed` as const);
  return problem(kind, subject, `${what} in ${action.region} failed: ${detail}`);
}

function countOf(outcomes: readonly Outcome[], deferredReads: readonly ThrottledRead[]): Counts {
  const made = (kind: Outcome["action"]["kind"]) =>
    outcomes.filter((o) => o.action.kind === kind).flatMap((o) => o.snapshotIds).length;
  const having = (status: Outcome["status"]) => outcomes.filter((o) => o.status === status).length;
  return {
    snapshots: made("snapshot"),
    copies: made("copy"),
    deletions: outcomes.filter((o) => o.action.kind === "delete" && o.status === "done").length,
    deferred: having("deferred") + deferredReads.length,
    skipped: having("skipped"),
    failed: having("failed"),
  };
}

function deferralsOf(outcomes: readonly Outcome[], deferredReads: readonly ThrottledRead[]): Record<string, number> {
  const deferrals: Record<string, number> = {};
  const deferred = outcomes.filter(({ status }) => status === "deferred");
  for (const { code = "NoTime" } of [...deferred, ...deferredReads]) {
    deferrals[code] = (deferrals[code] ?? 0) + 1;
  }
  return deferrals;
}

/** Outcomes of one kind, region and detail, counted. */
interface Counted {
  outcome: Outcome;
  count: number;
}

/** What was not begun, a line a kind, region and cause: a backlog of thousands is left at every pass. */
export function countAlike(outcomes: readonly Outcome[]): Counted[] {
  const alike = new Map<string, Counted>();
  for (const outcome of outcomes) {
    const { action, detail } = outcome;
    const key = `${action.kind} ${action.region} ${detail}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { outcome, count: 1 });
    else known.count += 1;
  }
  return [...alike.values()];
}

function statusOf(all: readonly Problem[], counts: Counts): Status {
  const problems = all.filter(isFailure);
  if (problems.length === 0) return "clean";
  if (problems.some(({ kind }) => kind === "no-instances")) return "no-instances";
  const blind = problems.some(({ kind }) => kind === "not-observed");
  const nothingMade = counts.snapshots + counts.copies === 0;
  return nothingMade && (blind || counts.failed > 0) ? "failed" : "partial";
}

/** What an invocation decided and did. */
export interface Decisions {
  trigger: Trigger;
  plan: Plan;
  outcomes: readonly Outcome[];
  /** Reads that were throttled and are no problem yet. */
  deferredReads: readonly ThrottledRead[];
}

/** Sums up an invocation. */
export function summarize(vaultId: string, { trigger, plan, outcomes, deferredReads }: Decisions): Summary {
  const failures = outcomes.filter(({ status }) => status === "failed").map(failureOf);
  const problems = uniqueByKey([...plan.problems, ...failures]);
  const counts = countOf(outcomes, deferredReads);
  const status = statusOf(problems, counts);
  return { vaultId, trigger, status, counts, deferrals: deferralsOf(outcomes, deferredReads), problems };
}
