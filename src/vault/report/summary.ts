/** Sums up an invocation: counts, problems, and one word for the result. Pure. */
import type { Outcome, Plan } from "../model/actions";
import type { ThrottledRead } from "../model/world";
import type { Trigger } from "../model/trigger";
import { IF_DENIED } from "../lib/text";
import { type Problem, isFailure, problem, uniqueByKey } from "../model/problem";

/**
 * Result of an invocation:
 * - `clean`: nothing failed
 * - `no-instances`: no instance has the tag
 * - `failed`: nothing was made, because calls failed or AWS could not be read
 * - `partial`: any other failure
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
  /** Number of deferrals by error code; `NoTime` if the invocation ran out of time. */
  deferrals: Record<string, number>;
  /** Problems, with notices among them. */
  problems: Problem[];
}

/** Words about a failed action: what the failure leaves undone, and what the vault and the reader can do about it. */
interface FailureWords {
  subject: string;
  consequence: string;
  hint: string;
}

function wordsOf({ action }: Outcome): FailureWords {
  const { region } = action;
  switch (action.kind) {
    case "snapshot":
      return {
        subject: action.instanceId,
        consequence: `${action.instanceId} in ${region} is not backed up yet, because its snapshots failed`,
        hint: `The vault tries again every hour, for startWindowHours after the scheduled time. ${IF_DENIED}`,
      };
    case "copy":
      return {
        subject: `${action.sourceSnapshotId} in ${region}`,
        consequence: `${action.sourceSnapshotId} has no usable copy in ${region} yet, because copying it failed`,
        hint: `The vault tries again every hour until the copy succeeds, and keeps the snapshot until then. ${IF_DENIED}`,
      };
    case "lock":
      return {
        subject: action.snapshotId,
        consequence: `${action.snapshotId} in ${region} is not protected by a lock yet, because locking it failed`,
        hint: `The vault tries again every hour. ${IF_DENIED}`,
      };
    case "delete":
      return {
        subject: action.snapshotId,
        consequence: `${action.snapshotId} in ${region} still exists and costs storage, because deleting it failed`,
        hint: `The vault tries again every hour. ${IF_DENIED}`,
      };
  }
}

/** Returns a failed action as a problem. Its key names kind and subject, so it is the same problem tomorrow. */
function failureOf(outcome: Outcome): Problem {
  const { subject, consequence, hint } = wordsOf(outcome);
  const { kind } = outcome.action;
  const of = kind === "snapshot" ? "snapshot-call-failed" : (`${kind}-failed` as const);
  return problem(of, subject, `${consequence}: ${outcome.detail}`, hint);
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

/** Number of outcomes of one kind, region and detail, with one of them. */
interface Counted {
  outcome: Outcome;
  count: number;
}

/**
 * Counts outcomes by kind, region and detail. A backlog of thousands remains after every invocation, and must not take
 * a line each.
 */
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
  const isFailed = problems.some(({ kind }) => kind === "not-observed" || kind === "snapshot-call-failed");
  return isFailed && counts.snapshots + counts.copies === 0 ? "failed" : "partial";
}

/** Decisions and results of an invocation. */
export interface Decisions {
  trigger: Trigger;
  plan: Plan;
  outcomes: readonly Outcome[];
  /** Reads that were throttled and are not a problem yet. */
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
