/** Plays what happens to instances and volumes in a life. */
import { HOUR_MS } from "../../src/vault/lib/time";
import type { SimInstance } from "../simulation/account/account";
import { attach, isProtected, newVolume } from "../simulation/account/fleet";
import { type LifeEvent, type Living, later } from "./living";

function alive({ account }: Living): SimInstance[] {
  return [...account.instances.values()].filter(({ state }) => state !== "terminated");
}

function someInstance(living: Living): SimInstance | undefined {
  const all = alive(living);
  return all.length === 0 ? undefined : living.random.pick(all);
}

/** Makes an instance that has been there for a day, so that no run finds it half shown. */
export function addInstance({ account, random }: Living, value?: string): SimInstance {
  const { settings, time, instances } = account;
  const instance: SimInstance = {
    instanceId: `i-${random.hex(17)}`,
    state: "running",
    tags: { [settings.tagKey]: value ?? random.pick(Object.keys(settings.policies)) },
    attached: [],
    launchedMs: time.nowMs() - 24 * HOUR_MS,
    pendingUntilMs: 0,
    changedMs: time.nowMs(),
  };
  const count = random.pick([1, 1, 2, 2, 3]);
  for (let index = 0; index < count; index += 1) addVolume({ account, random }, instance);
  instances.set(instance.instanceId, instance);
  return instance;
}

function addVolume({ account }: Pick<Living, "account" | "random">, instance: SimInstance): void {
  const volume = newVolume(account, instance.attached.length === 0);
  volume.tags = {};
  volume.volumeType = "gp3";
  attach(account, instance, volume);
}

/** Gives an instance another policy of the stack, and mostly after a while the former or a third one. */
const flipPolicy: LifeEvent = (living) => {
  const { account, random } = living;
  const { tagKey, policies } = account.settings;
  const instance = someInstance(living);
  if (instance === undefined) return undefined;
  const flip = () => {
    const names = Object.keys(account.settings.policies);
    const others = names.filter((one) => one !== instance.tags[tagKey]);
    const name = random.pick(others.length > 0 ? others : names);
    instance.tags = { ...instance.tags, [tagKey]: name };
    account.story.say(`${instance.instanceId} is tagged ${name}`);
  };
  if (!Object.hasOwn(policies, instance.tags[tagKey] ?? "")) return undefined;
  flip();
  if (random.chance(0.5)) later(living, random.skewed(0.5, 40), flip);
  return `flips ${instance.instanceId}`;
};

/** Gives an instance its own keep rules, or removes them. */
const flipKeep: LifeEvent = (living) => {
  const { account, random } = living;
  const { tagKey } = account.settings;
  const instance = someInstance(living);
  if (instance === undefined) return undefined;
  const own = Object.fromEntries(Object.entries(instance.tags).filter(([key]) => !key.includes("-keep-")));
  const side = random.pick(["keep", "dr-keep"]);
  const asked = { [`${tagKey}-${side}-${random.pick(["daily", "last"])}`]: String(random.pick([2, 5, 9, 15])) };
  instance.tags = { ...own, ...(random.chance(0.7) && asked) };
  return `has ${instance.instanceId} ask for ${JSON.stringify(instance.tags)}`;
};

/** Stops backing up an instance for hours or for good. */
const untag: LifeEvent = (living) => {
  const { account, random } = living;
  const { tagKey } = account.settings;
  const instance = someInstance(living);
  if (instance === undefined || !isProtected(account, instance)) return undefined;
  const { [tagKey]: value = "", ...rest } = instance.tags;
  instance.tags = rest;
  if (random.chance(0.6)) {
    later(living, random.skewed(0.3, 60), () => {
      instance.tags = { ...instance.tags, [tagKey]: value };
      account.story.say(`${instance.instanceId} is tagged again`);
    });
  }
  return `untags ${instance.instanceId}`;
};

function terminateOne({ account }: Living, instance: SimInstance): void {
  instance.state = "terminated";
  for (const { volumeId } of instance.attached) account.volumes.delete(volumeId);
  instance.attached = [];
}

const terminate: LifeEvent = (living) => {
  const instance = someInstance(living);
  if (instance === undefined || alive(living).length < 2) return undefined;
  terminateOne(living, instance);
  return `terminates ${instance.instanceId}`;
};

const replace: LifeEvent = (living) => {
  const instance = someInstance(living);
  if (instance === undefined) return undefined;
  const value = instance.tags[living.account.settings.tagKey];
  terminateOne(living, instance);
  return `replaces ${instance.instanceId} by ${addInstance(living, value).instanceId}`;
};

const launch: LifeEvent = (living) =>
  alive(living).length >= 3 ? undefined : `launches ${addInstance(living).instanceId}`;

/** Detaches a volume for hours, days or for good. */
const detach: LifeEvent = (living) => {
  const { account, random } = living;
  const instance = someInstance(living);
  if (instance === undefined || instance.attached.length < 2) return undefined;
  const lost = instance.attached.pop();
  if (random.chance(0.7)) {
    later(living, random.skewed(0.2, 40), () => {
      const volume = account.volumes.get(lost?.volumeId ?? "");
      const isUsed = [...account.instances.values()].some(({ attached }) =>
        attached.some((one) => one.volumeId === lost?.volumeId),
      );
      if (volume !== undefined && !isUsed && instance.state !== "terminated") attach(account, instance, volume);
    });
  }
  return `detaches ${lost?.volumeId ?? ""} from ${instance.instanceId}`;
};

const attachNew: LifeEvent = (living) => {
  const instance = someInstance(living);
  if (instance === undefined || instance.attached.length > 2) return undefined;
  addVolume(living, instance);
  return `gives ${instance.instanceId} a volume`;
};

/** Replaces a root volume, the most common repair. */
const replaceRoot: LifeEvent = (living) => {
  const instance = someInstance(living);
  const root = instance?.attached.shift();
  if (instance === undefined || root === undefined) return undefined;
  const data = instance.attached;
  instance.attached = [];
  addVolume(living, instance);
  instance.attached.push(...data);
  living.account.volumes.delete(root.volumeId);
  return `replaces the root of ${instance.instanceId}`;
};

const moveVolume: LifeEvent = (living) => {
  const [from, to] = [someInstance(living), someInstance(living)];
  if (from === undefined || to === undefined || from === to || from.attached.length < 2) return undefined;
  const moved = from.attached.pop();
  const volume = living.account.volumes.get(moved?.volumeId ?? "");
  if (volume === undefined) return undefined;
  attach(living.account, to, volume);
  return `moves ${volume.volumeId} from ${from.instanceId} to ${to.instanceId}`;
};

/** Leaves one volume of an instance out of the backup, or all of them, and mostly includes them again. */
const exclude: LifeEvent = (living) => {
  const { account, random } = living;
  const { tagKey } = account.settings;
  const instance = someInstance(living);
  if (instance === undefined || instance.attached.length === 0) return undefined;
  const attached = random.chance(0.25) ? instance.attached : [random.pick(instance.attached)];
  const volumes = attached.flatMap(({ volumeId }) => account.volumes.get(volumeId) ?? []);
  for (const volume of volumes) volume.tags = { ...volume.tags, [tagKey]: "exclude" };
  const ids = volumes.map(({ volumeId }) => volumeId).join(", ");
  if (random.chance(0.7)) {
    later(living, random.skewed(0.2, 40), () => {
      for (const volume of volumes) {
        const { [tagKey]: _gone, ...rest } = volume.tags;
        volume.tags = rest;
      }
      account.story.say(`${ids} included again`);
    });
  }
  return `excludes ${ids} of ${instance.instanceId}`;
};

export const EXCLUSIONS: readonly LifeEvent[] = [exclude];

export const DEEDS: readonly LifeEvent[] = [
  flipPolicy,
  flipPolicy,
  flipKeep,
  untag,
  untag,
  terminate,
  replace,
  launch,
  launch,
  detach,
  detach,
  attachNew,
  replaceRoot,
  moveVolume,
];
