/** Where a mail's reader goes on: the log of the invocation in CloudWatch's console, and the problem's page of the runbook. Pure. */

/** Where the function's log is, and from when on an invocation is in it. */
export interface LogPlace {
  group: string;
  region: string;
  sinceMs: number;
}

const CONSOLES: readonly (readonly [prefix: string, domain: string])[] = [
  ["cn-", "console.amazonaws.cn"],
  ["us-gov-", "console.amazonaws-us-gov.com"],
];

/** The console takes what is after its `#` encoded twice, with `$` for the second one's `%`. */
function twiceEncoded(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replace(/%/g, "$");
}

/** A link to the log lines of one invocation. Their JSON has the run id in it, which no other text has. */
export function logLink({ group, region, sinceMs }: LogPlace, runId: string): string {
  const [, domain] = CONSOLES.find(([prefix]) => region.startsWith(prefix)) ?? ["", "console.aws.amazon.com"];
  const query = `$3FfilterPattern$3D${twiceEncoded(`"${runId}"`)}$26start$3D${sinceMs}`;
  return `https://${region}.${domain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${twiceEncoded(group)}/log-events${query}`;
}

const SNAPSHOTS = "mail-a-snapshot-is-missing";
const COPIES = "mail-a-copy-is-missing-or-not-usable";
const DELETIONS = "mail-something-is-not-deleted";
const CLOCK = "mail-the-alarm-clock-could-not-be-read-or-set";
const TAMPERING = "mail-a-snapshot-was-changed-or-is-not-what-it-says";
const DROPOUTS = "mail-an-instance-is-not-protected-any-more";
const SETTINGS = "mail-a-tag-or-a-policy-is-not-understood";
const LIMIT = "mail-the-quota-of-snapshots-is-reached";

/** The heading of docs/RUNBOOK.md that each kind of problem belongs to, as its anchor. */
export const RUNBOOK_PAGES: Readonly<Record<string, string>> = {
  "snapshot-failed": SNAPSHOTS,
  "failed-snapshot": SNAPSHOTS,
  "slot-missed": SNAPSHOTS,
  "run-missed": "mail-a-scheduled-run-is-missing",
  "no-volumes": SNAPSHOTS,
  "snapshot-limit": LIMIT,
  "not-crash-consistent": "mail-snapshots-are-not-crash-consistent",
  "tags-left-out": "mail-tags-were-left-out",
  "no-instances": "alarm-no-match",
  "not-protected-anymore": DROPOUTS,
  "becoming-orphan": DROPOUTS,
  "copy-failed": COPIES,
  "broken-copy": COPIES,
  "copy-stuck": COPIES,
  "not-copyable": COPIES,
  "lock-failed": COPIES,
  "delete-failed": DELETIONS,
  "deletions-announced": "mail-deletions-are-announced",
  "delete-brake": DELETIONS,
  "not-guarded": DELETIONS,
  "in-use": DELETIONS,
  locked: DELETIONS,
  shared: DELETIONS,
  "key-not-enabled": "mail-a-key-is-not-enabled",
  tampering: TAMPERING,
  "mark-ignored": TAMPERING,
  "points-missing": "mail-recovery-points-are-gone",
  "not-observed": "mail-aws-could-not-be-read",
  "clock-not-read": CLOCK,
  "clock-not-set": CLOCK,
  "audit-not-written": "mail-the-audit-log-could-not-be-written",
  "bad-override": SETTINGS,
  "unknown-policy": SETTINGS,
  "orphans-kept": "volumes-that-are-not-backed-up-any-more",
  "left-region": "mail-a-region-that-left-the-stack-still-has-snapshots",
};

/** `docs/RUNBOOK.md#…`; `undefined` for what needs no page. */
export function runbookPage(kind: string): string | undefined {
  const page = Object.hasOwn(RUNBOOK_PAGES, kind) ? RUNBOOK_PAGES[kind] : undefined;
  return page === undefined ? undefined : `docs/RUNBOOK.md#${page}`;
}
