/**
 * The choices of a restore as words, for the tags of what it makes: with them and the recovery point anybody plans the same
 * restore again, to go on with it or to undo it. Pure.
 */
import { withoutUndefined } from "../vault/lib/collections";
import { type Word, groupsAt } from "../vault/lib/words";
import type { BlobName, InterfaceSpec } from "../vault/model/launchSpec";
import type { AttachedShared, Mode, VolumeOptions } from "./order";

/** An interface as it was chosen. */
export interface ChosenInterface {
  deviceIndex: number;
  subnetId?: string;
  groupIds: readonly string[];
  privateIp?: string;
  secondaryIps: readonly string[];
}

export interface Choices extends VolumeOptions {
  mode: Mode;
  /** Devices of the volumes that are restored; empty: all. */
  devices: readonly string[];
  instanceType?: string;
  availabilityZone?: string;
  interfaces: readonly ChosenInterface[];
  /** `none`: without a key pair. */
  keyName?: string;
  /** `none`: without an instance profile. */
  instanceProfile?: string;
  isolatedIn?: string;
  baseImageId?: string;
  attachTo?: string;
  wasRunning?: boolean;
  isRootTask?: boolean;
  /** Blobs that are not given back. */
  leavesOut?: readonly BlobName[];
  /** Volumes of other restores that are attached. */
  shared?: readonly Pick<AttachedShared, "volumeId" | "device">[];
}

const INDEX = "eni";

/** Fields of one word each, by it. */
const TEXTS: readonly (readonly [string, keyof Choices])[] = [
  ["type", "instanceType"],
  ["zone", "availabilityZone"],
  ["key", "keyName"],
  ["profile", "instanceProfile"],
  ["isolated", "isolatedIn"],
  ["base", "baseImageId"],
  ["kms", "kmsKeyId"],
  ["attach", "attachTo"],
];

function isBlob(text: string): text is BlobName {
  return text === "userData" || text === "uefiData";
}

function readShared(words: readonly Word[]): NonNullable<Choices["shared"]> {
  return words.flatMap(([word, value]) => {
    const [, volumeId, device] = (word === "shared" && /^(\S+) (.+)$/s.exec(value)) || [];
    return volumeId === undefined || device === undefined ? [] : [{ volumeId, device }];
  });
}

function flagWords({ wasRunning, isRootTask, initializationRate, leavesOut = [] }: Choices): Word[] {
  return [
    ...(wasRunning === undefined ? [] : [["ran", wasRunning ? "1" : "0"] as const]),
    ...(isRootTask === undefined ? [] : [["task", isRootTask ? "1" : "0"] as const]),
    ...(initializationRate === undefined ? [] : [["rate", String(initializationRate)] as const]),
    ...leavesOut.map((name): Word => ["without", name]),
  ];
}

function interfaceWords({ deviceIndex, subnetId, groupIds, privateIp, secondaryIps }: ChosenInterface): Word[] {
  return [
    [INDEX, String(deviceIndex)],
    ...(subnetId === undefined ? [] : [["subnet", subnetId] as const]),
    ...groupIds.map((id): Word => ["sg", id]),
    ...(privateIp === undefined ? [] : [["ip", privateIp] as const]),
    ...secondaryIps.map((ip): Word => ["ip2", ip]),
  ];
}

/** Returns the choices as words. */
export function choiceWords(choices: Choices): Word[] {
  const texts = TEXTS.flatMap(([word, field]): Word[] => {
    const value = choices[field];
    return typeof value === "string" ? [[word, value]] : [];
  });
  return [
    ["mode", choices.mode],
    ...texts,
    ...flagWords(choices),
    ...choices.devices.map((device): Word => ["device", device]),
    ...(choices.shared ?? []).map(({ volumeId, device }): Word => ["shared", `${volumeId} ${device}`]),
    ...choices.interfaces.flatMap(interfaceWords),
  ];
}

function isMode(text: string | undefined): text is Mode {
  return text === "launch" || text === "volumes" || text === "replace";
}

function readInterfaces(words: readonly Word[]): ChosenInterface[] {
  return groupsAt(INDEX, words).map(([index, ...rest]) => {
    const all = (key: string) => rest.filter(([word]) => word === key).map(([, value]) => value);
    const [subnetId] = all("subnet");
    const [privateIp] = all("ip");
    return withoutUndefined<ChosenInterface>({
      deviceIndex: Number(index?.[1]),
      subnetId,
      groupIds: all("sg"),
      privateIp,
      secondaryIps: all("ip2"),
    });
  });
}

/** Reads choices; `undefined` for words that {@link choiceWords} did not write. */
export function readChoices(words: readonly Word[]): Choices | undefined {
  const first = (key: string) => words.find(([word]) => word === key)?.[1];
  const mode = first("mode");
  if (!isMode(mode)) return undefined;
  const texts = Object.fromEntries(
    TEXTS.flatMap(([word, field]) => {
      const value = first(word);
      return value === undefined ? [] : [[field, value]];
    }),
  ) as Partial<Choices>;
  const [ran, task, rate] = [first("ran"), first("task"), first("rate")];
  const leavesOut = words.flatMap(([word, value]) => (word === "without" && isBlob(value) ? [value] : []));
  const shared = readShared(words);
  return {
    mode,
    devices: words.filter(([word]) => word === "device").map(([, value]) => value),
    interfaces: readInterfaces(words),
    ...texts,
    ...(ran !== undefined && { wasRunning: ran === "1" }),
    ...(task !== undefined && { isRootTask: task === "1" }),
    ...(rate !== undefined && { initializationRate: Number(rate) }),
    ...(leavesOut.length > 0 && { leavesOut }),
    ...(shared.length > 0 && { shared }),
  };
}

/** Returns the interfaces of a launch as choices. */
export function chosenInterfaces(interfaces: readonly InterfaceSpec[]): ChosenInterface[] {
  return interfaces.map(({ deviceIndex, subnetId, groupIds = [], privateIp, secondaryIps = [] }) =>
    withoutUndefined<ChosenInterface>({ deviceIndex, subnetId, groupIds, privateIp, secondaryIps }),
  );
}
