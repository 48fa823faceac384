/** Reports one invocation: the audit log, the log, and a mail for what a person must know and was not told today. */
import { causeOf } from "../aws/errors";
import type { Invocation } from "../aws/tools";
import type { Inventory } from "../inventory/inventory";
import type { ClockState, Told } from "../model/clockState";
import type { Problem } from "../model/problem";
import type { Work } from "../model/work";
import { auditInvocation } from "./audit/audit";
import { dryRunNotice } from "./dryRunNotice";
import { groupAlike } from "./grouping";
import { logDecisions, unreported, notify, untoldOf } from "./log";
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
  told: Told;
  /** Why it could not be read or set, if so. */
  problems: readonly Problem[];
}

export interface Reported {
  summary: Summary;
  /** What was not told within the last day. */
  news: Problem[];
  /** What a person was told, before or now. */
  told: Told;
  /** What nobody was told. */
  untold: Problem[];
  /** Up to which completion manifests have been written for good, as an ISO instant. */
  manifestsTo: string | undefined;
}

/** Mails the news. SNS being down must not lose it: the problems stay untold, and the invocation still throws. */
async function tellNews(
  { settings, tools: { clients, log, now }, logGroup: group, startMs }: Invocation,
  summary: Summary,
  news: readonly Problem[],
  told: Told,
): Promise<Told> {
  if (news.length === 0) return told;
  const logs = { group, region: settings.primaryRegion, sinceMs: startMs };
  try {
    return await notify(clients, settings, summary, news, told, logs, now());
  } catch (error) {
    const { code, message: detail } = causeOf(error);
    log.error("mail not sent", { code, detail, topicArn: settings.topicArn });
    return told;
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
  logDecisions(log, trigger, plan, outcomes, deferredReads);
  const summary = summarize(settings.vaultId, trigger, plan, outcomes, deferredReads);
  const reports = reportsOf(summary, done, settings, startMs);
  const news = unreported(groupAlike([...summary.problems, ...reports]), before.told, now());
  const told = await tellNews(invocation, summary, news, before.told);
  const untold = untoldOf(groupAlike(plan.problems), told);
  return { summary, news, told, untold, manifestsTo: audited.manifestsTo };
}
