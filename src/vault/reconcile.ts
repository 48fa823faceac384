/** The work of one invocation: observe → plan → apply, and its audit record. */
import { auditInvocation } from "./report/audit/audit";
import { carryOut } from "./apply/apply";
import type { VaultClients } from "./aws/clients";
import type { FoundClock } from "./clock/clock";
import type { ClockState } from "./model/clockState";
import type { ClockWriter } from "./clock/clockWriter";
import { isOwn } from "./inventory/sameSlot";
import { remember } from "./changes/changeMemory";
import { observeLeft } from "./observe/leftLook";
import { sourceRegions } from "./changes/leftRegions";
import { missedRun } from "./plan/missedRun";
import { isMadeForDr } from "./retention/verdict";
import { observe, observeDropouts, observeInstances } from "./observe/observe";
import { planVault } from "./plan/plan";
import { NO_POINTS } from "./missing/pointMemory";
import type { EmitMetric, VaultLog } from "./report/log";
import { slotToServe } from "./clock/slots";
import { looksForStrangers, observeStrangers } from "./observe/strangers";
import { type Judged, judgeThrottled } from "./clock/throttling";
import type { Kept, Outcome, Plan } from "./model/actions";
import type { CoreSettings, VaultSettings } from "./model/settings";
import type { World } from "./model/world";
import type { Serving, Wake } from "./model/trigger";

export interface VaultTools {
  clients: VaultClients;
  log: VaultLog;
  emit: EmitMetric;
  now: () => number;
}

export interface Work {
  world: World;
  plan: Plan;
  outcomes: Outcome[];
  withheld: Kept[];
  serving?: Serving;
  /** Whether the served slot lacks nothing any more, or is closed. */
  settled: boolean;
  /** Whether it deleted anything, or tried to. */
  isDeleting: boolean;
  throttled: Judged;
}

/** Returns what is remembered of before; nothing where it is not known whether there is anything to remember. */
export function recalled(
  clock: ClockState | undefined,
  { snapshots, copies }: World,
  settings: CoreSettings,
  nowMs: number,
): World["changes"] {
  if (snapshots === undefined) return undefined;
  const slots = [...snapshots, ...Object.values(copies).flat()].map(({ identity }) => identity.slot);
  const oldest = slots.reduce<string | undefined>((a, b) => (a !== undefined && a < b ? a : b), undefined);
  const isAllSeen = settings.dr.every(({ region }) => copies[region] !== undefined);
  const madeIn = snapshots.some(isMadeForDr) ? sourceRegions(snapshots) : [];
  const oldestSlot = isAllSeen ? oldest : (oldest ?? "");
  return remember({ memory: clock?.changes, oldestSlot, madeIn }, settings, nowMs);
}

/** What is said to the clock before it is done. */
export interface Ahead {
  /** The slot that is served. */
  hold: (serving: Serving) => Promise<void>;
  /** What is deleted; `false` where nothing may be, since the clock could not be set. */
  sayAhead: ClockWriter["sayAhead"];
}

export async function observePlanApply(
  settings: VaultSettings,
  { clients, now }: VaultTools,
  wake: Wake,
  { state: clock, isLost, isRead }: FoundClock,
  deadlineMs: number,
  { hold, sayAhead }: Ahead,
): Promise<Work> {
  const seen = await observe(clients, settings);
  const own = seen.snapshots?.filter(isOwn);
  const serving = slotToServe(wake, clock ?? (isLost ? "lost" : undefined), own, settings, now());
  if (serving !== undefined) await hold(serving);
  let fleet = seen;
  if (serving !== undefined) {
    const instances = await observeInstances(clients, settings, seen);
    const look = { own: own ?? [], slot: serving.slot, done: clock?.done, nowMs: now() };
    fleet = await observeDropouts(clients, settings, instances, look);
  }
  const looks = looksForStrangers(wake, clock, now());
  const looked = looks ? await observeStrangers(clients, settings, fleet) : fleet;
  const remembered = {
    ...looked,
    changes: isRead ? recalled(clock, looked, settings, now()) : ("unread" as const),
    ...(isRead && { points: clock?.points ?? NO_POINTS }),
  };
  const world = looks ? await observeLeft(clients, settings, remembered) : remembered;
  const planned = planVault(world, settings, serving, wake.runId, now());
  let isDeleting = false;
  const mayDelete = () => {
    isDeleting = true;
    return sayAhead(planned.points);
  };
  const carried = await carryOut(clients, planned, world, settings, { now, deadlineMs, mayDelete });
  const { plan, outcomes, withheld } = carried;
  const throttled = judgeThrottled([...world.throttled, ...carried.throttled], clock, now());
  plan.problems.push(...throttled.problems, ...missedRun(serving, settings));
  const open = outcomes.some(
    ({ action, status }) => action.kind === "snapshot" && ["deferred", "failed"].includes(status),
  );
  return {
    world,
    plan,
    outcomes,
    withheld,
    serving,
    settled: plan.slotSettled && !open,
    isDeleting,
    throttled,
  };
}

/** Writes the audit log; what could not be written is added to the plan's problems, and told with them. */
export async function auditWork(
  settings: VaultSettings,
  { clients, now }: VaultTools,
  wake: Wake,
  clock: ClockState | undefined,
  work: Work,
  startMs: number,
  deadlineMs: number,
): Promise<string | undefined> {
  const decided = { settings, wake, ...work, putOff: work.throttled.putOff, startMs };
  const audited = await auditInvocation(clients.putAudit, decided, clock, { now, deadlineMs });
  work.plan.problems.push(...audited.problems);
  return audited.manifestsTo;
}
