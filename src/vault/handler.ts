/**
 * The function: observe → plan → apply → report. No event carries work: every invocation looks at the world, and what
 * it could not do is seen again by the next one.
 */
import type { VaultClients } from "./clients";
import { type Told, nextWakeMs, readClock, setClock } from "./clock";
import { apply } from "./apply";
import { causeOf, vaultError } from "./errors";
import { observe } from "./observe";
import { planVault } from "./plan";
import {
  type CountMetric,
  type VaultLog,
  countMetrics,
  logDecisions,
  newsOf,
  tell,
} from "./report";
import { type Summary, summarize } from "./summary";
import { MINUTE_MS, isoSeconds } from "./time";
import type { Outcome, Plan, Problem, VaultSettings, World } from "./types";
import { parseWake } from "./wake";

/** Kept free at the end of an invocation for the clock, the metrics and the mail. */
const REPORT_RESERVE_MS = MINUTE_MS;

/** What the function uses of Lambda's context. */
export interface LambdaContext {
  awsRequestId: string;
  invokedFunctionArn: string;
  logGroupName: string;
  getRemainingTimeInMillis(): number;
}

export interface VaultTools {
  clients: VaultClients;
  log: VaultLog;
  count: CountMetric;
  now: () => number;
}

/** What the caller of a synchronous invocation gets. */
export interface InvocationResult extends Summary {
  /** When the clock is set to, if anything is under way. */
  nextWake?: string;
}

/**
 * The slot stays open while a snapshot of it was put off, failed, or could not be seen to be missing; the clock then
 * carries it, and the next pass or sweep goes on with it.
 */
function openSlot(
  slot: string | undefined,
  world: World,
  outcomes: readonly Outcome[],
): string | undefined {
  const blind = world.instances === undefined || world.snapshots === undefined;
  const open = outcomes.some(
    ({ action, status }) => action.kind === "snapshot" && ["deferred", "failed"].includes(status),
  );
  return blind || open ? slot : undefined;
}

function clockProblem(error: unknown): Problem {
  const { code, message } = causeOf(error);
  return {
    kind: "clock-not-set",
    subject: "clock",
    message: `the alarm clock could not be set: ${code}: ${message}`,
    hint: "The hourly sweep does its work meanwhile. Run `pulumi up` if the schedule was deleted.",
  };
}

/** Sets the clock; a failure is a problem to tell, never a reason to stop. */
async function wakeAt(
  settings: VaultSettings,
  { clients, now }: VaultTools,
  functionArn: string,
  atMs: number | undefined,
  slot: string | undefined,
  told: Told,
): Promise<Problem | undefined> {
  try {
    const input = { kind: "pass" as const, slot, told };
    await setClock(clients.scheduler, settings, functionArn, atMs, input, now());
    return undefined;
  } catch (error) {
    return clockProblem(error);
  }
}

async function observePlanApply(
  settings: VaultSettings,
  { clients, now }: VaultTools,
  wake: ReturnType<typeof parseWake>,
  deadlineMs: number,
): Promise<{ world: World; plan: Plan; outcomes: Outcome[] }> {
  const world = await observe(clients, settings, wake);
  const plan = planVault(world, settings, wake, now());
  const outcomes = await apply(clients, plan.actions, settings, { now, deadlineMs });
  return { world, plan, outcomes };
}

/** Mails the news. SNS being down must not lose it: the problems stay untold, and the invocation still throws. */
async function tellNews(
  settings: VaultSettings,
  { clients, log, now }: VaultTools,
  summary: Summary,
  news: readonly Problem[],
  told: Told,
  logGroupName: string,
): Promise<Told> {
  if (news.length === 0) return told;
  const logs = `CloudWatch log group ${logGroupName} in ${settings.primaryRegion}`;
  try {
    return await tell(clients, settings, summary, news, told, logs, now());
  } catch (error) {
    log.error("mail not sent", { ...causeOf(error), topicArn: settings.topicArn });
    return told;
  }
}

/**
 * One invocation.
 * @throws `BackupFailed` where a problem was told now, so that Lambda counts an error and the alarm fires. A problem
 * that was told within the last day, and work that was only put off, do not throw again.
 */
export async function invoke(
  settings: VaultSettings,
  tools: VaultTools,
  event: unknown,
  context: LambdaContext,
): Promise<InvocationResult> {
  const { clients, log, count, now } = tools;
  const startMs = now();
  const endMs = startMs + context.getRemainingTimeInMillis();
  const woken = parseWake(event, startMs, context.awsRequestId);
  const clock = await readClock(clients.scheduler, settings, startMs);
  // A sweep goes on with the slot that the clock says is still open.
  const wake = { ...woken, slot: woken.slot ?? clock.slot };
  const set = (atMs: number | undefined, slot: string | undefined, told: Told) =>
    wakeAt(settings, tools, context.invokedFunctionArn, atMs, slot, told);
  log.info("woken", { ...wake, vaultId: settings.vaultId });

  // A run that is killed from here on is found by a pass that still knows the slot.
  const isRun = wake.kind === "run";
  const guard = isRun ? await set(endMs + MINUTE_MS, wake.slot, clock.told) : undefined;

  const deadlineMs = endMs - REPORT_RESERVE_MS;
  const { world, plan, outcomes } = await observePlanApply(settings, tools, wake, deadlineMs);
  if (guard !== undefined) plan.problems.push(guard);
  logDecisions(log, wake, plan, outcomes);
  const summary = summarize(settings.vaultId, wake, plan, outcomes);
  const news = newsOf(summary.problems, clock.told, now());
  const told = await tellNews(settings, tools, summary, news, clock.told, context.logGroupName);

  const atMs = nextWakeMs(plan, outcomes, now());
  // A sweep that carries a slot closes it, so that no later one takes snapshots for it.
  if (atMs !== undefined || news.length > 0 || wake.kind !== "sweep" || wake.slot !== undefined) {
    const late = await set(atMs, openSlot(wake.slot, world, outcomes), told);
    if (late !== undefined) log.error("problem", { ...late });
  }
  countMetrics(count, summary);
  const nextWake = atMs === undefined ? undefined : isoSeconds(atMs);
  log.info("finished", { status: summary.status, ...summary.counts, nextWake });
  if (news.length > 0) throw vaultError("BackupFailed", failureMessage(summary, news));
  return { ...summary, nextWake };
}

function failureMessage({ status, vaultId }: Summary, news: readonly Problem[]): string {
  const [first] = news;
  const more = news.length > 1 ? ` (and ${news.length - 1} more)` : "";
  return `${vaultId}: ${status}: ${first?.message ?? ""}${more}`;
}
