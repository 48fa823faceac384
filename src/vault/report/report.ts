/**
 * Reports one invocation: manifests, the audit log, the log, and a mail for what a person must know and was not notified of
 * lately.
 */
import { causeOf } from "../aws/errors";
import type { Invocation } from "../aws/tools";
import type { Inventory } from "../inventory/inventory";
import type { ClockState, ManifestsTo, NotifiedAt } from "../model/memory/clockState";
import type { Problem } from "../model/problem";
import type { Work } from "../model/work";
import { auditInvocation } from "./audit/audit";
import { writeManifests } from "./manifests/write";
import { dryRunNotice } from "./dryRunNotice";
import { groupAlike } from "./grouping";
import { memoryNotice } from "./memoryNotice";
import { logDecisions, unreportedOf, notify, neverReportedOf, type News } from "./log";
import { reportsOf } from "./runReport";
import { type Summary, summarize } from "./summary";

/** Work of an invocation, with the inventory that it started from. */
export interface Done extends Work {
  inventory: Inventory;
}

/** The follow-up timer as it was when the invocation started. */
interface Before {
  /** Its payload; absent if it could not be read. */
  state?: ClockState;
  notified: NotifiedAt;
  /** Problems of reading or setting it. */
  problems: readonly Problem[];
}

export interface Reported {
  summary: Summary;
  /** Problems that were not reported within their repeat interval. */
  unreported: Problem[];
  /** Problems that were reported, before or now, with their times. */
  notified: NotifiedAt;
  /** Problems that were never reported. */
  neverReported: Problem[];
  /** Completion time up to which all manifests have been written, by DR region. */
  manifestsTo: ManifestsTo | undefined;
}

/**
 * Mails the unreported problems. If SNS is down they are not lost, because they remain unreported and the invocation
 * still throws.
 */
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

/** Joins the problems of the plan that was applied, of the timer, of a dry run, and of the function itself. */
function problemsOf({ settings, trigger, tools }: Invocation, { plan, outcomes }: Done, before: Before): Problem[] {
  const dry = settings.dryRun ? dryRunNotice(trigger, outcomes) : undefined;
  const notices = [dry, memoryNotice(tools.memory?.())].filter((one) => one !== undefined);
  return [...plan.problems, ...before.problems, ...notices];
}

/** Reports what an invocation did. Never throws. */
export async function report(invocation: Invocation, done: Done, before: Before): Promise<Reported> {
  const { settings, tools, trigger, startMs } = invocation;
  const { outcomes, throttled } = done;
  const { log, now } = tools;
  const { deferredReads } = throttled;
  const written = await writeManifests(invocation, done, before.state);
  const problems = [...problemsOf(invocation, done, before), ...written.problems];
  const decided = { settings, trigger, ...done, plan: { ...done.plan, problems }, deferredReads, startMs };
  const unrecorded = await auditInvocation(tools.clients.putAudit, decided);
  const plan = { ...done.plan, problems: [...problems, ...unrecorded] };
  logDecisions(log, { trigger, plan, outcomes, deferredReads });
  const summary = summarize(settings.vaultId, { trigger, plan, outcomes, deferredReads });
  const reports = reportsOf(summary, done, settings, startMs);
  const unreported = unreportedOf(groupAlike([...summary.problems, ...reports]), before.notified, now());
  const notified = await sendMail(invocation, { summary, unreported, notified: before.notified });
  const neverReported = neverReportedOf(groupAlike(plan.problems), notified);
  return { summary, unreported, notified, neverReported, manifestsTo: written.manifestsTo };
}
