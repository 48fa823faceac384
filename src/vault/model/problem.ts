/** Problems: what the vault tells people. Pure. */

/** Something a person must know of. `kind/subject` identifies it from one invocation to the next. */
export interface Problem {
  kind: string;
  subject: string;
  message: string;
  /** What the person can do about it. */
  hint?: string;
  /** Set on what a person should know though nothing failed: mailed once a day too, but no error and no alarm. */
  notice?: true;
}

export function problemKey({ kind, subject }: Problem): string {
  return `${kind}/${subject}`;
}

/** The first of each key: two ways to fail at one thing are one problem to a person. */
export function uniqueByKey(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = problemKey(problem);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

export const RUN_REPORT = "run-report";

export const WEEKLY_SUMMARY = "weekly-summary";

const DROPOUT_KINDS = ["not-protected-anymore", "becoming-orphan"];

/** Returns true for what nothing would bring up again: its slot is not done before a person was told. */
export function isDropout({ kind }: Problem): boolean {
  return DROPOUT_KINDS.includes(kind);
}
