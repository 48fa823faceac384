/**
 * The modelled account: what is there, in two or three regions, with what the rules need to be checked by and AWS would not
 * tell. Plain records and maps; everything that changes them is in the modules named ec2*.ts and people.ts.
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { parseDescription } from "../../src/vault/identity/description";
import type { VaultSettings } from "../../src/vault/model/settings";
import type { SimAttachment, SimVolume } from "./attachment";
import type { Faults } from "./faults";
import { type Looks, type Taken, makeLooks } from "./looks";
import type { Random } from "./random";
import type { Story } from "./story";
import { type TokenBuckets, makeBuckets } from "./tokenBucket";
import type { VirtualTime } from "./virtualTime";

export type TagRecord = Record<string, string>;

export interface SimInstance {
  instanceId: string;
  state: "running" | "stopped" | "terminated";
  tags: TagRecord;
  /** The first is the root. */
  attached: SimAttachment[];
  /** When it was launched, or started last. */
  launchedMs: number;
  /** Until then it is described as pending. */
  pendingUntilMs: number;
  /** When tag, state or volumes changed last. */
  changedMs: number;
}

/** A lock, as it was set last. */
interface SimLock {
  mode: "governance" | "compliance";
  sinceMs: number;
  untilMs: number;
  days: number;
  /** From when on every read tells it. */
  seenMs: number;
}

export interface SimSnapshot {
  snapshotId: string;
  region: string;
  /** As EC2 tells it: for a copy an arbitrary one. */
  volumeId: string;
  /** As it was made with, and never another. */
  description: string;
  /** Those that it was made with. */
  madeTags: TagRecord;
  /** Set on somebody else's that was made to look like the vault's, its Description too. */
  planted?: true;
  /** When somebody last wrote its tags. */
  tamperedMs?: number;
  /** The DR regions that the vault itself marked: a mark that anybody else wrote is none. */
  markedIn?: string[];
  /** Of the tags at hand: whether the vault made it and they are those that it was made with. */
  checked?: { tags: TagRecord; isVaults: boolean };
  tags: TagRecord;
  state: "pending" | "completed" | "error";
  stateMessage?: string;
  startMs: number;
  sizeGiB: number;
  encrypted: boolean;
  kmsKeyId?: string;
  /** Of a copy, in a DR region or in the primary one. */
  sourceId?: string;
  /** When the snapshot was started that holds the data first. */
  dataSinceMs: number;
  /** The volume whose data it holds. */
  dataOf: string;
  heldByAmi: boolean;
  /** Since when an AMI holds it. */
  heldSinceMs?: number;
  lock?: SimLock;
  /** Whom it is shared with, and from when on every read tells it; the same for when it is shared no more. */
  shared?: { with: string; seenMs: number; endedMs?: number };
  /** When an AMI, a share or a lock let go of it before its time. */
  freedMs?: number;
  /** Set on a snapshot that is deleted while pending: it goes when it is done. */
  goesWhenDone: boolean;
  /** Until then a describe may miss it, or show it though it is gone. */
  settledMs: number;
  /** The tags before the vault wrote its mark, and until when a describe may show them. */
  tagged?: { before: TagRecord; settledMs: number };
  /** When it ended well. */
  completedMs?: number;
  /** When it ended in error. */
  failedMs?: number;
  /** When it stopped being the vault's to count: deleted, or a person took a tag of it. */
  lostMs?: number;
  lostTo?: "vault" | "person";
  /** Whether the rules let go of it when the vault deleted it. */
  letGo?: boolean;
  /** Whether a person took any tag of it. */
  untagged?: boolean;
  deleted: boolean;
  /** When it was deleted, be it that somebody had changed it long before. */
  goneMs?: number;
  /** Ready for an answer; made again when something changes. */
  described?: Ec2Snapshot;
}

export interface Region {
  name: string;
  snapshots: Map<string, SimSnapshot>;
  /** Copies that were begun and not yet seen to have ended. */
  copying: Set<SimSnapshot>;
  buckets: TokenBuckets;
  /** When a copy was last refused for want of a free slot. */
  fullMs: number;
}

export interface Account {
  settings: VaultSettings;
  time: VirtualTime;
  story: Story;
  faults: Faults;
  random: Random;
  /** Of what is launched, started and attached: when it is shown. */
  launches: Random;
  /** `false` in quiet days: then no chance of a fault comes true. */
  stormy: boolean;
  stormEndedMs: number;
  instances: Map<string, SimInstance>;
  volumes: Map<string, SimVolume>;
  primary: Region;
  drs: Region[];
  /** Every snapshot and copy of a volume's data by the volume, also those that are gone lately. */
  byVolume: Map<string, SimSnapshot[]>;
  /** By the instance of their recovery point. */
  byInstance: Map<string, SimSnapshot[]>;
  /** Every copy by its snapshot. */
  bySource: Map<string, SimSnapshot[]>;
  /** Regions whose key somebody disabled, and one that is down. */
  keyDisabledIn?: string;
  /** What KMS says of that key. */
  keyState: string;
  /** Since when it has been so. */
  keyLostSinceMs: number;
  downRegion?: string;
  schedulerDown: boolean;
  snsDown: boolean;
  /** The latest stretch of time in which calls found the token buckets crowded by others, without a break. */
  crowd: { sinceMs: number; untilMs: number; over: boolean };
  /** Until when the stack was last on a dry run: `Infinity` while it is. */
  dryUntilMs: number;
  /** When SNS first took a mail that announced what a change lets go of. */
  announcedMs?: number;
  /** Of the audit bucket, by key: what was written last, and since when it has been that. */
  manifests: Map<string, { body: string; sinceMs: number }>;
  /** When the last invocation began that nothing kept from writing what manifests were due. */
  auditedMs: number;
  /** How often the stack was deployed anew: environments of the function before are old. */
  deployments: number;
  /** Since when the clock has carried a slot, or from when slots are due: before that the vault can't know of one. */
  knownSinceMs: number;
  /** When an invocation last ended by itself that had read all it asked for. */
  endedMs: number;
  /** What people deleted, and which looks of the vault could notice it. */
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

/** Whether a fault of this probability comes true now; counted by its name. */
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

/** Puts a new snapshot where it is looked for. */
export function enter(account: Account, region: Region, snapshot: SimSnapshot): void {
  region.snapshots.set(snapshot.snapshotId, snapshot);
  listOf(account.byVolume, snapshot.dataOf).push(snapshot);
  listOf(account.byInstance, instanceOf(snapshot)).push(snapshot);
  if (snapshot.sourceId === undefined) return;
  listOf(account.bySource, snapshot.sourceId).push(snapshot);
  region.copying.add(snapshot);
}

/** Whether it is in a DR region: a copy, and not one that stands in for its original beside it. */
export function inDr({ primary }: Account, { region }: SimSnapshot): boolean {
  return region !== primary.name;
}

/** Marked as having been copied to the region and expired there. */
export function isExpiredIn(snapshot: SimSnapshot, region: string): boolean {
  return snapshot.markedIn?.includes(region) === true;
}

export function slotOf(snapshot: SimSnapshot): string {
  return parseDescription(snapshot.description)?.identity.slot ?? "";
}

/** The instance whose recovery point it is part of; empty for a person's own. */
export function instanceOf({ description }: SimSnapshot): string {
  return parseDescription(description)?.identity.instanceId ?? "";
}

/** A snapshot and what stands in for it, or the other way round, gone ones too: those of its slot in the primary region. */
export function twinsOf(account: Account, snapshot: SimSnapshot): SimSnapshot[] {
  const slot = slotOf(snapshot);
  const all = account.byVolume.get(snapshot.dataOf) ?? [];
  return all.filter((one) => !inDr(account, one) && slotOf(one) === slot);
}

/** Whether it or a twin of its slot is marked so, be that one gone: an original has the marks of what stands in for it. */
export function hasExpiredIn(account: Account, snapshot: SimSnapshot, region: string): boolean {
  return twinsOf(account, snapshot).some((one) => isExpiredIn(one, region));
}

/** A copy in a DR region: under that region's key. One in the primary region: under the key of the settings, if any. */
export function isVerified(account: Account, snapshot: SimSnapshot): boolean {
  const { state, encrypted, kmsKeyId, region } = snapshot;
  const { dr, primaryKeyArn } = account.settings;
  const key = inDr(account, snapshot) ? dr.find((one) => one.region === region)?.keyArn : (primaryKeyArn ?? kmsKeyId);
  return state === "completed" && encrypted && kmsKeyId === key;
}

/** What can be restored from: of two in the primary region a copy counts only when it is verified. */
export function isPoint(account: Account, snapshot: SimSnapshot): boolean {
  if (snapshot.state !== "completed") return false;
  const isStandIn = !inDr(account, snapshot) && snapshot.sourceId !== undefined;
  return !isStandIn || isVerified(account, snapshot);
}

/** From when on every read tells a change that is made now. */
export function settledFrom({ faults, random, stormy, time }: Account): number {
  const { consistencyMs } = faults.nature;
  const lag = consistencyMs === 0 || !stormy ? 0 : random.next() * consistencyMs;
  return time.nowMs() + lag;
}

/** Marks that it came or went, which describes may show late. */
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

/** Takes it away; what a rule still needs to know of it stays for a while (see forget.ts). */
export function removeSnapshot(account: Account, snapshot: SimSnapshot, by: "vault" | "person"): void {
  snapshot.deleted = true;
  snapshot.goneMs = account.time.nowMs();
  snapshot.lostMs ??= account.time.nowMs();
  snapshot.lostTo ??= by;
  touched(account, snapshot);
}
