/**
 * Models the account: what is there, in two or three regions, with what the rules need and AWS would not show. It has
 * plain records and maps; everything that changes them is in the modules named ec2*.ts and people.ts.
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { parseDescription } from "../../../src/vault/identity/description";
import type { Identity } from "../../../src/vault/model/identity";
import type { VaultSettings } from "../../../src/vault/model/settings";
import type { SimAttachment, SimVolume } from "./attachment";
import type { Faults } from "../people/faults";
import { type Looks, type Taken, makeLooks } from "../people/looks";
import type { Random } from "../random";
import type { Story } from "../story";
import { type TokenBuckets, makeBuckets } from "./tokenBucket";
import type { VirtualTime } from "../virtualTime";

export type TagRecord = Record<string, string>;

export interface SimInstance {
  instanceId: string;
  state: "running" | "stopped" | "terminated";
  tags: TagRecord;
  /** The first is the root. */
  attached: SimAttachment[];
  /** Time at which it was launched, or started last. */
  launchedMs: number;
  /** Time until which it is described as pending. */
  pendingUntilMs: number;
  /** Time at which tag, state or volumes changed last. */
  changedMs: number;
}

/** A lock, as it was set last. */
interface SimLock {
  mode: "governance" | "compliance";
  sinceMs: number;
  untilMs: number;
  days: number;
  /** Time from which every read shows it. */
  seenMs: number;
}

export interface SimSnapshot {
  snapshotId: string;
  region: string;
  /** Volume as EC2 shows it: for a copy an arbitrary one. */
  volumeId: string;
  /** Description that it was made with, and never another. */
  description: string;
  /** What the Description says, once it was asked for. */
  said?: { identity: Identity | undefined; slotMs: number };
  /** Tags that it was made with. */
  madeTags: TagRecord;
  /** Set on somebody else's snapshot that was made to look like the vault's, including its Description. */
  planted?: true;
  /** Time at which somebody last wrote its tags. */
  tamperedMs?: number;
  /** DR regions for which the vault itself wrote the copy-expired tag; a tag that anybody else wrote does not count. */
  markedIn?: string[];
  /** For its present tags: true if the vault made it and they are those that it was made with. */
  checked?: { tags: TagRecord; isVaults: boolean };
  tags: TagRecord;
  state: "pending" | "completed" | "error";
  stateMessage?: string;
  startMs: number;
  sizeGiB: number;
  encrypted: boolean;
  kmsKeyId?: string;
  /** Source of a copy, in a DR region or in the primary one. */
  sourceId?: string;
  /** Time at which the snapshot was started that holds the data first. */
  dataSinceMs: number;
  /** The volume whose data it holds. */
  dataOf: string;
  heldByAmi: boolean;
  /** Time since which an AMI holds it. */
  heldSinceMs?: number;
  lock?: SimLock;
  /** Account that it is shared with, and time from which every read shows it; the same for the end of sharing. */
  shared?: { with: string; seenMs: number; endedMs?: number };
  /** Time at which an AMI, a share or a lock released it early. */
  freedMs?: number;
  /** Set on a snapshot that is deleted while pending: it is deleted when it ends. */
  goesWhenDone: boolean;
  /** Time until which a describe may miss it, or show it after its deletion. */
  settledMs: number;
  /** Tags before the vault wrote its copy-expired tag, and the time until which a describe may show them. */
  tagged?: { before: TagRecord; settledMs: number };
  /** Time at which it completed. */
  completedMs?: number;
  /** Time at which it ended in error. */
  failedMs?: number;
  /** Time at which it stopped counting for the vault: it was deleted, or a person removed a tag. */
  lostMs?: number;
  lostTo?: "vault" | "person";
  /** True if the rules released it when the vault deleted it. */
  letGo?: boolean;
  /** True if a person removed any tag of it. */
  untagged?: boolean;
  deleted: boolean;
  /** Time at which it was deleted, even if somebody had changed it long before. */
  goneMs?: number;
  /** Ready for an answer; made again when something changes. */
  described?: Ec2Snapshot;
}

export interface Region {
  name: string;
  snapshots: Map<string, SimSnapshot>;
  /** Copies that were started and not yet seen to have ended. */
  copying: Set<SimSnapshot>;
  buckets: TokenBuckets;
  /** Time at which a copy was last refused for want of a free slot. */
  fullMs: number;
}

export interface Account {
  settings: VaultSettings;
  time: VirtualTime;
  story: Story;
  faults: Faults;
  random: Random;
  /** Draws when launched, started and attached items are shown. */
  launches: Random;
  /** `false` on quiet days, when no fault strikes. */
  stormy: boolean;
  stormEndedMs: number;
  instances: Map<string, SimInstance>;
  volumes: Map<string, SimVolume>;
  primary: Region;
  drs: Region[];
  /** Every snapshot and copy of a volume's data by the volume, including recently deleted ones. */
  byVolume: Map<string, SimSnapshot[]>;
  /** Snapshots by the instance of their recovery point. */
  byInstance: Map<string, SimSnapshot[]>;
  /** Every copy by its snapshot. */
  bySource: Map<string, SimSnapshot[]>;
  /** Regions whose key somebody disabled, and one that is down. */
  keyDisabledIn?: string;
  /** State of that key in KMS. */
  keyState: string;
  /** Time since which it has been so. */
  keyLostSinceMs: number;
  downRegion?: string;
  schedulerDown: boolean;
  snsDown: boolean;
  /** The latest stretch of time in which calls found the token buckets crowded by others, without a break. */
  crowd: { sinceMs: number; untilMs: number; over: boolean };
  /** Time until which the stack was last on a dry run: `Infinity` while it is. */
  dryUntilMs: number;
  /** Time at which SNS first accepted a mail that announced what a change releases. */
  announcedMs?: number;
  /** Manifests by region and key: what was written last, and the time since which it has been that. */
  manifests: Map<string, { body: string; sinceMs: number }>;
  /** Start of the last invocation that nothing kept from writing due manifests. */
  auditedMs: number;
  /** Number of deployments of the stack; environments of earlier ones are old. */
  deployments: number;
  /**
   * Time since which the timer has carried a slot, or from which slots are due. Before that the vault can't know of
   * one.
   */
  knownSinceMs: number;
  /** Time at which an invocation last ended by itself that had read all it asked for. */
  endedMs: number;
  /** Deletions by people, and the looks of the vault that could notice them. */
  taken: Taken[];
  looks: Looks;
  /** An action that somebody denied the role, `ec2:CopySnapshot`. */
  deniedAction?: string;
}

export function makeAccount(
  settings: VaultSettings,
  faults: Faults,
  time: VirtualTime,
  story: Story,
  random: Random,
): Account {
  const region = (name: string): Region => ({
    name,
    snapshots: new Map(),
    copying: new Set(),
    buckets: makeBuckets(),
    fullMs: -Infinity,
  });
  return {
    settings,
    time,
    story,
    faults,
    random: random.fork("account"),
    launches: random.fork("launches"),
    stormy: true,
    stormEndedMs: 0,
    instances: new Map(),
    volumes: new Map(),
    primary: region(settings.primaryRegion),
    drs: settings.dr.map((one) => region(one.region)),
    byVolume: new Map(),
    byInstance: new Map(),
    bySource: new Map(),
    keyState: "Disabled",
    keyLostSinceMs: Infinity,
    schedulerDown: false,
    snsDown: false,
    crowd: { sinceMs: 0, untilMs: 0, over: true },
    dryUntilMs: -Infinity,
    manifests: new Map(),
    auditedMs: 0,
    deployments: 0,
    knownSinceMs: Infinity,
    endedMs: 0,
    taken: [],
    looks: makeLooks(),
  };
}

/** Returns true if a fault of this probability strikes now, and counts it by its name. */
export function strikes(account: Account, name: string, probability: number): boolean {
  if (!account.stormy || !account.random.chance(probability)) return false;
  account.story.count(`fault: ${name}`);
  return true;
}

export function regionsOf({ primary, drs }: Account): Region[] {
  return [primary, ...drs];
}

export function regionOf(account: Account, name: string): Region {
  const region = regionsOf(account).find((one) => one.name === name);
  if (region === undefined) throw new Error(`the vault called region ${name}, which is none of its`);
  return region;
}

function listOf(map: Map<string, SimSnapshot[]>, key: string): SimSnapshot[] {
  let list = map.get(key);
  if (list === undefined) map.set(key, (list = []));
  return list;
}

/** Adds a new snapshot to the indexes. */
export function enter(account: Account, region: Region, snapshot: SimSnapshot): void {
  region.snapshots.set(snapshot.snapshotId, snapshot);
  listOf(account.byVolume, snapshot.dataOf).push(snapshot);
  listOf(account.byInstance, instanceOf(snapshot)).push(snapshot);
  if (snapshot.sourceId === undefined) return;
  listOf(account.bySource, snapshot.sourceId).push(snapshot);
  region.copying.add(snapshot);
}

/** Returns true if it is in a DR region: a copy, and not an encrypted replacement beside its original. */
export function inDr({ primary }: Account, { region }: SimSnapshot): boolean {
  return region !== primary.name;
}

/** Returns true if its tag says that it was copied to the region and expired there. */
export function isExpiredIn(snapshot: SimSnapshot, region: string): boolean {
  return snapshot.markedIn?.includes(region) === true;
}

/** Reads its Description, which never changes. */
function read({ description }: SimSnapshot): NonNullable<SimSnapshot["said"]> {
  const identity = parseDescription(description)?.identity;
  return { identity, slotMs: Date.parse(identity?.slot ?? "") };
}

/** Returns what its Description says, only for the vault's own. */
export function identityOf(snapshot: SimSnapshot): Identity | undefined {
  return (snapshot.said ??= read(snapshot)).identity;
}

export function slotOf(snapshot: SimSnapshot): string {
  return identityOf(snapshot)?.slot ?? "";
}

/** Returns the instant of its slot; `NaN` for a person's own. */
export function slotMsOf(snapshot: SimSnapshot): number {
  return (snapshot.said ??= read(snapshot)).slotMs;
}

/** Returns the instance whose recovery point it is part of; empty for a person's own. */
export function instanceOf(snapshot: SimSnapshot): string {
  return identityOf(snapshot)?.instanceId ?? "";
}

/**
 * Returns a snapshot with its encrypted replacement or original, including deleted ones: those of its slot in the
 * primary region.
 */
export function twinsOf(account: Account, snapshot: SimSnapshot): SimSnapshot[] {
  const slot = slotOf(snapshot);
  const all = account.byVolume.get(snapshot.dataOf) ?? [];
  return all.filter((one) => !inDr(account, one) && slotOf(one) === slot);
}

/**
 * Returns true if it or a twin of its slot, even a deleted one, has the copy-expired tag. An original shares the tags
 * of its replacement.
 */
export function hasExpiredIn(account: Account, snapshot: SimSnapshot, region: string): boolean {
  return twinsOf(account, snapshot).some((one) => isExpiredIn(one, region));
}

/**
 * Returns true for a copy in a DR region under that region's key, and for one in the primary region under the
 * configured key, if any.
 */
export function isVerified(account: Account, snapshot: SimSnapshot): boolean {
  const { state, encrypted, kmsKeyId, region } = snapshot;
  const { dr, primaryKeyArn } = account.settings;
  const key = inDr(account, snapshot) ? dr.find((one) => one.region === region)?.keyArn : (primaryKeyArn ?? kmsKeyId);
  return state === "completed" && encrypted && kmsKeyId === key;
}

/** Returns true if it can be restored from. In the primary region a copy counts only if it is verified. */
export function isPoint(account: Account, snapshot: SimSnapshot): boolean {
  if (snapshot.state !== "completed") return false;
  const isStandIn = !inDr(account, snapshot) && snapshot.sourceId !== undefined;
  return !isStandIn || isVerified(account, snapshot);
}

/** Returns the time from which every read shows a change that is made now. */
export function settledFrom({ faults, random, stormy, time }: Account): number {
  const { consistencyMs } = faults.nature;
  const lag = consistencyMs === 0 || !stormy ? 0 : random.next() * consistencyMs;
  return time.nowMs() + lag;
}

/** Records that it was made or deleted, which describes may show late. */
export function touched(account: Account, snapshot: SimSnapshot): void {
  snapshot.described = undefined;
  snapshot.settledMs = settledFrom(account);
}

/** Gives it other tags, which describes may show late. */
export function retag(account: Account, snapshot: SimSnapshot, tags: TagRecord): void {
  snapshot.described = undefined;
  snapshot.tagged = { before: snapshot.tags, settledMs: settledFrom(account) };
  snapshot.tags = tags;
}

export function isLocked(account: Account, { lock }: SimSnapshot): boolean {
  return lock !== undefined && lock.untilMs > account.time.nowMs();
}

export function isShared({ shared }: SimSnapshot): boolean {
  return shared !== undefined && shared.endedMs === undefined;
}

/** Deletes it. What a rule still needs to know of it is kept for a while (see forget.ts). */
export function removeSnapshot(account: Account, snapshot: SimSnapshot, by: "vault" | "person"): void {
  snapshot.deleted = true;
  snapshot.goneMs = account.time.nowMs();
  snapshot.lostMs ??= account.time.nowMs();
  snapshot.lostTo ??= by;
  touched(account, snapshot);
}
