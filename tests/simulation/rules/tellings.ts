/**
 * Records what was reported, and checks that nothing is reported twice within 23 hours. The vault remembers its
 * notifications only in the timer's input, so it can't know what it reported when that memory was lost: GetSchedule or
 * UpdateSchedule failed or got no answer, a mail's answer was lost, the function was killed after the mail, or two ran
 * at once and the later one overwrote the earlier one's. Every such moment is reported here by {@link Tellings.forgot},
 * and a repeat is a violation only if none lies between the two mails.
 */
import { HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Account } from "../account/account";
import { checkNamed } from "./dropoutRules";
import { answerBrake, answerLostPolicy } from "../people/edits";
import type { Invocation } from "../account/invocation";
import { checkMissed } from "./missingRules";
import { DESCRIBE } from "../account/tokenBucket";

/** 23 hours, less the minutes between a mail and the invocation that remembers it. */
const REPEAT_MS = 23 * HOUR_MS - 15 * 60_000;

export interface Tellings {
  mailed(invocation: Invocation, subject: string, body: string): void;
  /** Records that the vault's memory of what it reported may be lost from now on. */
  forgot(): void;
  /** Records that a mail or the timer's own call failed, so that something may not have been reported. */
  silenced(): void;
  silencedMs(): number;
  /** Returns when a mail last said any of these texts; 0 if none did. */
  lastSaid(texts: readonly string[]): number;
  /** Returns when a mail last had a line that a pattern finds. */
  lastLike(pattern: RegExp): number;
  lastMailMs(): number;
  /** Returns when a week was last summed up. */
  lastSummaryMs(): number;
  /** Returns when a mail last said that something failed. */
  lastAlarmMs(): number;
}

const NUMBERED = /^\d+\. (.*)$/gm;

/** Matches the reports that `mailOn` asks for, which are in no log: a run's by its slot, a summary's by its week. */
const REPORTED = /^(the run for \S+|\d{4}-W\d\d:)/;

/** Very many of a kind are grouped, including those that were reported before (report/grouping.ts). */
const GATHERED = /^\d+ times: /;

/** Returns the problems that a mail lists, by the keys under which the invocation logged them. */
function keysOf(invocation: Invocation, body: string): string[] {
  return [...body.matchAll(NUMBERED)].map(([, line = ""]) => {
    const logged = [...invocation.problems, ...invocation.notices].find(({ key, message }) => {
      const subject = key.slice(key.indexOf("/") + 1);
      return line.includes(message) && (line === message || line.includes(subject));
    });
    if (GATHERED.test(line)) return `${logged?.key.split("/")[0] ?? line}/many`;
    const [reported] = REPORTED.exec(line) ?? [];
    return logged?.key ?? (reported === undefined ? line : `report/${reported}`);
  });
}

/** Limits that are met on a normal night: deferred work is done later. */
const EXPECTED =
  /^\d+\. .*(ResourceLimitExceeded|PendingSnapshotLimitExceeded|ConcurrentSnapshotLimitExceeded|SnapshotCreationPerVolumeRateExceeded).*$/m;

/** With other kinds of fault the vault may forget since when, or not be invoked in the free time between two crowds. */
const REMEMBERS_WITH = [
  "zero pages",
  "snapshot errors",
  "copy errors",
  "busy buckets",
  "busy copy slots",
  "busy pending slots",
];
/** An hour, less the minutes by which the timer's waits blur it. */
const LASTING_MS = 45 * MINUTE_MS;

/** Checks that throttling is reported only when it lasts: never without a crowd, or with a short one. */
function checkThrottled({ faults, crowd, story }: Account, { sharingReads }: Invocation, body: string): void {
  const lines = body.match(/^\d+\. .*RequestLimitExceeded.*$/gm) ?? [];
  // Tags that could not be written are not written later, which is reported at once.
  const line = lines.find((one) => !one.includes(" lack tags of their volumes: "));
  if (line === undefined) return;
  // Hundreds of refused deletions, checked by every invocation, are a crowd of their own.
  if (line.includes(" are shared with: ") && sharingReads > DESCRIBE.max) return;
  const crowds = faults.limits.busyBuckets > 0;
  const remembers = faults.kinds.every((kind) => REMEMBERS_WITH.includes(kind));
  if (crowds && !(remembers && crowd.untilMs - crowd.sinceMs < LASTING_MS)) return;
  story.violate("expected retries are never mailed", line);
}

/** Subjects of mails that report no failure. */
const NOTICES = /: \d+ notices?$/;
const REPORT = /: (weekly summary .*|backup (clean|done), .*)$/;

const KEPT_MAILS = 50;

export function makeTellings(account: Account): Tellings {
  const { time, story } = account;
  const notified = new Map<string, { atMs: number; startMs: number }>();
  const mails: { atMs: number; body: string }[] = [];
  let forgottenMs = -1;
  let silencedMs = -1;
  let lastAlarmMs = 0;
  let lastSummaryMs = 0;
  return {
    mailed: (invocation, subject, body) => {
      const nowMs = time.nowMs();
      invocation.publishes += 1;
      story.count("mails");
      const isReport = REPORT.test(subject);
      const isNotice = isReport || NOTICES.test(subject);
      if (!isNotice) lastAlarmMs = nowMs;
      if (isNotice && !isReport && invocation.notices.length === 0) story.violate("a mail of notices has one", subject);
      if (body.length > 262_144) story.violate("a mail fits SNS", `${body.length} characters`);
      if (/ backed up, \d+ problems? now\./.test(body)) lastSummaryMs = nowMs;
      mails.push({ atMs: nowMs, body });
      if (body.includes("that it kept before a change")) account.announcedMs ??= account.time.nowMs();
      answerBrake(account, body);
      answerLostPolicy(account, body);
      if (mails.length > KEPT_MAILS) mails.shift();
      const expected = EXPECTED.exec(body);
      if (expected !== null) story.violate("expected retries are never mailed", expected[0]);
      checkThrottled(account, invocation, body);
      for (const { message } of invocation.problems) {
        if (!message.includes("TagPolicyViolation")) continue;
        story.violate("a person's tags prevent no backup", message);
      }
      for (const { key, message } of invocation.problems) {
        if (key.startsWith("recovery-points-missing/")) checkMissed(account, message);
      }
      checkNamed(account, invocation, body);
      for (const key of keysOf(invocation, body)) {
        story.count(`told: ${key.split("/", 1)[0] ?? ""}`);
        if (key.startsWith("locked/") && account.faults.daily.people === 0) {
          story.violate("no false alarm", `nobody but the vault locks: ${key}`);
        }
        const before = notified.get(key);
        notified.set(key, { atMs: nowMs, startMs: invocation.startMs });
        if (before === undefined || nowMs - before.atMs >= REPEAT_MS) continue;
        if (forgottenMs >= before.startMs) continue;
        const hours = ((nowMs - before.atMs) / HOUR_MS).toFixed(1);
        story.violate("each problem is reported once a day", `${key} again after ${hours} hours`);
      }
    },
    forgot: () => {
      forgottenMs = time.nowMs();
    },
    silenced: () => {
      forgottenMs = silencedMs = time.nowMs();
    },
    silencedMs: () => silencedMs,
    lastSaid: (texts) => {
      const saying = mails.filter(({ body }) => texts.some((text) => body.includes(text)));
      return saying.at(-1)?.atMs ?? 0;
    },
    lastLike: (pattern) => mails.filter(({ body }) => pattern.test(body)).at(-1)?.atMs ?? 0,
    lastAlarmMs: () => lastAlarmMs,
    lastSummaryMs: () => lastSummaryMs,
    lastMailMs: () => mails.at(-1)?.atMs ?? 0,
  };
}
