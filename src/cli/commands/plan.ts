/** `vault plan`: what the next run would create, copy and delete, and what would stop it. It only reads. */
import { makeClients } from "../../vault/aws/clients";
import { takeInventory } from "../../vault/inventory/inventory";
import { nextFireMs, rateMs } from "../../vault/lib/schedule";
import { pluralize } from "../../vault/lib/text";
import { isoSeconds, parseIso, wholeSecondMs } from "../../vault/lib/time";
import type { DeleteAction } from "../../vault/model/actions";
import { type Problem, uniqueByKey } from "../../vault/model/problem";
import type { VaultSettings } from "../../vault/model/settings";
import type { World } from "../../vault/model/world";
import { lookAround } from "../../vault/looking";
import { type Round, onceCompleted, planAhead } from "../plan/ahead";
import { type Checked, checkDeletions } from "../reading/checks";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";
import { FORGOTTEN, type Memory, readMemory } from "../reading/memory";
import { type PlanItem, itemsOf } from "../plan/items";
import { renderPlan } from "../print/planPage";
import { findVault } from "../reading/reading";
import { exceptionOf } from "../status/findings";
import { parseTime, readAs } from "../times";
import { approving, waitingIn } from "../status/waiting";

/** Returns when the schedule fires next. A rate counts from its last slot, which only the timer or the snapshots show. */
function nextRunMs({ schedule, timezone }: VaultSettings, { state }: Memory, nowMs: number): number {
  const lastMs = parseIso(state?.slot ?? state?.done ?? "");
  const startMs = rateMs(schedule) === undefined ? nowMs : (lastMs ?? nowMs);
  return nextFireMs(schedule, timezone, nowMs, startMs) ?? nowMs;
}

interface Ahead {
  rounds: Round[];
  checked: Checked;
  notes: string[];
}

/** Looks as the function will, at the time of the run, and plans it with its follow-ups. */
async function lookAhead(settings: VaultSettings, memory: Memory, atMs: number, nowMs: number): Promise<Ahead> {
  const clients = makeClients(settings);
  const slot = isoSeconds(atMs);
  const trigger = { kind: "run", slot, runId: "vault-plan" } as const;
  const recall = { isRead: memory.state !== undefined, isLost: false, hold: () => Promise.resolve() };
  const looking = { settings, clients, trigger, now: () => atMs };
  const seen = await lookAround(looking, { ...recall, ...(memory.state && { state: memory.state }) });
  const { changes, ...forgetful } = seen.world;
  const known: World = memory.state === undefined ? forgetful : { ...forgetful, ...(changes && { changes }) };
  const { world, pending } = atMs > nowMs ? onceCompleted(known) : { world: known, pending: 0 };
  const rounds = planAhead({ world, settings, slotTask: seen.slotTask, runId: trigger.runId, nowMs: atMs });
  const deletes = rounds.flatMap(({ plan }) =>
    plan.actions.filter((one): one is DeleteAction => one.kind === "delete"),
  );
  const real = new Set(
    [...(known.snapshots ?? []), ...Object.values(known.copies).flat()].map((one) => one.snapshotId),
  );
  const there = deletes.filter(({ snapshotId }) => real.has(snapshotId));
  const checked = await checkDeletions(there, takeInventory(known, settings), { clients, settings, nowMs: atMs });
  const notes = [
    ...(memory.why === undefined ? [] : [`${FORGOTTEN}: ${memory.why}. Some of these deletions may wait.`]),
    ...(pending === 0 ? [] : [`${pluralize(pending, "pending snapshot")} counted as completed by then`]),
    ...(settings.dryRun ? ["dryRun is on: the function writes nothing to EC2"] : []),
    ...checked.notes,
  ];
  return { rounds, checked, notes };
}

const COUNTED = ["create", "copy", "lock", "delete", "wait", "keep"] as const;

/** Counts what is done: snapshots, as EC2 counts them. */
function countsOf(items: readonly PlanItem[]): Record<PlanItem["action"], number> {
  const count = (action: PlanItem["action"]) =>
    items.filter((one) => one.action === action).reduce((sum, { volumeIds }) => sum + volumeIds.length, 0);
  return Object.fromEntries(COUNTED.map((action) => [action, count(action)])) as Record<PlanItem["action"], number>;
}

/** Returns what is reported: by the run, and of the deletions that its follow-ups find. */
function reported(rounds: readonly Round[], checked: Checked): Problem[] {
  const later = rounds.slice(1).flatMap(({ plan }) => plan.problems);
  const limit = later.filter(({ kind }) => kind === "delete-limit-exceeded" || kind === "deletions-announced");
  return uniqueByKey([...(rounds[0]?.plan.problems ?? []), ...limit, ...checked.problems]);
}

/** Says what the counts come to. */
function sentence(counts: Record<PlanItem["action"], number>): string {
  const { create, copy, lock, delete: gone, wait, keep } = counts;
  const extra = [
    ...(lock > 0 ? [`lock ${lock}`] : []),
    ...(wait > 0 ? [`let ${wait} wait`] : []),
    ...(keep > 0 ? [`keep ${keep} that something holds`] : []),
  ];
  const all = [`create ${pluralize(create, "snapshot")}`, `copy ${copy}`, `delete ${gone}`, ...extra];
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}`;
}

/**
 * Shows what a run would do.
 * @param at when it would be; absent: when the schedule fires next
 */
export async function plan(context: Context, { at }: { at?: string }): Promise<Answer> {
  const { nowMs, region } = context;
  const askedMs = at === undefined ? undefined : parseTime(at, nowMs);
  const { vaultId, settings, notes } = await findVault(context);
  if (settings === undefined) {
    const hint = "The plan follows the deployed settings, and only the function knows these.";
    throw cliError(EXIT.failed, "NoSettings", notes.join("; "), hint);
  }
  const memory = await readMemory(makeClients(settings), settings, nowMs);
  const atMs = wholeSecondMs(askedMs ?? nextRunMs(settings, memory, nowMs));
  const ahead = await lookAhead(settings, memory, atMs, nowMs);
  const { rounds, checked } = ahead;
  const last = rounds.at(-1);
  const waiting = last === undefined ? [] : waitingIn(last.plan);
  const items = itemsOf(rounds, checked, waiting);
  const counts = countsOf(items);
  const problems = reported(rounds, checked);
  const stopped = waiting.filter(({ because }) => because === "limit");
  const when = at === undefined ? `the next run, ${isoSeconds(atMs)},` : `a run at ${readAs(at, atMs)}`;
  return {
    exitCode: stopped.length > 0 ? EXIT.unwell : EXIT.done,
    heading: `${vaultId}: ${when} would ${sentence(counts)}. Times are UTC.`,
    body: (look) => renderPlan(items, problems, look),
    data: {
      vaultId,
      runAt: isoSeconds(atMs),
      isLimitExceeded: stopped.length > 0,
      counts,
      items,
      waiting,
      problems: problems.map(exceptionOf),
    },
    notes: [...notes, ...ahead.notes],
    next: [
      ...waiting.map((one) => [approving(one), `approve deletion plan ${one.hash}`] as const),
      [`vault status --region ${region}`, "is everything recent enough?"],
    ],
  };
}
