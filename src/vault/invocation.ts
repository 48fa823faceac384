/**
 * The function: observe → plan → apply → report. No event carries work: every invocation looks at the world, and what
 * it could not do is seen again by the next one.
 */
import { nextWakeMs } from "./clock/nextWake";
import { findClock, leaveClock } from "./clock/clock";
import type { ClockState, Told } from "./model/clockState";
import { clockWriter } from "./clock/clockWriter";
import { dryRunNotice } from "./apply/dryRun";
import { causeOf } from "./aws/errors";
import { vaultError } from "./lib/errors";
import type { LogPlace } from "./report/links";
import { gathered } from "./report/grouping";
import { measure } from "./report/metrics";
import { fieldsOf, logDecisions, newsOf, tell, untoldOf } from "./report/log";
import { reportsOf } from "./report/runReport";
import { givenUpFor, isOvertaken } from "./clock/slots";
import { type Summary, summarize } from "./report/summary";
import { MINUTE_MS, isoSeconds } from "./lib/time";
import type { Problem } from "./model/problem";
import type { Serving, Wake } from "./model/trigger";
import type { VaultSettings } from "./model/settings";
import { parseWake } from "./observe/event";
import type { VaultTools } from "./aws/tools";
import { type Reconciled, observePlanApply } from "./reconcile";
import { auditInvocation } from "./report/audit/audit";

/** Kept free at the end of an invocation for the clock, the metrics and the mail. */
const REPORT_RESERVE_MS = MINUTE_MS;

/** What the function uses of Lambda's context. */
export interface LambdaContext {
  awsRequestId: string;
  invokedFunctionArn: string;
  logGroupName: string;
  getRemainingTimeInMillis(): number;
}

/** What the caller of a synchronous invocation gets. */
export interface InvocationResult extends Summary {
  /** When the clock is set to, if anything is under way. */
  nextWake?: string;
}

/** Mails the news. SNS being down must not lose it: the problems stay untold, and the invocation still throws. */
async function tellNews(
  settings: VaultSettings,
  { clients, log, now }: VaultTools,
  summary: Summary,
  news: readonly Problem[],
  told: Told,
  logs: LogPlace,
): Promise<Told> {
  if (news.length === 0) return told;
  try {
    return await tell(clients, settings, summary, news, told, logs, now());
  } catch (error) {
    const { code, message: detail } = causeOf(error);
    log.error("mail not sent", { code, detail, topicArn: settings.topicArn });
    return told;
  }
}

/** What the clock carries while a run is at work: its slot, unless it is an old one. */
function takenOver(wake: Wake, clock: ClockState | undefined): ClockState {
  const overtaken = wake.slot !== undefined && isOvertaken(wake.slot, clock);
  const slot = overtaken ? clock?.slot : wake.slot;
  const givenUp = slot === undefined ? undefined : givenUpFor(slot, clock);
  return { ...clock, slot, givenUp, told: clock?.told ?? {} };
}

/**
 * One invocation.
 * @throws `BackupFailed` where a problem was told now, so that Lambda counts an error and the alarm fires. A problem
 * that was told within the last day, a notice, and work that was only put off do not throw.
 */
export async function invoke(
  settings: VaultSettings,
  tools: VaultTools,
  event: unknown,
  context: LambdaContext,
): Promise<InvocationResult> {
  const { log, emit, now } = tools;
  const startMs = now();
  const endMs = startMs + context.getRemainingTimeInMillis();
  const wake = parseWake(event, startMs, context.awsRequestId);
  log.info("woken", { ...wake, vaultId: settings.vaultId });
  const found = await findClock(settings, tools, wake, event);
  const { state: clock, isRead } = found;
  const wakeMs = endMs + MINUTE_MS;
  const { set, sayAhead } = clockWriter(settings, tools, context.invokedFunctionArn, found, wakeMs);

  // A run that is killed from here on is found by a pass that still knows the slot.
  const before = takenOver(wake, clock);
  const guard = wake.kind === "run" && isRead ? (await set(wakeMs, before)).problem : undefined;

  // Nor is a slot lost that a sweep takes up again: what failed in it may be pruned before the next looks.
  const hold = async ({ slot: taken, mode, overtakes }: Serving) => {
    const carried = wake.kind === "run" ? before.slot : clock?.slot;
    if (!isRead || mode !== "open" || taken === carried) return;
    await set(wakeMs, { ...before, slot: taken, givenUp: overtakes });
  };

  const deadlineMs = endMs - REPORT_RESERVE_MS;
  const work = await observePlanApply(settings, tools, wake, found, deadlineMs, { hold, sayAhead });
  const { world, inventory, plan, outcomes, throttled } = work;
  for (const one of [found.problem, guard]) if (one !== undefined) plan.problems.push(one);
  const dry = settings.dryRun ? dryRunNotice(wake, outcomes) : undefined;
  if (dry !== undefined) plan.problems.push(dry);
  const manifestsTo = await auditWork(settings, tools, wake, clock, work, startMs, deadlineMs);
  logDecisions(log, wake, plan, outcomes, throttled.putOff);
  const summary = summarize(settings.vaultId, wake, plan, outcomes, throttled.putOff);
  const reports = reportsOf(summary, work, settings, startMs);
  const news = newsOf(gathered([...summary.problems, ...reports]), before.told, now());
  const logs = { group: context.logGroupName, region: settings.primaryRegion, sinceMs: startMs };
  const told = await tellNews(settings, tools, summary, news, before.told, logs);

  const atMs = nextWakeMs(plan, outcomes, throttled.since, now());
  const isNews = news.length > 0 || wake.kind !== "sweep";
  const untold = untoldOf(gathered(plan.problems), told);
  const late = await leaveClock(settings, tools, found, work, { atMs, told, untold, isNews, manifestsTo }, set);
  if (late !== undefined) log.error("problem", fieldsOf(late));
  const { orphans } = plan;
  measure({ policy: settings, summary, world, inventory, outcomes, orphans, startMs, nowMs: now() }).forEach(emit);
  const nextWake = atMs === undefined ? undefined : isoSeconds(atMs);
  log.info("finished", { status: summary.status, ...summary.counts, nextWake });
  const failures = news.filter((problem) => !problem.notice);
  if (failures.length > 0) throw vaultError("BackupFailed", failureMessage(summary, failures));
  return { ...summary, nextWake };
}

function failureMessage({ status, vaultId }: Summary, news: readonly Problem[]): string {
  const [first] = news;
  const more = news.length > 1 ? ` (and ${news.length - 1} more)` : "";
  return `${vaultId}: ${status}: ${first?.message ?? ""}${more}`;
}

/** Writes the audit log; what could not be written is added to the plan's problems, and told with them. */
async function auditWork(
  settings: VaultSettings,
  { clients, now }: VaultTools,
  wake: Wake,
  clock: ClockState | undefined,
  work: Reconciled,
  startMs: number,
  deadlineMs: number,
): Promise<string | undefined> {
  const decided = { settings, wake, ...work, putOff: work.throttled.putOff, startMs };
  const audited = await auditInvocation(clients.putAudit, decided, clock, { now, deadlineMs });
  work.plan.problems.push(...audited.problems);
  return audited.manifestsTo;
}
