/**
 * Draws the records of a large vault: recovery points of many nights with their copies, as years of runs, failures and
 * people leave them.
 */
import type { Random } from "../simulation/random";
import { INSTANCE_TAG_PREFIX, TAG, copyExpiredTag, fillTags } from "../../src/vault/model/tags/tags";
import { volumeSpecToTags } from "../../src/vault/model/tags/volumeSpec";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../src/vault/lib/time";
import type { CoreSettings, KeyedRegion } from "../../src/vault/model/settings";
import type { AttachedVolume, ProtectedInstance, Snapshot, Tags } from "../../src/vault/model/world";
import { makeReader } from "./asRead";

/** Values of the backup tag, one of which no policy has. Any character can be in one. */
export const POLICY_NAMES = ["true", "gold", "two\nlines", "removed"];
const OVERRIDES = ["", "", "", "daily=9", "last=30 daily=2", "within=1m", "last=3\nlast=9", "nonsense"];
const OTHER_KEY = "arn:aws:kms:us-west-2:111122223333:key/another";

/** A drawn instance, with the volumes of an earlier time. */
export interface DrawnInstance {
  instance: ProtectedInstance;
  /** Volumes that it had until `changedAt`, if others replaced them. */
  before: readonly AttachedVolume[];
  /** Number of newest nights with its present volumes and tags. */
  changedAt: number;
  /** Set if nobody backs it up any more: number of nights since. */
  leftSince?: number;
  tagsBefore: Tags;
}

/** What is drawn once for the whole vault. */
export interface Nature {
  random: Random;
  settings: CoreSettings;
  /** Time of the newest slot. */
  slotMs: number;
  nights: number;
  /** Milliseconds between two slots. */
  stepMs: number;
  /** Number of nights after which a copy expires, so that its snapshot carries the tag of that. */
  drNights: number;
  /** Probability of each kind of trouble. */
  trouble: number;
}

function idOf(prefix: string, random: Random): string {
  return `${prefix}-0${random.hex(16)}`;
}

function volumeAt(index: number, random: Random, tagKey: string): AttachedVolume {
  const isExcluded = index > 0 && random.chance(0.05);
  return {
    volumeId: idOf("vol", random),
    deviceName: index === 0 ? "/dev/xvda" : `/dev/sd${"fghijkl"[index - 1] ?? "z"}`,
    isRoot: index === 0,
    volumeType: random.chance(0.1) ? "st1" : "gp3",
    sizeGiB: random.int(8, 500),
    iops: 3000,
    throughputMiBps: 125,
    deleteOnTermination: index === 0,
    tags: { Name: `volume ${index}`, ...(isExcluded && { [tagKey]: "exclude" }) },
  };
}

function volumesOf(random: Random, tagKey: string): AttachedVolume[] {
  return Array.from({ length: random.int(1, 4) }, (_, index) => volumeAt(index, random, tagKey));
}

/** Draws an instance; now and then with a volume of the one before, which is then a volume of several. */
export function drawInstance(nature: Nature, previous: DrawnInstance | undefined): DrawnInstance {
  const { random, settings, nights, trouble } = nature;
  const { tagKey } = settings;
  const tagsOf = (): Tags => ({
    Name: `host ${random.hex(4)}`,
    [tagKey]: random.chance(trouble) ? random.pick(POLICY_NAMES) : "true",
    ...(random.chance(trouble) && { [`${tagKey}-keep-daily`]: random.pick(["9", "2", "x"]) }),
    env: "prod",
  });
  const volumes = volumesOf(random, tagKey);
  const moved = previous?.before[0] ?? previous?.instance.volumes[0];
  const isChanged = random.chance(0.1);
  const before = isChanged ? volumesOf(random, tagKey) : volumes;
  const instance: ProtectedInstance = {
    instanceId: idOf("i", random),
    instanceType: "m6i.large",
    availabilityZone: "us-east-1a",
    tags: tagsOf(),
    volumes,
    state: random.chance(trouble / 4) ? "pending" : "running",
    launchTimeMs: nature.slotMs - random.int(1, 400) * HOUR_MS,
  };
  return {
    instance,
    before: moved !== undefined && random.chance(trouble / 2) ? [...before, { ...moved, isRoot: false }] : before,
    changedAt: random.int(1, nights),
    tagsBefore: random.chance(trouble) ? tagsOf() : instance.tags,
    ...(random.chance(trouble) && { leftSince: random.int(1, nights) }),
  };
}

/** What the snapshots of one recovery point have in common. */
interface Point {
  nature: Nature;
  drawn: DrawnInstance;
  /** Number of slots since the newest. */
  night: number;
  keep: string;
}

function ownTags({ nature, drawn, night, keep }: Point, volumes: readonly AttachedVolume[], slot: string): Tags {
  const { instance, changedAt, tagsBefore } = drawn;
  const now = night < changedAt ? instance.tags : tagsBefore;
  const own = {
    [TAG.vault]: nature.settings.vaultId,
    [TAG.instance]: instance.instanceId,
    [TAG.instanceName]: now.Name ?? "",
    [TAG.instanceType]: instance.instanceType,
    [TAG.availabilityZone]: instance.availabilityZone,
    [TAG.slot]: slot,
    [TAG.run]: `run-${night}`,
    [TAG.crashConsistent]: "true",
    [TAG.setSize]: String(volumes.length),
    [TAG.policy]: now[nature.settings.tagKey] ?? "",
    ...(keep !== "" && { [TAG.keep]: keep, [TAG.drKeep]: keep }),
    ...volumeSpecToTags(volumes),
  };
  return fillTags(own, { [`${INSTANCE_TAG_PREFIX}Name`]: now.Name ?? "", [`${INSTANCE_TAG_PREFIX}env`]: "prod" }, 50);
}

/** Draws an original snapshot. Its tags, or even its Description, are in doubt now and then. */
function original(point: Point, volume: AttachedVolume, volumes: readonly AttachedVolume[]): Snapshot {
  const { nature, night } = point;
  const { random, settings, slotMs, stepMs, trouble } = nature;
  const slot = isoSeconds(slotMs - night * stepMs);
  const startTimeMs = slotMs - night * stepMs + random.int(0, 9 * MINUTE_MS);
  const state = random.chance(trouble / 4) ? "error" : night === 0 && random.chance(0.3) ? "pending" : "completed";
  const isEncrypted = random.chance(0.3);
  const of = random.chance(0.2) ? "identity" : "tags";
  return {
    snapshotId: idOf("snap", random),
    region: settings.primaryRegion,
    identity: { vaultId: settings.vaultId, instanceId: point.drawn.instance.instanceId, slot },
    ...(random.chance(trouble / 8) && { doubt: { of, what: "somebody wrote a tag" } as const }),
    volumeId: volume.volumeId,
    state,
    startTimeMs,
    ...(state === "completed" && { completedMs: startTimeMs + random.int(1, 60) * MINUTE_MS }),
    sizeGiB: volume.sizeGiB ?? 8,
    encrypted: isEncrypted,
    kmsKeyId: isEncrypted ? OTHER_KEY : undefined,
    stateMessage: state === "error" ? "the key is gone" : undefined,
    storageTier: random.chance(trouble / 20) ? "archive" : "standard",
    restoreExpiryTimeMs: undefined,
    tags: ownTags(point, volumes, slot),
  };
}

/** Draws a copy of a snapshot: mostly verified, else pending, failed or under another key. */
function copyOf(source: Snapshot, { region, keyArn }: KeyedRegion, { random, trouble }: Nature): Snapshot {
  const of = source.identity.source ?? {
    snapshotId: source.snapshotId,
    volumeId: source.volumeId,
    startedMs: source.startTimeMs,
  };
  const startTimeMs = source.startTimeMs + random.int(1, 600) * MINUTE_MS;
  const state = random.chance(trouble / 4) ? random.pick(["error", "pending"]) : "completed";
  const { doubt: _ofSource, completedMs: _its, ...rest } = source;
  return {
    ...rest,
    snapshotId: idOf("snap", random),
    region,
    identity: { ...source.identity, source: of },
    ...(random.chance(trouble / 12) && { doubt: { of: "tags", what: "somebody wrote a tag" } as const }),
    state,
    startTimeMs,
    ...(state === "completed" && { completedMs: startTimeMs + MINUTE_MS }),
    encrypted: true,
    kmsKeyId: random.chance(trouble / 10) ? OTHER_KEY : keyArn,
    storageTier: "standard",
    tags: {
      ...source.tags,
      [TAG.sourceSnapshot]: of.snapshotId,
      [TAG.sourceVolume]: of.volumeId,
      ...(source.region !== region && { [TAG.volumeSizeGiB]: String(source.sizeGiB), [TAG.deviceRole]: "data" }),
    },
  };
}

/** Records of a vault by region, each with the reader of its list. */
export type Records = Map<string, { seen: Snapshot[]; read: ReturnType<typeof makeReader> }>;

/** Adds the copies of a completed snapshot, or the tags that say that they expired. */
function withCopies(source: Snapshot, { nature, night }: Point, add: (one: Snapshot) => void): Snapshot {
  const { random, settings, trouble, drNights } = nature;
  const tags: Record<string, string> = { ...source.tags };
  for (const dr of settings.dr) {
    if (random.chance(night === 0 ? 0.7 : trouble / 8)) continue;
    const isExpired = night > drNights;
    if (isExpired || random.chance(trouble / 20)) tags[copyExpiredTag(dr.region)] = isoSeconds(nature.slotMs - DAY_MS);
    if (isExpired && random.chance(0.8)) continue;
    const attempts = random.chance(trouble / 8) ? random.int(2, 4) : 1;
    for (let attempt = 0; attempt < attempts; attempt += 1) add(copyOf(source, dr, nature));
  }
  return { ...source, tags };
}

/** Draws one recovery point into the records. */
function drawPoint(point: Point, volumes: readonly AttachedVolume[], add: (one: Snapshot) => void): void {
  const { random, settings, trouble } = point.nature;
  const { primaryRegion, primaryKeyArn } = settings;
  for (const volume of volumes) {
    const first = original(point, volume, volumes);
    const twice = random.chance(trouble / 8) ? [random.pick([2, 20, 200]) * MINUTE_MS] : [];
    for (const laterMs of [0, ...twice]) {
      const one = { ...first, startTimeMs: first.startTimeMs + laterMs };
      const made = laterMs === 0 ? one : { ...one, snapshotId: idOf("snap", random) };
      if (made.state !== "completed") {
        add(made);
        continue;
      }
      const isReplaced = primaryKeyArn !== undefined && !made.encrypted && random.chance(0.7);
      const here = { region: primaryRegion, keyArn: primaryKeyArn ?? "" };
      const replacement = isReplaced ? copyOf(made, here, point.nature) : undefined;
      const left = withCopies(made, point, add);
      if (replacement !== undefined) add(replacement);
      const isGone = replacement === undefined ? random.chance(trouble / 20) : random.chance(0.9);
      if (!isGone) add(left);
    }
  }
}

/** Draws the recovery points of an instance. */
export function drawPoints(drawn: DrawnInstance, nature: Nature, records: Records): void {
  const { random, nights } = nature;
  const keep = random.chance(nature.trouble) ? random.pick(OVERRIDES) : "";
  const add = (one: Snapshot) => {
    const list = records.get(one.region) ?? { seen: [], read: makeReader() };
    records.set(one.region, list);
    list.seen.push(list.read(one));
  };
  for (let night = drawn.leftSince ?? 0; night < nights; night += 1) {
    if (random.chance(night === 0 ? 0.3 : nature.trouble / 10)) continue;
    const volumes = night < drawn.changedAt ? drawn.instance.volumes : drawn.before;
    drawPoint({ nature, drawn, night, keep }, volumes, add);
  }
}
