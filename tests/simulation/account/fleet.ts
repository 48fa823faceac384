/** Makes instances and volumes, as a person does. */
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../../../src/vault/lib/time";
import type { Account, SimInstance } from "./account";
import type { SimVolume } from "./attachment";
import { ASKED } from "../rules/overrideOracle";

const TYPES = ["gp3", "gp3", "gp3", "io2", "st1"];
const LETTERS = ["a", "b", "c", "d", "e", "f", "g", "h"];

/**
 * Draws tags as people write them: now and then more than fit, or one that a restore from the vault's snapshot left.
 */
function moreTags({ random }: Account, volumeId: string): Record<string, string> {
  // Its own stream, so that the fleet is the same with and without them.
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

/** Returns a free device name of the instance. */
function freeDevice(instance: SimInstance): string {
  const used = new Set(instance.attached.map(({ deviceName }) => deviceName));
  const letter = LETTERS.find((one) => !used.has(`/dev/xvd${one}`)) ?? "z";
  return `/dev/xvd${letter}`;
}

/** Time for which a list lacks what was just made. EC2 states no bound; mostly it is seconds. */
const SHOWN_AFTER_MS = [20 * SECOND_MS, 4 * MINUTE_MS] as const;
const PENDING_MS = [SECOND_MS, MINUTE_MS] as const;

/** Attaches a volume to an instance whose mappings may show it late; DescribeVolumes shows it at once. */
export function attach(account: Account, instance: SimInstance, volume: SimVolume): void {
  const deviceName = freeDevice(instance);
  const sinceMs = account.time.nowMs();
  const { launches, stormy } = account;
  const mappedMs = sinceMs + (stormy ? launches.skewed(...SHOWN_AFTER_MS) : 0);
  const { volumeId } = volume;
  instance.attached.push({ volumeId, deviceName, sinceMs, mappedMs, listedMs: sinceMs });
  instance.changedMs = sinceMs;
}

/** Returns true if EC2 has shown it whole only since then, or not yet, so that the vault waits for it. */
export function isShownSince({ pendingUntilMs, attached }: SimInstance, sinceMs: number): boolean {
  return Math.max(pendingUntilMs, ...attached.map(({ mappedMs }) => mappedMs)) >= sinceMs;
}

/** Starts an instance, which is pending for a while. */
export function begins(account: Account, instance: SimInstance): void {
  const nowMs = account.time.nowMs();
  instance.launchedMs = nowMs;
  instance.pendingUntilMs = nowMs + account.launches.skewed(...PENDING_MS);
}

/** Shows all volumes of a launched instance at once, by each of the two lists at its own time. */
function showLate(account: Account, instance: SimInstance): void {
  const { launches, time } = account;
  begins(account, instance);
  const mappedMs = time.nowMs() + launches.skewed(...SHOWN_AFTER_MS);
  const listedMs = time.nowMs() + launches.skewed(...SHOWN_AFTER_MS);
  instance.attached = instance.attached.map((one) => ({ ...one, mappedMs, listedMs }));
}

/** Makes an instance that has been there all the time. */
function showAtOnce({ time }: Account, instance: SimInstance): void {
  const mappedMs = time.nowMs();
  instance.launchedMs = mappedMs - DAY_MS;
  instance.attached = instance.attached.map((one) => ({ ...one, mappedMs }));
}

/** Draws a tag that asks for an instance's own keep rule; none if the stack allows none. */
export function someOverride({ random, settings }: Account): Record<string, string> {
  if (Object.keys(settings.overrideMax).length === 0) return {};
  const [rule, text] = random.pick(ASKED);
  return { [`${settings.tagKey}-${random.pick(["keep", "dr-keep"])}-${rule}`]: text };
}

/** @param how a person launches it now, or it has been there all the time */
export function newInstance(account: Account, isTagged: boolean, how: "launched" | "there" = "there"): SimInstance {
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
    launchedMs: account.time.nowMs(),
    pendingUntilMs: 0,
    changedMs: account.time.nowMs(),
  };
  attach(account, instance, newVolume(account, true));
  const dataVolumes = random.pick([0, 1, 1, 2]);
  for (let index = 0; index < dataVolumes; index += 1) {
    attach(account, instance, newVolume(account, false));
  }
  if (how === "launched") showLate(account, instance);
  else showAtOnce(account, instance);
  account.instances.set(instance.instanceId, instance);
  return instance;
}

/** Draws a value of the backup tag for which the vault has a policy. */
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

/** Returns an instance's volumes that are not excluded. */
export function wantedVolumes({ settings, volumes }: Account, { attached }: SimInstance): string[] {
  return attached
    .map(({ volumeId }) => volumeId)
    .filter((volumeId) => volumes.get(volumeId)?.tags[settings.tagKey] !== "exclude");
}

/** Returns volumes for which a recovery point is due, with one of the instances that they are attached to. */
export function protectedVolumes(account: Account): { instance: SimInstance; volumeId: string }[] {
  return protectedInstances(account).flatMap((instance) =>
    wantedVolumes(account, instance).map((volumeId) => ({ instance, volumeId })),
  );
}

export function firstFleet(account: Account): void {
  const count = account.random.int(1, 3);
  for (let index = 0; index < count; index += 1) newInstance(account, index === 0 || account.random.chance(0.85));
}
