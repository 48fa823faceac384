/**
 * Decides whether a rehearsal succeeded: by the vault's own reports in any night, apart from the failure that the
 * rehearsal induced, and by the recovery points at the end. Pure.
 */
import type { Recoverability } from "./recoverability";
import type { Decision } from "../runtime/functionLog";
import type { Crash } from "../runtime/localVault";

/** Problems of one kind that the vault reported. */
export interface Reported {
  kind: string;
  /** The first one, as the vault says it. */
  detail: string;
  /** Number of its subjects. */
  subjects: number;
  /** Times at which it was reported first and last. */
  from: string;
  until: string;
}

/** The failure that a rehearsal induces: a DR region's key cannot be used from an instant on. */
export interface Induced {
  region: string;
  from: string;
}

/** Kinds that a lost DR key leads to (src/vault/plan/copies/copies.ts, summary.ts). */
const OF_A_LOST_KEY = ["copy-unusable", "copy-failed", "copy-stuck"];

function isInduced({ at, kind, subject }: Decision, induced: Induced | undefined): boolean {
  if (induced === undefined || at < induced.from) return false;
  return OF_A_LOST_KEY.includes(kind) && subject.endsWith(` in ${induced.region}`);
}

/** Returns a problem's words without ids and times, which differ from one to the next of the same kind. */
function words(detail: string): string {
  return detail.replace(/\b(?:snap|vol|i)-[0-9a-f]+\b/g, "…").replace(/\d[\d:.TZ-]*/g, "#");
}

/** Groups what the vault reported as wrong; its notices, after which nothing failed, are not among it. */
export function reportedProblems(decisions: readonly Decision[], induced: Induced | undefined): Reported[] {
  const groups = new Map<string, { first: Decision; last: Decision; subjects: Set<string> }>();
  for (const decision of decisions) {
    if (decision.message !== "problem" || isInduced(decision, induced)) continue;
    const key = `${decision.kind} ${words(decision.detail)}`;
    const known = groups.get(key) ?? { first: decision, last: decision, subjects: new Set() };
    known.last = decision;
    known.subjects.add(decision.subject);
    groups.set(key, known);
  }
  return [...groups.values()].map(({ first, last, subjects }) => ({
    kind: first.kind,
    detail: first.detail,
    subjects: subjects.size,
    from: first.at,
    until: last.at,
  }));
}

export interface Verdict {
  /** True if the vault reported nothing, no invocation crashed, and nothing protected lacks a recovery point. */
  complete: boolean;
  headline: string;
  /** One line each. */
  exceptions: string[];
}

function minute(at: string): string {
  return `${at.slice(0, 16)}Z`;
}

function lineOf({ detail, subjects, from, until }: Reported): string {
  const also = subjects > 1 ? ` (and ${subjects - 1} more of the kind)` : "";
  const when = minute(from) === minute(until) ? minute(from) : `${minute(from)} … ${minute(until)}`;
  return `reported ${when}: ${detail}${also}`;
}

function headlineOf({ gaps }: Recoverability, exceptions: number, isDryRun: boolean): string {
  if (isDryRun) return "dryRun is true: the vault wrote nothing, so nothing can be brought back.";
  if (exceptions === 0) return "Every protected volume has its snapshot and a verified, encrypted copy.";
  return gaps.length > 0 ? "Not every protected volume can be brought back:" : "The vault reported problems:";
}

/** Combines what is there at the end, what the vault reported, and the invocations that crashed. */
export function verdictOf(
  found: Recoverability,
  reported: readonly Reported[],
  crashes: readonly Crash[],
  isDryRun: boolean,
): Verdict {
  const exceptions = [
    ...reported.map(lineOf),
    ...crashes.map(
      ({ at, errorType, errorMessage }) =>
        `an invocation ended ${minute(at)} with ${errorType}: ${errorMessage.split("\n")[0] ?? ""}`,
    ),
    ...found.gaps,
  ];
  const complete = exceptions.length === 0 && !isDryRun;
  return { complete, headline: headlineOf(found, exceptions.length, isDryRun), exceptions };
}
