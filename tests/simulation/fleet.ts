/** Instances and volumes, as a person makes them. */
import { TAG } from "../../src/vault/tags";
import { type Account, type SimInstance, type SimVolume } from "./account";
import { ASKED } from "./overrideOracle";

const TYPES = ["gp3", "gp3", "gp3", "io2", "st1"];
const LETTERS = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** Tags as a person has them: now and then more than fit, or one that a restore from a snapshot of the vault's left. */
function moreTags({ random }: Account, volumeId: string): Record<string, string> {
  // A stream of its own, so that the fleet is the same with and without them.
  const own = random.fork(`tags of ${volumeId}`);
  const lot = own.next();
  if (lot < 0.7) return {};
  if (lot < 0.85) return { [TAG.slot]: "2020-01-01T00:00:00Z", Mount: "/" };
  const count = own.int(25, 46);
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`tag-${n}`, "x"]));
}

export function newVolume(account: Account, isRoot: boolean): SimVolume {
  const { random, volumes, settings } = account;
  const excluded = !isRoot && random.chance(0.15);
  const volumeId = `vol-${random.hex(17)}`;
  const volume: SimVolume = {
    volumeId,
    sizeGiB: random.int(8, 200),
    volumeType: isRoot ? "gp3" : random.pick(TYPES),
    encrypted: random.chance(0.3),
    tags: {
      ...moreTags(account, volumeId),
      ...(random.chance(0.3) && { Name: `disk-${random.int(1, 9)}` }),
      ...(excluded && { [settings.tagKey]: "exclude" }),
    },
  };
  volumes.set(volume.volumeId, volume);
  return volume;
}

/** A device name that the instance has free. */
function freeDevice(instance: SimInstance): string {
  const used = new Set(instance.attached.map(({ deviceName }) => deviceName));
  const letter = LETTERS.find((one) => !used.has(`/dev/xvd${one}`)) ?? "z";
  return `/dev/xvd${letter}`;
}

export function attach(account: Account, instance: SimInstance, volume: SimVolume): void {
  const deviceName = freeDevice(instance);
  const sinceMs = account.time.nowMs();
  instance.attached.push({ volumeId: volume.volumeId, deviceName, sinceMs });
  instance.changedMs = sinceMs;
}

/** A tag that asks for a keep rule of the instance's own; none where the stack allows nobody any. */
export function someOverride({ random, settings }: Account): Record<string, string> {
  if (Object.keys(settings.overrideMax).length === 0) return {};
  const [rule, text] = random.pick(ASKED);
  return { [`${settings.tagKey}-${random.pick(["keep", "dr-keep"])}-${rule}`]: text };
}

export function newInstance(account: Account, isTagged: boolean): SimInstance {
  const { random, settings } = account;
  const instance: SimInstance = {
    instanceId: `i-${random.hex(17)}`,
    state: random.chance(0.8) ? "running" : "stopped",
    tags: {
      Name: `host-${random.int(1, 99)}`,
      ...(isTagged && { [settings.tagKey]: someTagValue(account) }),
      ...(random.chance(0.5) && someOverride(account)),
    },
    attached: [],
    changedMs: account.time.nowMs(),
  };
  attach(account, instance, newVolume(account, true));
  const dataVolumes = random.pick([0, 1, 1, 2]);
  for (let index = 0; index < dataVolumes; index += 1) {
    attach(account, instance, newVolume(account, false));
  }
  account.instances.set(instance.instanceId, instance);
  return instance;
}

/** A value of the backup tag that the vault has a policy for. */
export function someTagValue({ random, settings }: Account): string {
  return random.pick(Object.keys(settings.policies));
}

export function isProtected({ settings }: Account, instance: SimInstance): boolean {
  const value = instance.tags[settings.tagKey] ?? "";
  return instance.state !== "terminated" && Object.hasOwn(settings.policies, value);
}

export function protectedInstances(account: Account): SimInstance[] {
  return [...account.instances.values()].filter((instance) => isProtected(account, instance));
}

/** Those of an instance that are not excluded. */
export function wantedVolumes({ settings, volumes }: Account, { attached }: SimInstance): string[] {
  return attached
    .map(({ volumeId }) => volumeId)
    .filter((volumeId) => volumes.get(volumeId)?.tags[settings.tagKey] !== "exclude");
}

/** Volumes that a recovery point is owed of, with one of the instances that they are attached to. */
export function protectedVolumes(account: Account): { instance: SimInstance; volumeId: string }[] {
  return protectedInstances(account).flatMap((instance) =>
    wantedVolumes(account, instance).map((volumeId) => ({ instance, volumeId })),
  );
}

export function firstFleet(account: Account): void {
  const count = account.random.int(1, 3);
  for (let index = 0; index < count; index += 1) newInstance(account, index === 0 || account.random.chance(0.85)); // prettier-ignore
}
