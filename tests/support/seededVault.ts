/**
 * Draws a large vault from a seed, with everything that a plan decides by: settings, records (seededFleet.ts), and what
 * the timer carries.
 */
import { type Random, makeRandom } from "../simulation/random";
import { remember } from "../../src/vault/changes/changeMemory";
import { notifiedOf } from "../../src/vault/changes/changeUpdate";
import { nextPoints } from "../../src/vault/missing/expectedPoints";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../src/vault/lib/time";
import type { ChangeMemory } from "../../src/vault/model/memory/changeMemory";
import type { Plan } from "../../src/vault/model/actions";
import { NO_POINTS, type PointMemory } from "../../src/vault/model/memory/pointMemory";
import type { CoreSettings, KeepPolicy } from "../../src/vault/model/settings";
import type { SlotTask } from "../../src/vault/model/trigger";
import type { Snapshot, World } from "../../src/vault/model/world";
import { planOf } from "./planOf";
import { type DrawnInstance, type Nature, POLICY_NAMES, type Records, drawInstance, drawPoints } from "./seededFleet";
import { DR, DR2, NOW, PRIMARY_KEY, SETTINGS } from "./world";

export interface SeededVault {
  world: World;
  settings: CoreSettings;
  slotTask: SlotTask | undefined;
  runId: string;
  nowMs: number;
}

const DR3 = { region: "ap-south-1", keyArn: "arn:aws:kms:ap-south-1:111122223333:key/dr3" };

function drawPolicy(random: Random, nights: number): KeepPolicy {
  const retentionDays = random.int(1, nights);
  return random.pick<KeepPolicy>([
    { keep: { retentionDays }, drKeep: { retentionDays: Math.ceil(retentionDays / 2) } },
    { keep: { daily: 7, weekly: 4, monthly: 6 }, drKeep: { daily: 3, weekly: 2, yearly: -1 } },
    { keep: { last: random.int(2, nights), hourly: 12 }, drKeep: { within: "1m2d" } },
    { keep: { within: "1m10d3h", monthly: -1 }, drKeep: { last: 4, daily: 5, retentionDays: 2 } },
  ]);
}

function drawSettings(random: Random, nights: number): CoreSettings {
  const encrypts = random.chance(0.3);
  const known = POLICY_NAMES.filter((name) => name !== "removed");
  return {
    ...SETTINGS,
    dr: random.pick([[DR], [DR], [DR, DR2], [DR2, DR, DR3]]),
    ...(encrypts && { primaryKeyArn: PRIMARY_KEY }),
    tags: random.chance(0.3) ? { Team: "backup", ["__proto__"]: "no" } : {},
    policies: Object.fromEntries(known.map((name) => [name, drawPolicy(random, nights)])),
    keepAtLeast: random.pick([1, 1, 1, 2, 3]),
    overrideMin: random.chance(0.5) ? { daily: 3, last: 2 } : {},
    overrideMax: random.chance(0.7) ? { daily: 30, last: 20, within: "2m" } : {},
    orphans: random.pick(["keep-last", "keep-last", "keep", "expire"]),
    orphanDays: random.int(1, 20),
    editGraceDays: random.pick([7, 30]),
    maxDeletePercent: random.pick([100, 100, 30]),
    maxDeletes: random.pick([0, 0, 0, 10]),
    timezone: random.pick(["UTC", "Europe/Berlin", "America/New_York"]),
    schedule: random.pick(["cron(0 3 * * ? *)", "rate(6 hours)"]),
  };
}

/** Returns copies by region; a region that was not seen is missing. */
function seenIn(records: Records, { dr }: CoreSettings, unseen: string | undefined) {
  const seen = dr.map(({ region }) => region).filter((region) => region !== unseen);
  return Object.fromEntries(seen.map((region) => [region, records.get(region)?.seen ?? []]));
}

/** Draws snapshots that somebody deletes, and returns the world without them. */
function withoutSome(world: World, random: Random): World {
  const left = (all: Snapshot[] = []) => all.filter(() => !random.chance(0.002));
  const copies = Object.entries(world.copies).map(([region, all]) => [region, left(all)] as const);
  return { ...world, snapshots: left(world.snapshots), copies: Object.fromEntries(copies) };
}

function drawWorld(nature: Nature, records: number): World {
  const { random, settings, slotMs } = nature;
  const found: Records = new Map();
  const all: DrawnInstance[] = [];
  const count = () => [...found.values()].reduce((sum, { seen }) => sum + seen.length, 0);
  while (count() < records) {
    const drawn = drawInstance(nature, all.at(-1));
    all.push(drawn);
    drawPoints(drawn, nature, found);
  }
  const present = all.filter(({ leftSince }) => leftSince === undefined).map(({ instance }) => instance);
  const gone = all.filter(({ leftSince }) => leftSince !== undefined);
  const dropouts = gone.slice(0, 5).map(({ instance: { instanceId, tags }, leftSince = 0 }) => ({
    instanceId,
    tags: { ...tags, [settings.tagKey]: "True " },
    newestMs: slotMs - leftSince * nature.stepMs,
    because: "left" as const,
  }));
  const unseen = random.chance(0.15) ? settings.dr.at(-1)?.region : undefined;
  const arns = [...settings.dr.map(({ keyArn }) => keyArn), PRIMARY_KEY];
  const keys = Object.fromEntries(arns.map((keyArn) => [keyArn, { state: "Enabled" }]));
  const lost = settings.dr[0]?.keyArn ?? "";
  return {
    ...(random.chance(0.85) && { instances: random.chance(0.95) ? present : [], dropouts }),
    snapshots: found.get(settings.primaryRegion)?.seen ?? [],
    copies: seenIn(found, settings, unseen),
    keys: random.chance(0.15) ? { ...keys, [lost]: { state: "PendingDeletion" } } : keys,
    strangers: [{ snapshotId: "snap-stranger", region: settings.primaryRegion, description: "mine" }],
    problems: [],
    throttled: [],
  };
}

/** Draws what the timer says of settings that were edited nine days ago. */
function drawMemory(random: Random, settings: CoreSettings, slotMs: number): ChangeMemory {
  const wider = (policy: KeepPolicy) => ({
    keep: { ...policy.keep, retentionDays: 200 },
    drKeep: { ...policy.drKeep, last: 60 },
  });
  const policies = Object.fromEntries(Object.entries(settings.policies).map(([name, one]) => [name, wider(one)]));
  const former = random.chance(0.6) ? { ...settings, policies, schedule: "rate(8 hours)" } : settings;
  const nothing = { memory: undefined, hasPoints: random.chance(0.2) };
  const before = remember(nothing, former, slotMs - 20 * DAY_MS);
  return remember({ memory: before, hasPoints: true }, settings, slotMs - 9 * DAY_MS);
}

/** Plays two looks before the plan's own: what they announced, and what they found missing. */
function recalled(vault: SeededVault, random: Random): Pick<SeededVault, "world" | "settings"> {
  const { settings, nowMs } = vault;
  const planAt = (world: World, atMs: number): Plan => planOf(world, settings, vault.slotTask, "run", atMs);
  const pointsOf = ({ points }: Plan): PointMemory =>
    points === undefined ? NO_POINTS : nextPoints(points, { isDeleting: false, isNotified: true });
  const seen = { ...vault.world, changes: drawMemory(random, settings, nowMs), points: NO_POINTS };
  const first = planAt(seen, nowMs - 2 * HOUR_MS);
  const second = planAt(
    { ...withoutSome(seen, random), changes: first.changes?.memory, points: pointsOf(first) },
    nowMs - 40 * MINUTE_MS,
  );
  const { changes } = first;
  const mailed = isoSeconds(nowMs - random.pick([1, 8, 31]) * DAY_MS);
  const keys = (changes?.plans ?? []).map(({ problemKey }) => [problemKey ?? "", mailed] as const);
  const memory = changes && random.chance(0.7) ? notifiedOf(changes, Object.fromEntries(keys)) : changes?.memory;
  const approved = random.chance(0.3) ? (changes?.plans ?? []).slice(0, 1).map(({ hash }) => hash) : [];
  const carried = random.pick<World["changes"]>([memory, memory, memory, memory, "unread", undefined]);
  return {
    world: {
      ...withoutSome(vault.world, random),
      changes: carried,
      ...(carried !== "unread" && { points: pointsOf(second) }),
    },
    settings: { ...settings, approvedDeletePlan: approved },
  };
}

/**
 * Draws a vault.
 * @param records least number of snapshots and copies together
 * @param slots number of slots that its instances have recovery points for; absent: it is drawn too
 */
export function seededVault(seed: number, records: number, slots?: number): SeededVault {
  const random = makeRandom(seed);
  const drawn = Math.round(random.skewed(4, 60));
  const nights = slots ?? drawn;
  const settings = drawSettings(random, nights);
  const stepMs = random.chance(0.2) ? HOUR_MS : DAY_MS;
  const drNights = random.int(2, nights);
  const nature = { random, settings, slotMs: NOW, nights, stepMs, drNights, trouble: random.skewed(0.01, 0.4) };
  const world = drawWorld(nature, records);
  const slotTask = random.pick<SlotTask | undefined>([
    { slot: isoSeconds(NOW), mode: "open" },
    { slot: isoSeconds(NOW), mode: "open", supersedes: isoSeconds(NOW - stepMs) },
    { slot: isoSeconds(NOW - stepMs), mode: "closing" },
    undefined,
  ]);
  const vault: SeededVault = { world, settings, slotTask, runId: "run", nowMs: NOW + 5 * MINUTE_MS };
  return { ...vault, ...recalled(vault, random.fork("recalled")) };
}
