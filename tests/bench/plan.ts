/**
 * (c) Measures CPU time and peak memory of `plan` by the number of snapshots: of the archive's functions, which are what
 * runs, or of the sources.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inChild, printFigure } from "./child";
import { remember } from "../../src/vault/changes/changeMemory";
import { takeInventory } from "../../src/vault/inventory/inventory";
import { planVault } from "../../src/vault/plan/plan";
import { countPoints } from "../../src/vault/missing/pointCounts";
import { packCounts } from "../../src/vault/missing/pointMemory";
import { INSTANCE_TAG_PREFIX, TAG } from "../../src/vault/model/tags";
import { DAY_MS, HOUR_MS, isoSeconds, parseIso } from "../../src/vault/lib/time";
import type { ProtectedInstance, Snapshot, World } from "../../src/vault/model/world";
import type { CoreSettings } from "../../src/vault/model/settings";
import { volumeSpecToTags } from "../../src/vault/model/volumeSpec";
import { identify } from "../support/identify";
import { DR, SETTINGS, inDr, keeping, sealedIn } from "../support/world";

export interface PlanFigure {
  /** Number of snapshots and copies together. */
  snapshots: number;
  /** CPU time of one `planVault`, user and system. */
  cpuMs: number;
  /** Peak resident memory of world and plan, above the process that had loaded its code. */
  peakMiB: number;
}

const NIGHTS = 14;
const VOLUMES_AN_INSTANCE = 2;
export const NOW = Date.UTC(2026, 10, 22, 3, 5);

const POLICY: CoreSettings = { ...SETTINGS, tagKey: "backup", policies: keeping(NIGHTS - 1) };

export function instanceAt(index: number): ProtectedInstance {
  const id = index.toString(16).padStart(12, "0");
  const volumes = Array.from({ length: VOLUMES_AN_INSTANCE }, (_, volume) => ({
    volumeId: `vol-${volume}${id}`,
    deviceName: `/dev/sd${"abcd"[volume] ?? "z"}`,
    isRoot: volume === 0,
    volumeType: "gp3",
    sizeGiB: 100,
    iops: 3000,
    throughputMiBps: 125,
    tags: { Name: `volume ${volume}` },
  }));
  const tags = { Name: `host-${index}`, backup: "True", env: "prod" };
  return {
    instanceId: `i-${id}`,
    instanceType: "m6i.large",
    availabilityZone: "us-east-1a",
    tags,
    volumes,
  };
}

export function snapshotOf(instance: ProtectedInstance, volume: number, night: number): Snapshot {
  const startTimeMs = NOW - night * DAY_MS - 5 * 60_000;
  const volumeId = instance.volumes[volume]?.volumeId ?? "";
  const record = {
    snapshotId: `snap-${night}${volumeId.slice(4)}`,
    region: POLICY.primaryRegion,
    volumeId,
    state: "completed",
    startTimeMs,
    sizeGiB: 100,
    encrypted: false,
    tags: {
      [TAG.vault]: POLICY.vaultId,
      [TAG.instance]: instance.instanceId,
      [TAG.slot]: isoSeconds(NOW - night * DAY_MS - 5 * 60_000),
      [TAG.run]: `run-${night}`,
      [TAG.crashConsistent]: "true",
      [TAG.setSize]: String(VOLUMES_AN_INSTANCE),
      ...volumeSpecToTags(instance.volumes),
      [`${INSTANCE_TAG_PREFIX}Name`]: instance.tags.Name ?? "",
    },
  };
  return identify(record, POLICY.vaultId);
}

function copyOf(source: Snapshot): Snapshot {
  const tags = {
    ...source.tags,
    [TAG.sourceSnapshot]: source.snapshotId,
    [TAG.sourceVolume]: source.volumeId,
  };
  const { identity: _ofSource, ...rest } = source;
  const copy = { ...rest, ...sealedIn(DR), tags, snapshotId: `${source.snapshotId}c` };
  return identify(copy, POLICY.vaultId);
}

/**
 * Makes fourteen nights of a fleet: the newest is not copied yet, the oldest is past retention.
 * @param records is the number of snapshots and copies together
 */
function worldOf(records: number): World {
  const snapshots = Math.ceil((records * NIGHTS) / (2 * NIGHTS - 1));
  const instances = Array.from({ length: Math.ceil(snapshots / NIGHTS / VOLUMES_AN_INSTANCE) }, (_, index) =>
    instanceAt(index),
  );
  const all: Snapshot[] = [];
  for (let night = 0; night < NIGHTS; night += 1) {
    for (const instance of instances) {
      for (let volume = 0; volume < VOLUMES_AN_INSTANCE; volume += 1) {
        if (all.length < snapshots) all.push(snapshotOf(instance, volume, night));
      }
    }
  }
  const copied = all.filter((snapshot) => snapshot.tags[TAG.run] !== "run-0");
  return {
    instances,
    snapshots: all,
    copies: inDr(copied.map(copyOf)),
    problems: [],
    throttled: [],
  };
}

/** Returns what the timer carries from the previous sweep: settings, and recovery points that existed and were kept. */
function clockOf({ snapshots = [], copies }: World): Pick<World, "changes" | "points"> {
  const lookMs = NOW - HOUR_MS;
  const isWanted = ({ identity }: Snapshot) => {
    const slotMs = parseIso(identity.slot) ?? 0;
    return slotMs < lookMs && slotMs > NOW - (NIGHTS - 1) * DAY_MS;
  };
  const all = Object.entries({ ...copies, [POLICY.primaryRegion]: snapshots });
  const counts = all.map(([region, seen]) => [region, countPoints(seen.filter(isWanted))] as const);
  const points = { at: isoSeconds(lookMs), counted: packCounts(new Map(counts)), gone: [] };
  return {
    changes: remember({ memory: undefined, oldestSlot: undefined }, POLICY, lookMs),
    points,
  };
}

interface Planner {
  takeInventory: typeof takeInventory;
  planVault: typeof planVault;
}

/** Returns the two functions of a plan from an archive, which exports only its handler. */
function plannerIn(index: string): Planner {
  const file = join(dirname(index), "__planner.js");
  const names = ["takeInventory", "planVault"];
  const exported = names.map((name) => `exports.${name} = __${name};`);
  writeFileSync(file, [readFileSync(index, "utf8"), ...exported].join("\n"));
  process.env.AWS_REGION = POLICY.primaryRegion;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the file is written here
  return require(file) as Planner;
}

function measureHere(snapshots: number, index?: string): PlanFigure {
  const planner = index === undefined ? { takeInventory, planVault } : plannerIn(index);
  const loadedBytes = process.memoryUsage().rss;
  const seen = worldOf(snapshots);
  const world = { ...seen, ...clockOf(seen) };
  const slot = isoSeconds(NOW);
  const before = process.cpuUsage();
  const inventory = planner.takeInventory(world, POLICY);
  const slotTask = { slot, mode: "open" } as const;
  const plan = planner.planVault({ world, inventory, settings: POLICY, slotTask, runId: "bench", nowMs: NOW });
  const { user, system } = process.cpuUsage(before);
  if (plan.actions.length === 0) throw new Error("the bench's world planned nothing");
  return {
    snapshots,
    cpuMs: (user + system) / 1_000,
    peakMiB: process.resourceUsage().maxRSS / 1_024 - loadedBytes / 2 ** 20,
  };
}

/**
 * Returns the median CPU time of three cold processes, and the highest peak.
 * @param index the archive's `__index.js`
 */
export async function measurePlan(snapshots: number, index: string): Promise<PlanFigure> {
  const figures: PlanFigure[] = [];
  for (let run = 0; run < 3; run += 1) figures.push(await inChild(__filename, String(snapshots), index));
  const [, median] = figures.map(({ cpuMs }) => cpuMs).sort((a, b) => a - b);
  const peakMiB = Math.max(...figures.map((figure) => figure.peakMiB));
  return { snapshots, cpuMs: median ?? NaN, peakMiB };
}

printFigure(require.main === module, ([snapshots, index]) => measureHere(Number(snapshots), index));
