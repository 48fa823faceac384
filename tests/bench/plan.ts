/** (c) Measures CPU time and peak memory of `plan` by the number of snapshots, with the archive's functions. */
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { inChild, printFigure } from "./child";
import { deployedPlanner, sourcePlanner, writePlanner } from "./planner";
import { remember } from "../../src/vault/changes/changeMemory";
import { countPoints } from "../../src/vault/missing/pointCounts";
import { packCounts } from "../../src/vault/missing/pointMemory";
import { INSTANCE_TAG_PREFIX, TAG } from "../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds, parseIso } from "../../src/vault/lib/time";
import type { ProtectedInstance, Snapshot, World } from "../../src/vault/model/world";
import type { CoreSettings } from "../../src/vault/model/settings";
import type { SlotTask } from "../../src/vault/model/trigger";
import { volumeSpecToTags } from "../../src/vault/model/tags/volumeSpec";
import { makeReader } from "../support/asRead";
import { identify } from "../support/identify";
import { type SeededVault, seededVault } from "../support/seededVault";
import { DR, SETTINGS, inDr, keeping, sealedIn } from "../support/world";

export interface PlanFigure {
  /** Number of snapshots and copies together. */
  snapshots: number;
  /** CPU time of one `takeInventory` and `planVault`, user and system. */
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
    snapshots: all.map(makeReader()),
    copies: inDr(copied.map(copyOf).map(makeReader())),
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
    changes: remember({ memory: undefined, hasPoints: false }, POLICY, lookMs),
    points,
  };
}

/** Returns the bench's own vault, in which nothing has failed. */
function quietVault(snapshots: number): SeededVault {
  const seen = worldOf(snapshots);
  const slotTask: SlotTask = { slot: isoSeconds(NOW), mode: "open" };
  return { world: { ...seen, ...clockOf(seen) }, settings: POLICY, slotTask, runId: "bench", nowMs: NOW };
}

/** What a process plans. */
interface Measured {
  snapshots: number;
  /** A checkout's folder, whose sources plan, or an archive's `__index.js` (planner.ts). */
  from: string;
  /** Seed of a vault with every kind of trouble; absent: the bench's own. */
  seed?: number;
}

function measureHere({ snapshots, from, seed }: Measured): PlanFigure {
  const { takeInventory, planVault } = from.endsWith(".js") ? deployedPlanner(from) : sourcePlanner(from);
  const loadedBytes = process.memoryUsage().rss;
  const vault = seed === undefined ? quietVault(snapshots) : seededVault(seed, snapshots);
  const before = process.cpuUsage();
  const inventory = takeInventory(vault.world, vault.settings);
  const plan = planVault({ ...vault, inventory });
  const { user, system } = process.cpuUsage(before);
  if (plan.actions.length === 0) throw new Error("the bench's world planned nothing");
  return {
    snapshots,
    cpuMs: (user + system) / 1_000,
    peakMiB: process.resourceUsage().maxRSS / 1_024 - loadedBytes / 2 ** 20,
  };
}

/** Measures one cold process. */
export function measureOnce(measured: Measured): Promise<PlanFigure> {
  return inChild(__filename, "measure", JSON.stringify(measured));
}

/** Writes the archive of a checkout in a process of its own. Returns its `__index.js`. */
export function deployedIn(folder: string): Promise<string> {
  return inChild(__filename, "write", folder);
}

/** Returns for each size the median CPU time of three cold processes, and the highest peak. */
export async function measurePlans(
  checkout: string,
  sizes: readonly number[],
  progress: (message: string) => void,
): Promise<PlanFigure[]> {
  const index = await deployedIn(checkout);
  const figures: PlanFigure[] = [];
  for (const size of sizes) {
    progress(`(c) planning ${size} snapshots`);
    const runs: PlanFigure[] = [];
    for (let run = 0; run < 3; run += 1) runs.push(await measureOnce({ snapshots: size, from: index }));
    const [, median = NaN] = runs.map(({ cpuMs }) => cpuMs).sort((a, b) => a - b);
    figures.push({ snapshots: size, cpuMs: median, peakMiB: Math.max(...runs.map(({ peakMiB }) => peakMiB)) });
  }
  rmSync(dirname(index), { recursive: true });
  return figures;
}

printFigure(require.main === module, ([what, of = ""]) =>
  what === "write" ? writePlanner(of) : measureHere(JSON.parse(of) as Measured),
);
