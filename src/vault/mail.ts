/** The mail that a person gets: what happened, why, what goes on by itself, what to do. Pure text. */
import type { Summary } from "./summary";
import type { Problem, VaultSettings } from "./types";

/** SNS: a subject is ASCII, one line, under 100 characters (API reference, Publish). */
const MAX_SUBJECT = 99;
/** SNS takes 256 KB a message; a mail of more problems than this is read in the log anyway. */
const MAX_LISTED = 100;

export interface Mail {
  subject: string;
  body: string;
}

function headline({ status, vaultId }: Summary, count: number): string {
  const problems = `${count} problem${count === 1 ? "" : "s"}`;
  if (status === "no-instances") return `${vaultId}: NOTHING BACKED UP, no instance matched`;
  if (status === "failed") return `${vaultId}: BACKUP FAILED, ${problems}`;
  return `${vaultId}: backup incomplete, ${problems}`;
}

function subjectLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_SUBJECT);
}

/** Numbered, those with the same advice together and the advice once. */
function listed(problems: readonly Problem[]): string[] {
  const byHint = new Map<string, string[]>();
  for (const { message, hint = "" } of problems) {
    byHint.set(hint, [...(byHint.get(hint) ?? []), message]);
  }
  let number = 0;
  return [...byHint].flatMap(([hint, messages]) => [
    ...messages.map((message) => `${(number += 1)}. ${message}`),
    ...(hint === "" ? [] : [`   What to do: ${hint}`]),
  ]);
}

/**
 * @param news the problems to tell; those told within the last day are left to the log
 * @param logs where the function's log is, as text
 */
export function composeMail(
  summary: Summary,
  news: readonly Problem[],
  settings: VaultSettings,
  logs: string,
): Mail {
  const { counts, wake } = summary;
  const left = news.length - MAX_LISTED;
  const lines = [
    headline(summary, news.length),
    "",
    `Woken as ${wake.kind}${wake.slot === undefined ? "" : ` for ${wake.slot}`}; run id ${wake.runId}.`,
    `Started ${counts.snapshots} snapshots in ${settings.primaryRegion} and ${counts.copies} copies in ` +
      `${settings.drRegion}; deleted ${counts.deletions}; put off ${counts.deferred} for a limit or time; ` +
      `failed ${counts.failed}.`,
    "",
    "What is wrong:",
    ...listed(news.slice(0, MAX_LISTED)),
    ...(left > 0 ? [`… and ${left} more: see the log.`] : []),
    "",
    "What happens next: what is missing is tried again by every sweep, once an hour: copies always,",
    `snapshots of a slot for ${settings.startWindowHours} hours. Nothing is deleted whose copy is not sound. The same problem is`,
    "told again after a day if it is still there.",
    "",
    `Log: ${logs}, filter by run id.`,
  ];
  return { subject: subjectLine(headline(summary, news.length)), body: lines.join("\n") };
}
