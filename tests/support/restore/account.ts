/**
 * A small model of EC2 for a restore: what there is, how it changes in time, and how late each kind of it shows. The records are
 * never changed in place, so that an account can be forked at any step, and an older one shown.
 */
import type { Tags } from "../../../src/vault/model/world";

export interface Attachment {
  instanceId: string;
  device: string;
  state: "attaching" | "attached" | "detaching";
  ends: boolean;
}

export interface Volume {
  id: string;
  snapshotId?: string;
  sizeGiB?: number;
  type?: string;
  iops?: number;
  throughput?: number;
  kmsKeyId?: string;
  rate?: number;
  isShared: boolean;
  zone: string;
  state: "creating" | "available" | "in-use" | "deleting" | "error";
  attachments: readonly Attachment[];
  tags: Tags;
}

export interface Interface {
  id: string;
  index: number;
  instanceId?: string;
  ends: boolean;
  groups: readonly string[];
  subnetId: string;
  privateIp?: string;
  checksPackets: boolean;
  tags: Tags;
}

export interface Instance {
  id: string;
  state: "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";
  reason?: string;
  imageId: string;
  rootDevice: string;
  zone: string;
  isHealthy: boolean;
  /** Refused by the API. */
  noTermination: boolean;
  noStop: boolean;
  /** The launch, as it was asked for. */
  input: object;
  tags: Tags;
}

export interface Image {
  id: string;
  name: string;
  owner: "self" | "amazon";
  state: "pending" | "available";
  usageOperation: string;
  rootDevice: string;
  rootMapping: object;
  tags: Tags;
}

interface Group {
  id: string;
  name: string;
  vpcId: string;
  egress: number;
  tags: Tags;
}

interface Task {
  id: string;
  instanceId: string;
  volumeId: string;
  state: "pending" | "in-progress" | "succeeded" | "failed" | "failed-detached";
  tags: Tags;
}

interface Records {
  volumes: Volume;
  interfaces: Interface;
  instances: Instance;
  images: Image;
  groups: Group;
  tasks: Task;
}

export type Kind = keyof Records;

/** Everything, by id. */
export type Account = { readonly [K in Kind]: Readonly<Record<string, Records[K]>> } & {
  /** What a client token made, and from which input. */
  tokens: Readonly<Record<string, { input: string; id: string }>>;
};

type Change = (account: Account) => Account;

/** What is wrong in this world. */
export interface Troubles {
  /** Keys that the caller may not use. */
  badKeys: readonly string[];
  /** Zones without capacity. */
  fullZones: readonly string[];
  /** True if an image of a snapshot has no billing code. */
  losesBilling: boolean;
  /** How a task that replaces a root ends. */
  taskEnds: "succeeded" | "failed" | "failed-detached";
  /** How late each kind shows, in milliseconds. */
  lateMs: Partial<Record<Kind, number>>;
}

interface Snapshot {
  sizeGiB: number;
  usageOperation: string;
  kmsKeyId?: string;
}

export interface World extends Troubles {
  nowMs: number;
  account: Account;
  past: { atMs: number; account: Account }[];
  timers: { atMs: number; change: Change }[];
  ids: number;
  snapshots: Readonly<Record<string, Snapshot>>;
  subnets: Readonly<Record<string, { vpcId: string; zone: string }>>;
  /** Every change that was asked for, with the resource that it names. */
  touched: { call: string; id: string }[];
}

const NO_TROUBLES: Troubles = {
  badKeys: [],
  fullZones: [],
  losesBilling: false,
  taskEnds: "succeeded",
  lateMs: {},
};

const EMPTY: Account = { volumes: {}, interfaces: {}, instances: {}, images: {}, groups: {}, tasks: {}, tokens: {} };

/** Returns a world with nothing in it. */
export function emptyWorld(
  snapshots: World["snapshots"],
  subnets: World["subnets"],
  troubles: Partial<Troubles>,
): World {
  return {
    ...NO_TROUBLES,
    ...troubles,
    nowMs: 0,
    account: EMPTY,
    past: [{ atMs: 0, account: EMPTY }],
    timers: [],
    ids: 0,
    snapshots,
    subnets,
    touched: [],
  };
}

/** Returns a world that goes its own way from here. */
export function fork(world: World): World {
  return { ...world, past: [...world.past], timers: [...world.timers], touched: [...world.touched] };
}

/** Changes what there is, now. */
export function change(world: World, how: Change): void {
  world.account = how(world.account);
  world.past.push({ atMs: world.nowMs, account: world.account });
}

/** Changes it in a while. */
export function later(world: World, afterMs: number, how: Change): void {
  world.timers.push({ atMs: world.nowMs + afterMs, change: how });
}

/** Lets time pass. */
export function advance(world: World, ms: number): void {
  const endMs = world.nowMs + ms;
  for (;;) {
    const due = world.timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
    if (due === undefined) break;
    world.timers.splice(world.timers.indexOf(due), 1);
    world.nowMs = Math.max(world.nowMs, due.atMs);
    change(world, due.change);
  }
  world.nowMs = endMs;
}

/** Returns what EC2 shows now of a kind: late, if it is slow. */
export function shown(world: World, kind: Kind): Account {
  const asOfMs = world.nowMs - (world.lateMs[kind] ?? 0);
  const index = world.past.findLastIndex(({ atMs }) => atMs <= asOfMs);
  return world.past[Math.max(0, index)]?.account ?? world.account;
}

/** Returns a new id. */
export function newId(world: World, prefix: string): string {
  world.ids += 1;
  return `${prefix}-${String(world.ids).padStart(8, "0")}`;
}

/** Puts a record in, or a changed one. */
export function put<K extends Kind>(account: Account, kind: K, record: Records[K]): Account {
  return { ...account, [kind]: { ...account[kind], [record.id]: record } };
}

function updateOf<K extends Kind>(kind: K) {
  return (account: Account, id: string, how: (record: Records[K]) => Partial<Records[K]>): Account => {
    const record = account[kind][id] as Records[K] | undefined;
    return record === undefined ? account : put(account, kind, { ...record, ...how(record) });
  };
}

/** Each changes a record, if it is there. */
export const updateVolume = updateOf("volumes");
export const updateInterface = updateOf("interfaces");
export const updateInstance = updateOf("instances");
export const updateImage = updateOf("images");
export const updateGroup = updateOf("groups");
export const updateTask = updateOf("tasks");

/** Changes the tags of a record of any kind. */
export function setTags(account: Account, kind: Kind, id: string, tags: Tags): Account {
  const record = account[kind][id];
  return record === undefined ? account : { ...account, [kind]: { ...account[kind], [id]: { ...record, tags } } };
}

/** Takes a record out. */
export function remove(account: Account, kind: Kind, id: string): Account {
  const { [id]: _gone, ...rest } = account[kind];
  return { ...account, [kind]: rest };
}

/** Returns an error as EC2 answers it. */
export function refused(code: string, message: string, status = 400): Error {
  return Object.assign(new Error(message), {
    name: code,
    $metadata: { httpStatusCode: status, requestId: `r-${code}` },
  });
}

/** Returns a record. @throws EC2's refusal if it is not there */
export function get<K extends Kind>(world: World, kind: K, id: string | undefined): Records[K] {
  const record = id === undefined ? undefined : (world.account[kind][id] as Records[K] | undefined);
  if (record !== undefined) return record;
  const codes: Record<Kind, string> = {
    volumes: "InvalidVolume.NotFound",
    interfaces: "InvalidNetworkInterfaceID.NotFound",
    instances: "InvalidInstanceID.NotFound",
    images: "InvalidAMIID.NotFound",
    groups: "InvalidGroup.NotFound",
    tasks: "InvalidReplaceRootVolumeTaskId.NotFound",
  };
  throw refused(codes[kind], `${String(id)} does not exist`);
}
