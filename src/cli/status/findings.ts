/** What is wrong with a vault: by its tags, by the planner, and by the function's checks. */
import { makeClients } from "../../vault/aws/clients";
import { recalled } from "../../vault/changes/recalled";
import { backupTagOf } from "../../vault/inventory/backupTag";
import { takeInventory } from "../../vault/inventory/inventory";
import { pluralize } from "../../vault/lib/text";
import { missingProblems } from "../../vault/missing/missingWords";
import type { DeleteAction, Plan } from "../../vault/model/actions";
import { NO_POINTS } from "../../vault/model/memory/pointMemory";
import { isFailure, type Problem } from "../../vault/model/problem";
import type { VaultSettings } from "../../vault/model/settings";
import type { World } from "../../vault/model/world";
import { planVault } from "../../vault/plan/plan";
import type { AnyInstance } from "../reading/aws";
import { checkDeletions } from "../reading/checks";
import type { Exception } from "./freshness";
import type { Memory } from "../reading/memory";
import { approving, waitingIn, type WaitingDeletions } from "./waiting";

/** Returns instances whose backup tag misses what the vault backs up. */
export function nearMisses(all: readonly AnyInstance[], settings: VaultSettings): Exception[] {
  return all.flatMap(({ instanceId, tags }): Exception[] => {
    const { is, now, meant } = backupTagOf(tags, settings);
    if (is !== "missed") return [];
    const value = meant ?? Object.keys(settings.policies)[0] ?? "";
    const isPlain = [settings.tagKey, value].every((text) => /^[\w.:/+@-]+$/.test(text));
    const tag = `--resources ${instanceId} --tags Key=${settings.tagKey},Value=${value}`;
    const hint = isPlain ? { hint: `aws ec2 create-tags --region ${settings.primaryRegion} ${tag}` } : {};
    return [{ kind: "near-miss", subject: instanceId, message: `${instanceId} is not protected: ${now}`, ...hint }];
  });
}

/** Returns a problem as `status` and `plan` print it. */
export function exceptionOf(one: Problem): Exception {
  const { kind, subject, message, hint } = one;
  return { kind, subject, message, ...(hint !== undefined && { hint }), ...(!isFailure(one) && { isNotice: true }) };
}

/** Returns deletions that wait and that no problem of the plan names, since a mail named them before. */
function mailedBefore(waiting: readonly WaitingDeletions[], problems: readonly Problem[]): Exception[] {
  const isNamed = ({ hash }: WaitingDeletions) => problems.some(({ message }) => message.includes(hash));
  return waiting
    .filter((one) => !isNamed(one))
    .map((one): Exception => {
      const { region, hash, recoveryPoints, from } = one;
      const until = from === undefined ? "until you approve plan" : `until ${from}, or until you approve plan`;
      const message = `the deletion of ${pluralize(recoveryPoints, "recovery point")} in ${region} waits ${until} ${hash}`;
      return { kind: "deletions-announced", subject: hash, message, hint: approving(one), isNotice: true };
    });
}

/** Returns what one look misses. Lists may lag, so that only a second look makes a problem of it. */
function missedOnce({ points }: Plan, { primaryRegion }: VaultSettings): Exception[] {
  if (points === undefined) return [];
  const missed = missingProblems({ ...points, confirmed: points.waiting }, primaryRegion);
  return missed.map((one): Exception => {
    const { hint: _later, ...exception } = exceptionOf(one);
    return { ...exception, message: `seen once so far: ${one.message}`, isNotice: true };
  });
}

/** Returns what the planner reports of the world, and what the function's checks say of deletions that are due. */
export async function plannedExceptions(world: World, settings: VaultSettings, nowMs: number): Promise<Exception[]> {
  const inventory = takeInventory(world, settings);
  const plan = planVault({ world, inventory, settings, slotTask: undefined, runId: "cli", nowMs });
  const deletes = plan.actions.filter((one): one is DeleteAction => one.kind === "delete");
  const checked = await checkDeletions(deletes, inventory, { clients: makeClients(settings), settings, nowMs });
  return [
    ...[...plan.problems, ...checked.problems].map(exceptionOf),
    ...missedOnce(plan, settings),
    ...mailedBefore(waitingIn(plan), plan.problems),
  ];
}

/** Adds what the timer remembers, as the function does (src/vault/looking.ts). */
export function withMemory(world: World, { state }: Memory, settings: VaultSettings, nowMs: number): World {
  if (state === undefined) return world;
  const changes = recalled(state, world, settings, nowMs);
  return { ...world, ...(changes && { changes }), points: state.points ?? NO_POINTS };
}
