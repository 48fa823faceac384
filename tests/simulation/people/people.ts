/**
 * Plays people with the account: they change the fleet, hold, delete and untag snapshots, and make some of their own.
 */
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { DAY_MS } from "../../../src/vault/lib/time";
import { type Account, type SimInstance, type SimSnapshot, isLocked, removeSnapshot } from "../account/account";
import { begin, durationMs, finish } from "../account/ec2Creates";
import { attach, begins, isProtected, newInstance, newVolume, someOverride, someTagValue } from "../account/fleet";
import { HOLDING_DEEDS } from "./holders";
import { tamper } from "../account/ownership";

/** Description of what a person did, for the story; `undefined` if there was nothing to do it to. */
type Deed = (account: Account) => string | undefined;

const MAX_INSTANCES = 5;
const MAX_VOLUMES = 3;

function someInstance(account: Account): SimInstance | undefined {
  const alive = [...account.instances.values()].filter((i) => i.state !== "terminated");
  return alive.length === 0 ? undefined : account.random.pick(alive);
}

function someSnapshot(account: Account, wanted: (snapshot: SimSnapshot) => boolean): SimSnapshot | undefined {
  const region = account.random.chance(0.5) ? account.primary : account.random.pick(account.drs);
  const found = [...region.snapshots.values()].filter((s) => !s.deleted && wanted(s));
  return found.length === 0 ? undefined : account.random.pick(found);
}

function changed(account: Account, instance: SimInstance, what: string): string {
  instance.changedMs = account.time.nowMs();
  return `${what} ${instance.instanceId}`;
}

export function launch(account: Account): string | undefined {
  const alive = [...account.instances.values()].filter((i) => i.state !== "terminated");
  if (alive.length >= MAX_INSTANCES) return undefined;
  return `launches ${newInstance(account, account.random.chance(0.8), "launched").instanceId}`;
}

/** Terminates an instance with its volumes. */
function terminate(account: Account): string | undefined {
  const instance = someInstance(account);
  if (instance === undefined) return undefined;
  instance.state = "terminated";
  for (const { volumeId } of instance.attached) {
    const shared = [...account.instances.values()].some(
      (other) => other !== instance && other.attached.some((a) => a.volumeId === volumeId),
    );
    if (!shared) account.volumes.delete(volumeId);
  }
  instance.attached = [];
  return changed(account, instance, "terminates");
}

function stopOrStart(account: Account): string | undefined {
  const instance = someInstance(account);
  if (instance === undefined) return undefined;
  instance.state = instance.state === "running" ? "stopped" : "running";
  if (instance.state === "running") begins(account, instance);
  return changed(account, instance, instance.state === "running" ? "starts" : "stops");
}

function tagOrUntag(account: Account): string | undefined {
  const { tagKey } = account.settings;
  const instance = someInstance(account);
  if (instance === undefined) return undefined;
  const tagged = isProtected(account, instance);
  const wrong = account.random.pick([undefined, "True", ""]);
  const { [tagKey]: old = "", ...rest } = instance.tags;
  const near = account.launches.chance(0.3) ? { [`${tagKey} `]: old } : undefined;
  instance.tags = tagged
    ? { ...rest, ...(wrong !== undefined && { [tagKey]: wrong }), ...near }
    : { ...rest, [tagKey]: someTagValue(account) };
  return changed(account, instance, tagged ? "untags" : "tags");
}

/** Plays a mistake in a script: the whole fleet lacks the tag until somebody sees it. */
function untagAll(account: Account): string | undefined {
  const { instances, settings, time } = account;
  for (const instance of instances.values()) {
    const { [settings.tagKey]: _old, ...rest } = instance.tags;
    instance.tags = rest;
    instance.changedMs = time.nowMs();
  }
  return "untags every instance";
}

/** Asks for an instance's own keep rules, or removes them. */
function override(account: Account): string | undefined {
  const instance = someInstance(account);
  if (instance === undefined) return undefined;
  const own = Object.entries(instance.tags).filter(([key]) => !key.includes("-keep-"));
  const asked = account.random.chance(0.5) ? someOverride(account) : {};
  instance.tags = { ...Object.fromEntries(own), ...asked };
  return changed(account, instance, `asks for ${Object.keys(asked).join() || "no rules"} on`);
}

export function gainVolume(account: Account): string | undefined {
  const instance = someInstance(account);
  if (instance === undefined || instance.attached.length >= MAX_VOLUMES) return undefined;
  attach(account, instance, newVolume(account, false));
  return changed(account, instance, "attaches a volume to");
}

/** Attaches a data volume of one instance to another too (Multi-Attach). */
function shareVolume(account: Account): string | undefined {
  const [from, to] = [someInstance(account), someInstance(account)];
  const shared = from?.attached[1];
  if (shared === undefined || to === undefined || to === from) return undefined;
  if (to.attached.some(({ volumeId }) => volumeId === shared.volumeId)) return undefined;
  const volume = account.volumes.get(shared.volumeId);
  if (volume === undefined) return undefined;
  attach(account, to, volume);
  return changed(account, to, `shares ${shared.volumeId} with`);
}

function loseVolume(account: Account): string | undefined {
  const instance = someInstance(account);
  if (instance === undefined || instance.attached.length < 2) return undefined;
  const lost = instance.attached.pop();
  return changed(account, instance, `detaches ${lost?.volumeId ?? ""} from`);
}

function excludeOrNot(account: Account): string | undefined {
  const instance = someInstance(account);
  const volume = account.volumes.get(instance?.attached.at(-1)?.volumeId ?? "");
  if (instance === undefined || volume === undefined) return undefined;
  const { [account.settings.tagKey]: before, ...rest } = volume.tags;
  volume.tags = before === undefined ? { ...rest, [account.settings.tagKey]: "exclude" } : rest;
  const { volumeId } = volume;
  for (const other of account.instances.values()) {
    if (other.attached.some((one) => one.volumeId === volumeId)) other.changedMs = account.time.nowMs();
  }
  return `${before === undefined ? "excludes" : "includes"} ${volumeId} of ${instance.instanceId}`;
}

function holdByAmi(account: Account): string | undefined {
  const snapshot = someSnapshot(account, (s) => s.state === "completed" && !s.heldByAmi);
  if (snapshot === undefined) return undefined;
  snapshot.heldByAmi = true;
  snapshot.heldSinceMs = account.time.nowMs();
  account.time.after(account.random.skewed(0.5, 10) * DAY_MS, () => {
    snapshot.heldByAmi = false;
    snapshot.freedMs = account.time.nowMs();
  });
  return `makes an AMI of ${snapshot.snapshotId}`;
}

function deleteOne(account: Account): string | undefined {
  const free = (s: SimSnapshot) => !s.heldByAmi && !isLocked(account, s) && s.state !== "pending";
  const snapshot = someSnapshot(account, free);
  if (snapshot === undefined) return undefined;
  removeSnapshot(account, snapshot, "person");
  account.taken.push({ snapshot, atMs: account.time.nowMs(), settings: account.settings });
  return `deletes ${snapshot.snapshotId} in ${snapshot.region}`;
}

const TAKEN = [TAG.vault, TAG.instance, TAG.slot, TAG.run, TAG.sourceSnapshot, TAG.volumes];

function untagOne(account: Account): string | undefined {
  const marks = account.drs.map(({ name }) => copyExpiredTag(name));
  const key = account.random.pick([...TAKEN, account.random.pick(marks)]);
  const snapshot = someSnapshot(account, (s) => s.tags[key] !== undefined);
  if (snapshot === undefined) return undefined;
  const { [key]: _taken, ...rest } = snapshot.tags;
  tamper(account, snapshot, rest);
  return `takes ${key} from ${snapshot.snapshotId}`;
}

/**
 * Makes a snapshot with none or some of the vault's tags, but never with all four, which only the vault's own calls
 * write.
 */
function makeOwn(account: Account): string | undefined {
  const volume = account.volumes.get(someInstance(account)?.attached[0]?.volumeId ?? "");
  if (volume === undefined) return undefined;
  const tags: Record<string, string> = { Name: "before the upgrade" };
  if (account.random.chance(0.5)) tags[TAG.vault] = account.settings.vaultId;
  if (account.random.chance(0.3)) tags[TAG.slot] = "2026-01-02T03:00:00Z";
  const snapshot = begin(account, volume, { tags });
  account.time.after(durationMs(account, account.faults.nature.snapshotMs), () => {
    finish(account, snapshot, "completed");
  });
  return `makes a snapshot of ${volume.volumeId}`;
}

const DEEDS: readonly Deed[] = [
  launch,
  terminate,
  stopOrStart,
  tagOrUntag,
  tagOrUntag,
  untagAll,
  gainVolume,
  shareVolume,
  loseVolume,
  excludeOrNot,
  override,
  holdByAmi,
  deleteOne,
  deleteOne,
  untagOne,
  makeOwn,
  ...HOLDING_DEEDS,
];

/** Plays one deed after the other, at random times, during a storm. */
export function startPeople(account: Account): void {
  const { time, random, story, faults } = account;
  const rate = faults.daily.people;
  if (rate === 0) return;
  const next = () => {
    time.after((-Math.log(1 - random.next()) / rate) * DAY_MS, () => {
      if (account.stormy) {
        const deed = random.pick(DEEDS)(account);
        if (deed !== undefined) {
          story.count("people's deeds");
          story.say(`a person ${deed}`);
        }
      }
      next();
    });
  };
  next();
}
