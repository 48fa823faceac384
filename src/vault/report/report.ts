/** Reports one invocation: the audit log, the log, and a mail for what a person must know and was not told today. */
import { causeOf } from "../aws/errors";
import type { Invocation } from "../aws/tools";
import type { Inventory } from "../inventory/inventory";
import type { ClockState, NotifiedAt } from "../model/clockState";
import type { Problem } from "../model/problem";
import type { Work } from "../model/work";
import { auditInvocation } from "./audit/audit";
import { dryRunNotice } from "./dryRunNotice";
import { groupAlike } from "./grouping";
import { logDecisions, unreportedOf, notify, neverReportedOf, type News } from "./log";
import { reportsOf } from "./runReport";
import { type Summary, summarize } from "./summary";

/** What an invocation did, over what there was. */
export interface Done extends Work {
  inventory: Inventory;
}

/** What the clock said when the invocation began. */
interface Before {
  /** What it carried; absent where it could not be read. */
  state?: ClockState;
  notified: NotifiedAt;
  /** Why it could not be read or set, if so. */
  problems: readonly Problem[];
}

export interface Reported {
  summary: Summary;
  /** What was not told within the last day. */
  unreported: Problem[];
  /** What a person was told, before or now. */
  notified: NotifiedAt;
  /** What nobody was told. */
  neverReported: Problem[];
  /** Up to which completion manifests have been written for good, as an ISO instant. */
  manifestsTo: string | undefined;
}

/** Mails the news. SNS being down must not lose it: the problems stay untold, and the invocation still throws. */
async function sendMail(
  { settings, tools: { clients, log, now }, logGroup: group, startMs }: Invocation,
  news: News,
): Promise<NotifiedAt> {
  const { unreported, notified } = news;
  if (unreported.length === 0) return notified;
  const logs = { group, region: settings.primaryRegion, sinceMs: startMs };
  try {
    return await notify({ clients, settings, logs }, news, now());
  } catch (error) {
    const { code, message: detail } = causeOf(error);
    log.error("mail not sent", { code, detail, topicArn: settings.topicArn });
    return notified;
  }
}

/** Joins what every step has to say: of a plan that was carried out, of the clock, and of a dry run. */
function problemsOf({ settings, trigger }: Invocation, { plan, outcomes }: Done, before: Before): Problem[] {
  const dry = settings.dryRun ? dryRunNotice(trigger, outcomes) : undefined;
  return [...plan.problems, ...before.problems, ...(dry === undefined ? [] : [dry])];
}

/** Reports what an invocation did. Never throws. */
export async function report(invocation: Invocation, done: Done, before: Before): Promise<Reported> {
  const { settings, tools, trigger, startMs, deadlineMs } = invocation;
  const { outcomes, throttled } = done;
  const { log, now } = tools;
  const { deferredReads } = throttled;
  const problems = problemsOf(invocation, done, before);
  const decided = { settings, trigger, ...done, plan: { ...done.plan, problems }, deferredReads, startMs };
  const audited = await auditInvocation(tools.clients.putAudit, decided, before.state, { now, deadlineMs });
  const plan = { ...done.plan, problems: [...problems, ...audited.problems] };
  logDecisions(log, { trigger, plan, outcomes, deferredReads });
  const summary = summarize(settings.vaultId, { trigger, plan, outcomes, deferredReads });
  const reports = reportsOf(summary, done, settings, startMs);
  const unreported = unreportedOf(groupAlike([...summary.problems, ...reports]), before.notified, now());
  const notified = await sendMail(invocation, { summary, unreported, notified: before.notified });
  const neverReported = neverReportedOf(groupAlike(plan.problems), notified);
  return { summary, unreported, notified, neverReported, manifestsTo: audited.manifestsTo };
}
