/** `vault status`: is everything recent enough? Then what is wrong, and what nobody knows. */
import { backupTagOf } from "../../vault/inventory/backupTag";
import { makeClients } from "../../vault/aws/clients";
import { nextFireMs } from "../../vault/lib/schedule";
import { pluralize } from "../../vault/lib/text";
import { isoSeconds } from "../../vault/lib/time";
import type { VaultSettings } from "../../vault/model/settings";
import { observe, observeInstances } from "../../vault/observe/observe";
import { describeAllInstances } from "../reading/aws";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { failureOf } from "../failure";
import { type Exception, type Newest, newestOf, staleIn } from "../status/freshness";
import { instancesOf } from "../points/ref";
import { pointsOf } from "../points/points";
import { type StatusPage, renderStatus } from "../print/statusPage";
import { rememberInstances } from "../reading/instanceCache";
import { FORGOTTEN, readMemory } from "../reading/memory";
import { findVault } from "../reading/reading";
import { nearMisses, plannedExceptions, withMemory } from "../status/findings";

/** Returns the first line of a status. */
function answerOf(isRecent: boolean | undefined, newest: readonly Newest[], wrong: number): string {
  if (isRecent === undefined) return "UNKNOWN: whether every protected instance is backed up could not be determined";
  if (newest.length === 0) return "NO: no instance is protected";
  const count = pluralize(newest.length, "protected instance");
  if (!isRecent) return `NO: not every one of ${count} has a recent recovery point in every region`;
  const but = wrong === 0 ? "" : `, but ${pluralize(wrong, "other problem")}`;
  return `YES: ${count}, each with a recent recovery point in every region${but}`;
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
