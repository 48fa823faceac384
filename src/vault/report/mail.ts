/** Composes the mail that a person gets: what happened, why, what happens next, and what to do. Pure text. */
import { groupBy, split } from "../lib/collections";
import { headline } from "./headline";
import { type LogPlace, logLink, runbookPage } from "./links";
import { type Problem, isFailure, isNotice, namesPlan } from "../model/problem";
import type { Summary } from "./summary";
import type { Trigger } from "../model/trigger";
import type { VaultSettings } from "../model/settings";
import { pluralize } from "../lib/text";

/** Longest subject. SNS requires ASCII, one line, and fewer than 100 characters (API reference, Publish). */
const MAX_SUBJECT = 99;
/** Largest number of problems listed. More problems than this are read in the log anyway. */
const MAX_LISTED = 100;
/**
 * Largest size of the failures listed, and of the notices. SNS accepts 256 KB per message, and EC2's refusals may have
 * several each.
 */
const MAX_LISTED_BYTES = 80_000;

export interface Mail {
  subject: string;
  body: string;
}

/** Names what the function was invoked for, in words that need no glossary. */
function occasion({ kind, slot }: Trigger): string {
  if (kind === "run") return `the backup of ${slot ?? "now"}`;
  return kind === "follow-up" ? "a follow-up of work that was under way" : "the hourly sweep";
}

function subjectLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_SUBJECT);
}

/** Returns the lines of a hint. A command has a line of its own and is indented further. */
function hintLines(hint: string): string[] {
  const [first, ...others] = hint.split("\n");
  const isCommand = (line: string) => /^(aws|npx) /.test(line);
  return [`   What to do: ${first}`, ...others.map((line) => `${isCommand(line) ? "      " : "   "}${line}`)];
}

/** Returns what a person can do: the hint, and the page of the runbook. */
function adviceOf({ kind, hint }: Problem): string[] {
  const page = runbookPage(kind);
  return [...(hint === undefined ? [] : hintLines(hint)), ...(page === undefined ? [] : [`   More: ${page}`])];
}

/**
 * Numbers the problems. Those with the same advice are together, and the advice is listed once.
 * @param from number of problems that were listed before
 */
function listed(problems: readonly Problem[], from = 0): string[] {
  const byAdvice = groupBy(problems, (problem) => adviceOf(problem).join("\n"));
  let number = from;
  return [...byAdvice].flatMap(([advice, alike]) => [
    ...alike.map(({ message }) => `${(number += 1)}. ${message}`),
    ...(advice === "" ? [] : [advice]),
  ]);
}

/** Returns the first problems, as far as there is room. */
function firstOf(problems: readonly Problem[], most: number): readonly Problem[] {
  let bytes = 0;
  let count = 0;
  for (const { message, hint = "" } of problems) {
    bytes += Buffer.byteLength(message + hint);
    if (count >= most || bytes > MAX_LISTED_BYTES) break;
    count += 1;
  }
  return problems.slice(0, count);
}

/** Returns the first problems, or all if there is room. Those that name a plan are never left out. */
function fitting(problems: readonly Problem[], most: number): readonly Problem[] {
  const first = firstOf(problems, most);
  if (first.length === problems.length) return problems;
  const [plans, others] = split(problems, namesPlan);
  return [...plans, ...firstOf(others, most - plans.length)];
}

/**
 * Composes the mail of an invocation: what is wrong first, then what it did and what happens next.
 * @param unreported problems and notices that no mail has named within their repeat interval
 */
export function composeMail(
  summary: Summary,
  unreported: readonly Problem[],
  settings: VaultSettings,
  logs: LogPlace,
): Mail {
  const { counts, trigger } = summary;
  const failures = unreported.filter(isFailure);
  const notices = unreported.filter(isNotice);
  const title = headline(summary, failures, notices);
  const shown = fitting(failures, MAX_LISTED);
  const shownNotices = fitting(notices, MAX_LISTED - shown.length);
  const left = unreported.length - shown.length - shownNotices.length;
  const { primaryRegion, primaryKeyArn, dr } = settings;
  const copiedTo = dr.map(({ region }) => region);
  if (primaryKeyArn !== undefined) copiedTo.push(primaryRegion);
  const lines = [
    title,
    "",
    ...(shown.length > 0 ? ["What is wrong:", ...listed(shown)] : []),
    ...(shown.length > 0 && shownNotices.length > 0 ? [""] : []),
    ...(shownNotices.length > 0 ? ["For your information (nothing failed):"] : []),
    ...listed(shownNotices, shown.length),
    ...(left > 0 ? [`… and ${left} more: see the log.`] : []),
    "",
    `This was ${occasion(trigger)} (run id ${trigger.runId}). It started ${pluralize(counts.snapshots, "snapshot")} in ` +
      `${primaryRegion} and ${pluralize(counts.copies, "copy", "copies")} in ${copiedTo.join(", ")}, and deleted ` +
      `${pluralize(counts.deletions, "snapshot")}. ${counts.deferred} deferred (the log says why), ` +
      `${counts.failed} failed.`,
    "",
    "What happens next: hourly sweeps retry what is missing. Copies are retried until they succeed, snapshots for",
    `${settings.startWindowHours} hours after the scheduled time. No snapshot is deleted until all its copies are verified.`,
    "If a problem persists, you will be notified again after a day; of some notices, after a week or a year.",
    "",
    `Log: CloudWatch log group ${logs.group} in ${logs.region}, run id ${trigger.runId}:`,
    logLink(logs, trigger.runId),
  ];
  return { subject: subjectLine(title), body: lines.join("\n") };
}
