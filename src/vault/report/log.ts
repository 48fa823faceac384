/** Writes one log line per decision, and sends one mail for what a person must know and was not notified of lately. */
import { publish } from "../aws/sns";
import type { VaultClients } from "../aws/clients";
import { stillNotified } from "../model/memory/notified";
import type { NotifiedAt } from "../model/memory/clockState";
import { composeMail } from "./mail";
import type { LogPlace } from "./links";
import { type Decisions, type Summary, countAlike } from "./summary";
import { type Problem, isNotice, problemKey } from "../model/problem";
import { isoSeconds } from "../lib/time";
import type { Outcome } from "../model/actions";
import type { VaultSettings } from "../model/settings";
import type { VaultLog } from "../aws/tools";

function subjectOf({ action }: Outcome): Record<string, unknown> {
  const { kind, region, reason } = action;
  if (kind === "snapshot") return { region, instanceId: action.instanceId, reason };
  if (kind === "copy") return { region, sourceSnapshotId: action.sourceSnapshotId, reason };
  return { region, snapshotId: action.snapshotId, reason };
}

function logCounts(log: VaultLog, outcomes: readonly Outcome[]): void {
  for (const { outcome, count } of countAlike(outcomes)) {
    const { action, status, detail, code } = outcome;
    log.info(action.kind, { region: action.region, status, count, detail, code });
  }
}

/** Returns a problem's log fields. Its message has another name, because the logger drops a field called `message`. */
export function fieldsOf({ message, ...fields }: Problem): Record<string, unknown> {
  return { ...fields, detail: message };
}

/**
 * Logs what was decided and done. What is kept is logged once per run, because at every follow-up and sweep it would be
 * most of the log's cost.
 */
export function logDecisions(log: VaultLog, { trigger: { kind }, plan, outcomes, deferredReads }: Decisions): void {
  for (const { code, problem } of deferredReads) {
    log.info("read", { status: "deferred", code, detail: problem.message });
  }
  // The run of a dry run names what it leaves. Later follow-ups and sweeps find the same again, so they log only its
  // number.
  const isLeft = ({ notStarted, status }: Outcome) => notStarted === true || (status === "planned" && kind !== "run");
  logCounts(log, outcomes.filter(isLeft));
  for (const outcome of outcomes.filter((one) => !isLeft(one))) {
    const { action, status, detail, code, requestId, snapshotIds } = outcome;
    const fields = { ...subjectOf(outcome), status, detail, code, requestId, snapshotIds };
    if (status === "failed") log.error(action.kind, fields);
    else log.info(action.kind, fields);
  }
  if (kind === "run") for (const kept of plan.kept) log.info("kept", { ...kept });
  for (const problem of plan.problems) {
    if (isNotice(problem)) log.info("notice", fieldsOf(problem));
    else log.error("problem", fieldsOf(problem));
  }
}

/** Returns the problems that were never reported. */
export function neverReportedOf(problems: readonly Problem[], notified: NotifiedAt): Problem[] {
  return problems.filter((problem) => notified[problemKey(problem)] === undefined);
}

/** Returns the problems that were not reported within their repeat interval. */
export function unreportedOf(problems: readonly Problem[], notified: NotifiedAt, nowMs: number): Problem[] {
  return neverReportedOf(problems, stillNotified(notified, nowMs));
}

/** Content of a mail. */
export interface News {
  summary: Summary;
  /** Problems that were not reported within their repeat interval. */
  unreported: readonly Problem[];
  /** Problems that were reported before, with their times. */
  notified: NotifiedAt;
}

/**
 * Sends one mail.
 * @returns the problems that count as reported from now on, with their times
 * @throws the error of SNS, so that no problem counts as reported that was not
 */
export async function notify(
  { clients, settings, logs }: { clients: VaultClients; settings: VaultSettings; logs: LogPlace },
  { summary, unreported, notified }: News,
  nowMs: number,
): Promise<NotifiedAt> {
  const { subject, body } = composeMail(summary, unreported, settings, logs);
  await publish(clients.sns, { topicArn: settings.topicArn, subject, body });
  const when = isoSeconds(nowMs);
  return { ...notified, ...Object.fromEntries(unreported.map((problem) => [problemKey(problem), when])) };
}
