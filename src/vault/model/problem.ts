/** Problems that the vault reports to people. Pure. */

/** Shorter than a day, so that the next daily run reports again what is still wrong. */
export const DAILY_HOURS = 23;
/** For notices that are sent once a week at most, because nothing failed and nothing changes from day to day. */
const WEEKLY_HOURS = 7 * 24 - 1;
/** For notices of what a person reads once: they come again after a year, because nothing is remembered for ever. */
const YEARLY_HOURS = 365 * 24;
/** Longer than a week, so that no second run of the same week sends another summary. */
const LONG_WEEK_HOURS = 8 * 24;

const SNAPSHOTS = "mail-a-snapshot-is-missing";
const COPIES = "mail-a-copy-is-missing-or-not-usable";
const DELETIONS = "mail-something-is-not-deleted";
const CLOCK = "mail-the-follow-up-timer-could-not-be-read-or-set";
const TAMPERING = "mail-a-snapshot-was-changed-or-is-not-what-it-says";
const DROPOUTS = "mail-an-instance-is-not-protected-any-more";
const SETTINGS = "mail-a-tag-or-a-policy-is-not-understood";

/** A failure is an error and raises an alarm. A notice is worth knowing although nothing failed. Both are mailed. */
type Severity = "failure" | "notice";

/** Properties of a kind of problem. */
interface Kind {
  severity: Severity;
  /** Anchor of its heading in docs/RUNBOOK.md; `undefined` if it needs no page. */
  page: string | undefined;
  /** Hours before it is reported again. */
  repeatHours: number;
  /** True if deletions depend on its mail, which starts their grace and names the plan to approve. */
  namesPlan?: true;
}

function failure(page: string): Kind {
  return { severity: "failure", page, repeatHours: DAILY_HOURS };
}

function notice(page?: string, repeatHours = DAILY_HOURS): Kind {
  return { severity: "notice", page, repeatHours };
}

export const KINDS = {
  "snapshot-call-failed": failure(SNAPSHOTS),
  "snapshot-errored": failure(SNAPSHOTS),
  "slot-missed": failure(SNAPSHOTS),
  "run-missed": notice("mail-a-scheduled-run-is-missing"),
  "no-volumes": failure(SNAPSHOTS),
  "snapshot-limit": failure("mail-the-quota-of-snapshots-is-reached"),
  "not-crash-consistent": notice("mail-snapshots-are-not-crash-consistent"),
  "tags-left-out": notice("mail-tags-were-left-out"),
  "launch-not-read": notice("mail-facts-of-a-launch-could-not-be-read"),
  "restore-limit": notice("mail-a-restore-cannot-bring-everything-back", YEARLY_HOURS),
  "no-instances": failure("alarm-no-match"),
  "not-protected-anymore": failure(DROPOUTS),
  "becoming-orphan": notice(DROPOUTS),
  "copy-failed": failure(COPIES),
  "copy-unusable": failure(COPIES),
  "copy-stuck": failure(COPIES),
  "not-copyable": failure(COPIES),
  "lock-failed": failure(COPIES),
  "delete-failed": failure(DELETIONS),
  "deletions-announced": { ...notice("mail-deletions-are-announced"), namesPlan: true },
  "delete-limit-exceeded": { ...failure(DELETIONS), namesPlan: true },
  "deletion-not-checked": failure(DELETIONS),
  "in-use": notice(DELETIONS),
  locked: notice(DELETIONS),
  shared: notice(DELETIONS),
  "key-not-enabled": failure("mail-a-key-is-not-enabled"),
  tampering: failure(TAMPERING),
  "copy-expired-tag-ignored": notice(TAMPERING),
  "recovery-points-missing": failure("mail-recovery-points-are-gone"),
  "not-observed": failure("mail-aws-could-not-be-read"),
  "memory-nearly-used-up": notice("alarm-out-of-memory", WEEKLY_HOURS),
  "clock-not-read": failure(CLOCK),
  "clock-not-set": failure(CLOCK),
  "audit-not-written": failure("mail-the-audit-log-could-not-be-written"),
  "manifest-not-written": failure("mail-a-manifest-could-not-be-written"),
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

/** A problem that a person must know of. `kind/subject` identifies it from one invocation to the next. */
export interface Problem {
  kind: ProblemKind;
  subject: string;
  message: string;
  /** Advice: what the person can do about it. */
  hint?: string;
  severity: Severity;
}

/**
 * Makes a problem. No other code does.
 * @param subject what it is about; with the kind it identifies the same problem tomorrow
 * @param hint what the person can do about it
 */
export function problem(kind: ProblemKind, subject: string, message: string, hint?: string): Problem {
  const { severity } = KINDS[kind];
  // eslint-disable-next-line no-restricted-syntax -- the one place
  return { kind, subject, severity, message, ...(hint !== undefined && { hint }) };
}

/** Returns a failure as a notice, for a case in which nothing failed. */
export function asNotice(failure: Problem): Problem {
  return { ...failure, severity: "notice" };
}

/** Returns true if nothing failed, although a person should know. */
export function isNotice({ severity }: Problem): boolean {
  return severity === "notice";
}

/** Returns true if something failed. */
export function isFailure({ severity }: Problem): boolean {
  return severity === "failure";
}

/** Returns true if deletions depend on a problem's mail, so that a mail with little room leaves out others. */
export function namesPlan({ kind }: Problem): boolean {
  const { namesPlan: does }: Kind = KINDS[kind];
  return does === true;
}

export function problemKey({ kind, subject }: Problem): string {
  return `${kind}/${subject}`;
}

/** Returns the first problem of each key: two ways to fail at one thing are one problem to a person. */
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

/** Returns true for a drop-out. No later slot finds it again, so its slot is not done before it is reported. */
export function isDropout({ kind }: Problem): boolean {
  return DROPOUT_KINDS.includes(kind);
}
