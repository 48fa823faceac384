/** Prints the end of a rehearsal. */
import pc from "picocolors";
import { pluralize } from "../../vault/lib/text";
import { renderAlarms, shortAlarm } from "./alarmTableText";
import type { WatchedAlarm } from "../runtime/alarmWatch";
import type { Recoverability } from "../findings/recoverability";
import type { RefusedCalls } from "../permissions/authorizer";
import type { PlayedEdit } from "../story/editScenario";
import { renderEdits } from "./editTable";
import type { CallCount } from "../account/switches";
import type { Explanation } from "../findings/explain";
import { renderExplanation } from "./explainTable";
import type { FailureRecord } from "../findings/failureRecord";
import { renderFailureRecord } from "./failureRecordText";
import type { Decision } from "../runtime/functionLog";
import { countsOf, renderInstances, renderNearMisses } from "./instanceTable";
import { renderMails } from "./mailText";
import type { ReceivedMail } from "../account/mailbox";
import type { Night } from "../story/scenario";
import { heading, lastOf, table } from "./table";
import type { Reported, Verdict } from "../findings/verdict";

const MOST_NIGHTS = 14;

export interface Rehearsal {
  stack: string;
  inventory: string;
  regions: { primary: string; dr: string[] };
  nights: Night[];
  /** Edits in order; none if the DR key was taken away instead. */
  edits: PlayedEdit[];
  audit: Recoverability;
  /** One volume's recovery points; none if no volume is protected. */
  explained: Explanation | undefined;
  pruned: Decision[];
  mails: ReceivedMail[];
  /** Episodes of each of the stack's alarms. */
  alarms: WatchedAlarm[];
  /** The audit log's record of the induced failure, if it has one. */
  auditRecord: FailureRecord | undefined;
  /** The function's AWS calls in the whole rehearsal. */
  calls: CallCount[];
  /** Calls of the function that IAM refused, by permission and kind of resource. */
  refused: RefusedCalls[];
  /** Problems that the vault reported, apart from the induced failure. */
  reported: Reported[];
  /** Notes on the rehearsal itself, such as placeholders for secrets. */
  notes: string[];
  verdict: Verdict;
  /** As the verdict says: the exit code is 0. */
  complete: boolean;
}

/** Returns a row for each of the last nights, and one for all those before them. */
function nightRows(nights: readonly Night[], stack: string, most: number): (string | number)[][] {
  const { shown, left } = lastOf(nights, most);
  type Counts = Omit<Night, "night" | "slot" | "alarms">;
  const cells = (n: Counts) => [n.snapshots, n.copies, n.deletions, n.invocations, n.errors];
  const namesOf = ({ alarms }: Night) => alarms.map((name) => shortAlarm(name, stack)).join(", ");
  const rows = shown.map((night) => [night.slot, ...cells(night), namesOf(night)]);
  if (left === 0) return rows;
  const sum = (field: keyof Counts) => nights.slice(0, left).reduce((total, night) => total + night[field], 0);
  const before = {
    snapshots: sum("snapshots"),
    copies: sum("copies"),
    deletions: sum("deletions"),
    invocations: sum("invocations"),
    errors: sum("errors"),
  };
  const rang = nights.slice(0, left).filter(({ alarms }) => alarms.length > 0).length;
  const alarmed = rang === 0 ? "" : `in ${pluralize(rang, "night")}`;
  return [[pluralize(left, "earlier night"), ...cells(before), alarmed], ...rows];
}

/** Counts deletions by region and rule: the reason without the age that differs from one to the next. */
function pruneRows(pruned: readonly Decision[]): (string | number)[][] {
  const byRule = new Map<string, { region: string; reason: string; count: number }>();
  for (const { region, reason } of pruned) {
    const rule = reason.replace(/^[\d.]+ (day|hour|minute)s? old[,;] /, "past retention: ").replace(/snap-\w+/, "…");
    const key = `${region} ${rule}`;
    const row = byRule.get(key) ?? { region, reason: rule, count: 0 };
    row.count += 1;
    byRule.set(key, row);
  }
  return [...byRule.values()].map(({ region, reason, count }) => [region, reason, count]);
}

/** Exceptions that a person takes in at once. */
const MOST_EXCEPTIONS = 20;

function renderVerdict({ verdict, audit, notes }: Rehearsal, isAll: boolean): string[] {
  const { complete, headline, exceptions } = verdict;
  const shown = isAll ? exceptions : exceptions.slice(0, MOST_EXCEPTIONS);
  const left = exceptions.length - shown.length;
  return [
    complete ? pc.green(headline) : pc.red(headline),
    ...shown.map((line) => `  ${line}`),
    ...(left > 0 ? [`  ${left} more: --all shows them.`] : []),
    countsOf(audit),
    ...notes,
  ];
}

/** Prints what IAM refused, each permission and kind of resource once. */
function renderRefused(refused: readonly RefusedCalls[]): string[] {
  if (refused.length === 0) return [];
  const rows = refused.map(({ action, resource, because, count }) => [action, resource, because, count]);
  return [heading("Calls that IAM refused"), table(["permission", "resource, the first", "why", "calls"], rows)];
}

export interface Shown {
  /** Shows each recovery point of the explained volume. */
  explainAll: boolean;
  /** Shows every row of every table. */
  all: boolean;
}

/** Returns the verdict, the exceptions, the story, and the verdict again. */
export function renderRehearsal(rehearsal: Rehearsal, { explainAll, all }: Shown): string {
  const { regions, audit, nights, edits, explained, pruned, mails, verdict } = rehearsal;
  const last = verdict.complete ? pc.green(verdict.headline) : pc.red(lastLine(verdict));
  return [
    ...renderVerdict(rehearsal, all),
    ...renderInstances(audit, regions, all),
    ...renderRefused(rehearsal.refused),
    heading("Nights"),
    table(
      ["slot", "snapshots", "copies", "pruned", "invocations", "errors", "alarms"],
      nightRows(nights, rehearsal.stack, all ? nights.length : MOST_NIGHTS),
    ),
    ...renderEdits(edits, rehearsal.stack),
    heading("Pruned, and why"),
    table(["region", "why", "snapshots"], pruneRows(pruned)),
    ...(explained === undefined ? [] : renderExplanation(explained, explainAll || all)),
    ...renderMails(mails, all),
    ...renderAlarms(rehearsal.alarms, rehearsal.stack),
    ...(edits.length > 0 ? [] : renderFailureRecord(rehearsal.auditRecord)),
    ...renderNearMisses(audit, all),
    "",
    last,
  ].join("\n");
}

function lastLine({ headline, exceptions }: Verdict): string {
  const count = exceptions.length;
  return count === 0
    ? headline
    : `${headline.replace(/[:.]$/, "")}: ${pluralize(count, "exception")}, listed at the top.`;
}
