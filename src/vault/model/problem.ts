/** Problems: what the vault tells people. Pure. */

/** Shorter than a day, so that tomorrow's run tells again what is still wrong. */
export const DAILY_HOURS = 23;
/** Of these a person hears once a week at most: nothing failed, and nothing changes from one day to the next. */
const WEEKLY_HOURS = 7 * 24 - 1;
/** Longer than a week, so that no second run of it sums it up again. */
const LONG_WEEK_HOURS = 8 * 24;

const SNAPSHOTS = "mail-a-snapshot-is-missing";
const COPIES = "mail-a-copy-is-missing-or-not-usable";
const DELETIONS = "mail-something-is-not-deleted";
const CLOCK = "mail-the-follow-up-timer-could-not-be-read-or-set";
const TAMPERING = "mail-a-snapshot-was-changed-or-is-not-what-it-says";
const DROPOUTS = "mail-an-instance-is-not-protected-any-more";
const SETTINGS = "mail-a-tag-or-a-policy-is-not-understood";

/** A failure is an error, and alarms; a notice is what a person should know though nothing failed. Both are mailed. */
type Severity = "failure" | "notice";

/** What is known of a kind of problem. */
interface Kind {
  severity: Severity;
  /** The heading of docs/RUNBOOK.md that it belongs to, as its anchor; `undefined` for what needs none. */
  page: string | undefined;
  /** How long it is not told again. */
  repeatHours: number;
}

function failure(page: string): Kind {
  return { severity: "failure", page, repeatHours: DAILY_HOURS };
}

function notice(page?: string, repeatHours = DAILY_HOURS): Kind {
  return { severity: "notice", page, repeatHours };
}

/** Every kind of problem. */
export const KINDS = {
  "snapshot-call-failed": failure(SNAPSHOTS),
  "snapshot-errored": failure(SNAPSHOTS),
  "slot-missed": failure(SNAPSHOTS),
  "run-missed": notice("mail-a-scheduled-run-is-missing"),
  "no-volumes": failure(SNAPSHOTS),
  "snapshot-limit": failure("mail-the-quota-of-snapshots-is-reached"),
  "not-crash-consistent": notice("mail-snapshots-are-not-crash-consistent"),
  "tags-left-out": notice("mail-tags-were-left-out"),
  "no-instances": failure("alarm-no-match"),
  "not-protected-anymore": failure(DROPOUTS),
  "becoming-orphan": notice(DROPOUTS),
  "copy-failed": failure(COPIES),
  "copy-unusable": failure(COPIES),
  "copy-stuck": failure(COPIES),
  "not-copyable": failure(COPIES),
  "lock-failed": failure(COPIES),
  "delete-failed": failure(DELETIONS),
  "deletions-announced": notice("mail-deletions-are-announced"),
  "delete-limit-exceeded": failure(DELETIONS),
  "deletion-not-checked": failure(DELETIONS),
  "in-use": notice(DELETIONS),
  locked: notice(DELETIONS),
  shared: notice(DELETIONS),
  "key-not-enabled": failure("mail-a-key-is-not-enabled"),
  tampering: failure(TAMPERING),
  "copy-expired-tag-ignored": notice(TAMPERING),
  "recovery-points-missing": failure("mail-recovery-points-are-gone"),
  "not-observed": failure("mail-aws-could-not-be-read"),
  "clock-not-read": failure(CLOCK),
  "clock-not-set": failure(CLOCK),
  "audit-not-written": failure("mail-the-audit-log-could-not-be-written"),
  "bad-override": failure(SETTINGS),
  "unknown-policy": notice(SETTINGS, WEEKLY_HOURS),
  "orphans-kept": notice("volumes-that-are-not-backed-up-any-more", WEEKLY_HOURS),
  "left-region": notice("mail-a-region-that-left-the-stack-still-has-snapshots", WEEKLY_HOURS),
  "dry-run": notice(),
  "run-report": notice(),
  "weekly-summary": notice(undefined, LONG_WEEK_HOURS),
} satisfies Readonly<Record<string, Kind>>;

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
  severity: Severity;
}

/**
 * Makes a problem: nothing else does.
 * @param subject what it is about: with the kind it is the same problem tomorrow
 * @param hint what the person can do about it
 */
export function problem(kind: ProblemKind, subject: string, message: string, hint?: string): Problem {
  const { severity } = KINDS[kind];
  // eslint-disable-next-line no-restricted-syntax -- the one place
  return { kind, subject, severity, message, ...(hint !== undefined && { hint }) };
}

/** Returns a problem of a kind that is a failure as a notice: here nothing failed. */
export function asNotice(failure: Problem): Problem {
  return { ...failure, severity: "notice" };
}

/** Returns true if nothing failed, though a person should know. */
export function isNotice({ severity }: Problem): boolean {
  return severity === "notice";
}

/** Returns true if something failed. */
export function isFailure({ severity }: Problem): boolean {
  return severity === "failure";
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
