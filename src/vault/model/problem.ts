/** Problems: what the vault tells people. Pure. */

/** Shorter than a day, so that tomorrow's run tells again what is still wrong. */
const DAILY_HOURS = 23;
/** Of these a person hears once a week at most: nothing failed, and nothing changes from one day to the next. */
const WEEKLY_HOURS = 7 * 24 - 1;
/** Longer than a week, so that no second run of it sums it up again. */
const LONG_WEEK_HOURS = 8 * 24;

const SNAPSHOTS = "mail-a-snapshot-is-missing";
const COPIES = "mail-a-copy-is-missing-or-not-usable";
const DELETIONS = "mail-something-is-not-deleted";
const CLOCK = "mail-the-alarm-clock-could-not-be-read-or-set";
const TAMPERING = "mail-a-snapshot-was-changed-or-is-not-what-it-says";
const DROPOUTS = "mail-an-instance-is-not-protected-any-more";
const SETTINGS = "mail-a-tag-or-a-policy-is-not-understood";

/** What is known of a kind of problem. */
interface Kind {
  /** A failure is an error, and alarms; a notice is what a person should know though nothing failed. */
  severity: "failure" | "notice";
  /** The heading of docs/RUNBOOK.md that it belongs to, as its anchor; `undefined` for what needs none. */
  page: string | undefined;
  /** How long it is not told again. */
  repeatHours: number;
}

/** Every kind of problem. */
export const KINDS = {
  "snapshot-failed": { severity: "failure", page: SNAPSHOTS, repeatHours: DAILY_HOURS },
  "failed-snapshot": { severity: "failure", page: SNAPSHOTS, repeatHours: DAILY_HOURS },
  "slot-missed": { severity: "failure", page: SNAPSHOTS, repeatHours: DAILY_HOURS },
  "run-missed": { severity: "notice", page: "mail-a-scheduled-run-is-missing", repeatHours: DAILY_HOURS },
  "no-volumes": { severity: "failure", page: SNAPSHOTS, repeatHours: DAILY_HOURS },
  "snapshot-limit": { severity: "failure", page: "mail-the-quota-of-snapshots-is-reached", repeatHours: DAILY_HOURS },
  "not-crash-consistent": {
    severity: "notice",
    page: "mail-snapshots-are-not-crash-consistent",
    repeatHours: DAILY_HOURS,
  },
  "tags-left-out": { severity: "notice", page: "mail-tags-were-left-out", repeatHours: DAILY_HOURS },
  "no-instances": { severity: "failure", page: "alarm-no-match", repeatHours: DAILY_HOURS },
  "not-protected-anymore": { severity: "failure", page: DROPOUTS, repeatHours: DAILY_HOURS },
  "becoming-orphan": { severity: "notice", page: DROPOUTS, repeatHours: DAILY_HOURS },
  "copy-failed": { severity: "failure", page: COPIES, repeatHours: DAILY_HOURS },
  "broken-copy": { severity: "failure", page: COPIES, repeatHours: DAILY_HOURS },
  "copy-stuck": { severity: "failure", page: COPIES, repeatHours: DAILY_HOURS },
  "not-copyable": { severity: "failure", page: COPIES, repeatHours: DAILY_HOURS },
  "lock-failed": { severity: "failure", page: COPIES, repeatHours: DAILY_HOURS },
  "delete-failed": { severity: "failure", page: DELETIONS, repeatHours: DAILY_HOURS },
  "deletions-announced": { severity: "notice", page: "mail-deletions-are-announced", repeatHours: DAILY_HOURS },
  "delete-brake": { severity: "failure", page: DELETIONS, repeatHours: DAILY_HOURS },
  "not-guarded": { severity: "failure", page: DELETIONS, repeatHours: DAILY_HOURS },
  "in-use": { severity: "notice", page: DELETIONS, repeatHours: DAILY_HOURS },
  locked: { severity: "notice", page: DELETIONS, repeatHours: DAILY_HOURS },
  shared: { severity: "notice", page: DELETIONS, repeatHours: DAILY_HOURS },
  "key-not-enabled": { severity: "failure", page: "mail-a-key-is-not-enabled", repeatHours: DAILY_HOURS },
  tampering: { severity: "failure", page: TAMPERING, repeatHours: DAILY_HOURS },
  "mark-ignored": { severity: "notice", page: TAMPERING, repeatHours: DAILY_HOURS },
  "points-missing": { severity: "failure", page: "mail-recovery-points-are-gone", repeatHours: DAILY_HOURS },
  "not-observed": { severity: "failure", page: "mail-aws-could-not-be-read", repeatHours: DAILY_HOURS },
  "clock-not-read": { severity: "failure", page: CLOCK, repeatHours: DAILY_HOURS },
  "clock-not-set": { severity: "failure", page: CLOCK, repeatHours: DAILY_HOURS },
  "audit-not-written": {
    severity: "failure",
    page: "mail-the-audit-log-could-not-be-written",
    repeatHours: DAILY_HOURS,
  },
  "bad-override": { severity: "failure", page: SETTINGS, repeatHours: DAILY_HOURS },
  "unknown-policy": { severity: "notice", page: SETTINGS, repeatHours: WEEKLY_HOURS },
  "orphans-kept": { severity: "notice", page: "volumes-that-are-not-backed-up-any-more", repeatHours: WEEKLY_HOURS },
  "left-region": {
    severity: "notice",
    page: "mail-a-region-that-left-the-stack-still-has-snapshots",
    repeatHours: WEEKLY_HOURS,
  },
  "dry-run": { severity: "notice", page: undefined, repeatHours: DAILY_HOURS },
  "run-report": { severity: "notice", page: undefined, repeatHours: DAILY_HOURS },
  "weekly-summary": { severity: "notice", page: undefined, repeatHours: LONG_WEEK_HOURS },
} as const satisfies Readonly<Record<string, Kind>>;

export type ProblemKind = keyof typeof KINDS;

/** Decides whether a text is a kind of problem. */
export function isKind(text: string): text is ProblemKind {
  return Object.hasOwn(KINDS, text);
}

/** Something a person must know of. `kind/subject` identifies it from one invocation to the next. */
export interface Problem {
  kind: ProblemKind;
  subject: string;
  message: string;
  /** What the person can do about it. */
  hint?: string;
  /** Set on what a person should know though nothing failed: mailed once a day too, but no error and no alarm. */
  notice?: true;
}

/**
 * Makes a problem: nothing else does.
 * @param subject what it is about: with the kind it is the same problem tomorrow
 * @param hint what the person can do about it
 */
export function problem(kind: ProblemKind, subject: string, message: string, hint?: string): Problem {
  const isNotice = KINDS[kind].severity === "notice";
  // eslint-disable-next-line no-restricted-syntax -- the one place
  return { kind, subject, message, ...(hint !== undefined && { hint }), ...(isNotice && { notice: true as const }) };
}

/** Returns a problem of a kind that is a failure as a notice: here nothing failed. */
export function asNotice(failure: Problem): Problem {
  return { ...failure, notice: true };
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

const DROPOUT_KINDS: readonly ProblemKind[] = ["not-protected-anymore", "becoming-orphan"];

/** Returns true for what nothing would bring up again: its slot is not done before a person was told. */
export function isDropout({ kind }: Problem): boolean {
  return DROPOUT_KINDS.includes(kind);
}
