/** `vault status`: is everything recent enough? Then what is wrong, and what nobody knows. */
import { takeInventory } from "../../vault/inventory/inventory";
import { backupTagOf } from "../../vault/inventory/backupTag";
import { makeClients } from "../../vault/aws/clients";
import { nextFireMs } from "../../vault/lib/schedule";
import { pluralize } from "../../vault/lib/text";
import { isoSeconds } from "../../vault/lib/time";
import { recalled } from "../../vault/changes/recalled";
import { missingProblems } from "../../vault/missing/missingWords";
import type { DeleteAction, Plan } from "../../vault/model/actions";
import { NO_POINTS } from "../../vault/model/pointMemory";
import { isFailure, type Problem } from "../../vault/model/problem";
import type { VaultSettings } from "../../vault/model/settings";
import type { World } from "../../vault/model/world";
import { observe, observeInstances } from "../../vault/observe/observe";
import { planVault } from "../../vault/plan/plan";
import { type AnyInstance, describeAllInstances } from "../aws";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { failureOf } from "../failure";
import { type Exception, type Newest, newestOf, staleIn } from "../freshness";
import { instancesOf } from "../pointRef";
import { pointsOf } from "../points";
import { type StatusPage, renderStatus } from "../print/statusPage";
import { checkDeletions } from "../checks";
import { rememberInstances } from "../instanceCache";
import { FORGOTTEN, type Memory, readMemory } from "../memory";
import { findVault } from "../reading";
import { approving, waitingIn, type WaitingDeletions } from "../waiting";

/** Returns instances whose backup tag misses what the vault backs up. */
function nearMisses(all: readonly AnyInstance[], settings: VaultSettings): Exception[] {
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

function exceptionOf(one: Problem): Exception {
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
async function plannedExceptions(world: World, settings: VaultSettings, nowMs: number): Promise<Exception[]> {
  const inventory = takeInventory(world, settings);
  const plan = planVault({ world, inventory, settings, slotTask: undefined, runId: "cli", nowMs });
  const deletes = plan.actions.filter((one): one is DeleteAction => one.kind === "delete");
  const checked = await checkDeletions(deletes, inventory, { clients: makeClients(settings), settings, nowMs });
  return [
    ...[...plan.problems, ...checked.problems].map(exceptionOf),
    ...missedOnce(plan, settings),
    ...mailedBefore(waitingIn(plan, settings), plan.problems),
  ];
}

/** Returns the first line of a status. */
function answerOf(isRecent: boolean | undefined, newest: readonly Newest[], wrong: number): string {
  if (isRecent === undefined) return "UNKNOWN: whether every protected instance is backed up could not be determined";
  if (newest.length === 0) return "NO: no instance is protected";
  const count = pluralize(newest.length, "protected instance");
  if (!isRecent) return `NO: not every one of ${count} has a recent recovery point in every region`;
  const but = wrong === 0 ? "" : `, but ${pluralize(wrong, "other problem")}`;
  return `YES: ${count}, each with a recent recovery point in every region${but}`;
}

/** Adds what the timer remembers, as the function does (src/vault/looking.ts). */
function withMemory(world: World, { state }: Memory, settings: VaultSettings, nowMs: number): World {
  if (state === undefined) return world;
  const changes = recalled(state, world, settings, nowMs);
  return { ...world, ...(changes && { changes }), points: state.points ?? NO_POINTS };
}

/** Reads and judges a vault whose settings are known. */
async function statusBy(settings: VaultSettings, nowMs: number): Promise<StatusPage> {
  const clients = makeClients(settings);
  const unknown: string[] = [];
  const [looked, memory, all] = await Promise.all([
    observe(clients, settings).then((world) => observeInstances(clients, settings, world)),
    readMemory(clients, settings, nowMs),
    describeAllInstances(settings.primaryRegion).catch((error: unknown) => {
      unknown.push(`which instances are not tagged: ${failureOf(error).message}`);
      return [];
    }),
  ]);
  if (memory.why !== undefined) unknown.push(`${FORGOTTEN}: ${memory.why}`);
  const seen = withMemory(looked, memory, settings, nowMs);
  const read = { [settings.primaryRegion]: seen.snapshots, ...seen.copies };
  const reads = Object.entries(read).flatMap(([region, snapshots]) => (snapshots ? [{ region, snapshots }] : []));
  const points = pointsOf(reads, settings, () => ({}));
  const regions = [settings.primaryRegion, ...settings.dr.map(({ region }) => region)];
  const unread = regions.filter((one) => reads.every(({ region }) => region !== one));
  unknown.push(...unread.map((region) => `what is in ${region}`));
  if (seen.instances === undefined) unknown.push("which instances are protected");
  const instances = seen.instances ?? [];
  const newest = newestOf(instances, points);
  rememberInstances([...newest, ...instancesOf(points)], process.env);
  const stale = staleIn(
    { instances, newest },
    regions.filter((one) => !unread.includes(one)),
    settings,
    nowMs,
  );
  const throttled = seen.throttled.map(({ problem: { kind, subject, message } }): Exception => ({
    kind,
    subject,
    message,
  }));
  const others = [...nearMisses(all, settings), ...(await plannedExceptions(seen, settings, nowMs)), ...throttled];
  const wrong = others.filter(({ isNotice }) => isNotice !== true).length;
  const isKnown = seen.instances !== undefined && unread.length === 0;
  const isRecent = stale.length > 0 || (isKnown && instances.length === 0) ? false : isKnown ? true : undefined;
  const nextMs = nextFireMs(settings.schedule, settings.timezone, nowMs, nowMs);
  return {
    ...(isRecent !== undefined && { isRecent }),
    answer: answerOf(isRecent, newest, wrong),
    exceptions: [...stale, ...others],
    unknown,
    instances: newest,
    untagged: all.filter(({ tags }) => backupTagOf(tags, settings).is === "gone").length,
    schedule: `${settings.schedule} ${settings.timezone}`,
    ...(nextMs !== undefined && { nextRun: isoSeconds(nextMs) }),
  };
}

function withoutSettings(why: string): StatusPage {
  const unknown = [`policies, schedule and protected instances: ${why}`, "whether copies are under the vault's key"];
  return { answer: answerOf(undefined, [], 0), exceptions: [], unknown, instances: [] };
}

/** Says how a vault is. */
export async function status(context: Context): Promise<Answer> {
  const { nowMs, region } = context;
  const { vaultId, settings, notes } = await findVault(context);
  const page = settings === undefined ? withoutSettings(notes.join("; ")) : await statusBy(settings, nowMs);
  const isWell = page.isRecent === true && page.exceptions.every(({ isNotice }) => isNotice === true);
  const regions = settings === undefined ? [region] : [settings.primaryRegion, ...settings.dr.map((one) => one.region)];
  const { isRecent, schedule: _schedule, ...data } = page;
  return {
    exitCode: isWell ? EXIT.done : EXIT.unwell,
    heading: `${vaultId} in ${regions.join(" and ")}. Times are UTC.`,
    body: (look) => renderStatus(page, look),
    data: { vaultId, isRecent: isRecent ?? null, ...data },
    notes: settings === undefined ? notes : [],
    next: [[`vault list --region ${region}`, "the recovery points"]],
  };
}
