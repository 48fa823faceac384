/**
 * Runs one invocation of the function, first to last. No event carries work: every invocation looks at the world, and
 * the next one sees again what is left to do.
 */
import type { Invocation, VaultTools } from "./aws/tools";
import { leaveClock } from "./clock/clock";
import { type StillPending, glance } from "./clock/glance";
import { isStale } from "./clock/hint";
import { nextFollowUp } from "./clock/nextFollowUp";
import { type OpenClock, openClock } from "./clock/open";
import { takeInventory } from "./inventory/inventory";
import { vaultError } from "./lib/errors";
import { MINUTE_MS, isoSeconds } from "./lib/time";
import { type Problem, isFailure } from "./model/problem";
import type { VaultSettings } from "./model/settings";
import { parseEvent } from "./observe/event";
import { reconcile } from "./reconcile";
import { fieldsOf } from "./report/log";
import { measure } from "./report/metrics";
import { report } from "./report/report";
import { type Summary, summarize } from "./report/summary";

/** Time kept free at the end of an invocation for the follow-up timer, the metrics and the mail. */
const REPORT_RESERVE_MS = MINUTE_MS;

/** Part of Lambda's context that the function uses. */
export interface LambdaContext {
  awsRequestId: string;
  invokedFunctionArn: string;
  logGroupName: string;
  getRemainingTimeInMillis(): number;
}

/** Result for the caller of a synchronous invocation. */
export interface InvocationResult extends Summary {
  /** Time of the next follow-up, if anything is under way. */
  nextFollowUp?: string;
}

function begin(settings: VaultSettings, tools: VaultTools, event: unknown, context: LambdaContext): Invocation {
  const startMs = tools.now();
  const endMs = startMs + context.getRemainingTimeInMillis();
  return {
    settings,
    tools,
    trigger: parseEvent(event, startMs, context.awsRequestId),
    functionArn: context.invokedFunctionArn,
    logGroup: context.logGroupName,
    startMs,
    deadlineMs: endMs - REPORT_RESERVE_MS,
    takeoverMs: endMs + MINUTE_MS,
  };
}

/** Ends an invocation that has nothing to do, and reports only that it ran. */
function endIdle(
  { settings, tools: { log, emit, now }, trigger, startMs }: Invocation,
  status: "pending" | "stale",
  atMs?: number,
): InvocationResult {
  const world = { copies: {}, problems: [], throttled: [] };
  const plan = { actions: [], kept: [], problems: [], pending: [], slotSettled: true };
  const summary = summarize(settings.vaultId, { trigger, plan, outcomes: [], deferredReads: [] });
  const inventory = takeInventory(world, settings);
  measure({ settings, summary, world, inventory, outcomes: [], startMs, nowMs: now() }).forEach(emit);
  const next = { nextFollowUp: atMs === undefined ? undefined : isoSeconds(atMs) };
  log.info("finished", { status, ...next });
  return { ...summary, ...next };
}

/** Sets the timer again after a follow-up that has found nothing changed. */
async function waitOn(invocation: Invocation, clock: OpenClock, { atMs, state }: StillPending) {
  const unset = (await clock.set(atMs, state)).problem;
  if (unset !== undefined) invocation.tools.log.error("problem", fieldsOf(unset));
  return endIdle(invocation, "pending", atMs);
}

/**
 * Runs one invocation.
 * @throws `BackupFailed` for a failure that was not reported within the last day, so that Lambda counts an error and
 * the alarm fires. Notices, deferred work, and problems reported within the last day do not throw.
 */
export async function invoke(
  settings: VaultSettings,
  tools: VaultTools,
  event: unknown,
  context: LambdaContext,
): Promise<InvocationResult> {
  const invocation = begin(settings, tools, event, context);
  const { trigger, startMs } = invocation;
  const { log, emit, now } = tools;
  log.info("invoked", { ...trigger, vaultId: settings.vaultId });

  const clock = await openClock(invocation, event);
  if (isStale(trigger, clock)) return endIdle(invocation, "stale");
  const pending = await glance(invocation, clock);
  if (pending !== undefined) return waitOn(invocation, clock, pending);
  const work = await reconcile(invocation, clock);
  const { summary, unreported, ...reported } = await report(invocation, work, clock);

  const left = { ...work, throttledSince: work.throttled.since, regions: work.inventory.regions };
  const { atMs, ...how } = nextFollowUp(left, now());
  const isNews = unreported.length > 0 || trigger.kind !== "sweep";
  const late = await leaveClock(invocation, clock, work, { ...reported, atMs, ...how, isNews });
  if (late !== undefined) log.error("problem", fieldsOf(late));
  measure({ ...work, orphans: work.plan.orphans, settings: settings, summary, startMs, nowMs: now() }).forEach(emit);
  const next = { nextFollowUp: atMs === undefined ? undefined : isoSeconds(atMs) };
  log.info("finished", { status: summary.status, ...summary.counts, ...next });
  const failures = unreported.filter(isFailure);
  if (failures.length > 0) throw vaultError("BackupFailed", failureMessage(summary, failures));
  return { ...summary, ...next };
}

function failureMessage({ status, vaultId }: Summary, unreported: readonly Problem[]): string {
  const [first] = unreported;
  const more = unreported.length > 1 ? ` (and ${unreported.length - 1} more)` : "";
  return `${vaultId}: ${status}: ${first?.message ?? ""}${more}`;
}
