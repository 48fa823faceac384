/** Composes the first line of a mail, which is its subject too: the worst of what it says. Pure text. */
import { type Problem, type ProblemKind } from "../model/problem";
import type { Summary } from "./summary";
import { pluralize } from "../lib/text";

type Words = readonly (readonly [ProblemKind, string])[];

/** Failures that are worse than a backup that is made late. The worst is first. */
const WORSE: Words = [
  ["recovery-points-missing", "RECOVERY POINTS ARE GONE"],
  ["key-not-enabled", "A KMS KEY IS NOT ENABLED"],
  ["tampering", "a snapshot was changed"],
];

/** Failures beside which every backup was made. The worst is first. */
const BESIDE: Words = [
  ["delete-limit-exceeded", "deletions wait for your approval"],
  ["lock-failed", "a copy is not locked"],
  ["audit-not-written", "the audit log is incomplete"],
  ["manifest-not-written", "a manifest is missing"],
  ["clock-not-read", "the follow-up timer could not be read"],
  ["clock-not-set", "the follow-up timer could not be set"],
  ["bad-override", "a tag is not accepted as it is"],
  ["deletion-not-checked", "a deletion could not be checked"],
  ["delete-failed", "a deletion failed"],
];

/** Notices after which something is lost unless a person acts. The worst is first. */
const PRESSING: Words = [
  ["deletions-announced", "deletions are announced"],
  ["not-protected-anymore", "an instance is not backed up any more"],
  ["becoming-orphan", "an instance is not backed up any more"],
];

/** Returns the words of the worst of these kinds, and how many other problems there are. */
function worst(problems: readonly Problem[], words: Words): string | undefined {
  const found = words.find(([kind]) => problems.some((one) => one.kind === kind));
  if (found === undefined) return undefined;
  const others = problems.length - 1;
  return others === 0 ? found[1] : `${found[1]}, and ${others} more`;
}

/**
 * Returns the headline of a mail without failures. It is the mail's report if there is one, else what is pressing or the
 * number of notices.
 */
function quietHeadline({ status, counts }: Summary, notices: readonly Problem[]): string {
  const weekly = notices.find(({ kind }) => kind === "weekly-summary");
  const asReported = status === "clean" ? "" : `, ${status} as reported before`;
  const pressing = worst(notices, PRESSING);
  if (weekly !== undefined) return `weekly summary ${weekly.subject}${asReported}`;
  if (pressing !== undefined) return pressing;
  if (notices.some(({ kind }) => kind === "run-report")) {
    const made = `${pluralize(counts.snapshots, "snapshot")} and ${pluralize(counts.copies, "copy", "copies")} started`;
    return `backup ${status === "clean" ? "clean" : "done"}, ${made}${asReported}`;
  }
  return pluralize(notices.length, "notice");
}

/** Returns the headline of failures that left something without a backup, or that are beside complete backups. */
function loudHeadline({ status }: Summary, failures: readonly Problem[]): string {
  const problems = pluralize(failures.length, "problem");
  if (status === "no-instances") return "NOTHING BACKED UP, no instance matched";
  if (status === "failed") return `BACKUP FAILED, ${problems}`;
  const isBeside = failures.every(({ kind }) => BESIDE.some(([one]) => one === kind));
  const words = worst(failures, WORSE) ?? (isBeside ? worst(failures, BESIDE) : undefined);
  return words ?? `backup incomplete, ${problems}`;
}

/** Returns the headline of what a mail names. */
export function headline(summary: Summary, failures: readonly Problem[], notices: readonly Problem[]): string {
  const text = failures.length === 0 ? quietHeadline(summary, notices) : loudHeadline(summary, failures);
  return `${summary.vaultId}: ${text}`;
}
