/** report: one log line a decision, the metrics, and one mail for what a person must know and was not told today. */
import { publish } from "../aws/sns";
import type { VaultClients } from "../aws/clients";
import { stillNotified } from "../model/notified";
import type { NotifiedAt } from "../model/clockState";
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

/** A problem's fields. Its message goes by another name, since a line's own `message` is one word: the logger drops it. */
export function fieldsOf({ message, ...fields }: Problem): Record<string, unknown> {
  return { ...fields, detail: message };
}

/** What is kept is said once a run: said by every pass and sweep, it would be most of the log's cost. */
export function logDecisions(log: VaultLog, { trigger: { kind }, plan, outcomes, deferredReads }: Decisions): void {
  for (const { code, problem } of deferredReads) {
    log.info("read", { status: "deferred", code, detail: problem.message });
  }
  // What a dry run leaves is named by its run; the passes and sweeps after it find the same again.
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

/** Returns the problems that nobody was told. */
export function neverReportedOf(problems: readonly Problem[], notified: NotifiedAt): Problem[] {
  return problems.filter((problem) => notified[problemKey(problem)] === undefined);
}

/** Returns the problems that were not told within the last day. */
export function unreportedOf(problems: readonly Problem[], notified: NotifiedAt, nowMs: number): Problem[] {
  return neverReportedOf(problems, stillNotified(notified, nowMs));
}

/** What a mail is made of. */
export interface News {
  summary: Summary;
  /** The problems that nobody was told within the last day. */
  unreported: readonly Problem[];
  /** What was reported before. */
  notified: NotifiedAt;
}

/**
 * Sends one mail.
 * @returns the problems that count as reported from now on, with their times
 * @throws what SNS throws, so that no problem counts as reported that was not
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
