/**
 * (a) Counts the API calls of an ordinary night by kind, on the emulator, against the least that a vault needs which
 * verifies: one CreateSnapshots per instance, one CopySnapshot per volume, and nine pages. In the runs before, the vault
 * reads the attributes of new instances.
 */
import { join } from "node:path";
import type { Instance } from "@aws-sdk/client-ec2";
import { inChild, printFigure } from "./child";
import type { CallCount } from "../../src/local/account/switches";
import { inventoryOf } from "../../src/local/account/inventory";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { startVault } from "../../src/local/runtime/localVault";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { emulatorHome } from "../support/emulatorHome";

export interface CallFigure {
  instances: number;
  /** Minutes for which the emulator's snapshots and copies are pending. */
  pendingMinutes: { snapshot: number; copy: number };
  invocations: number;
  calls: CallCount[];
  /** KMS calls: one per key and invocation. */
  kms: number;
  /** EC2 calls. */
  total: number;
  floor: number;
  ratio: number;
}

const ROOT = join(__dirname, "..", "..");
const VOLUMES_AN_INSTANCE = 2;
/**
 * - instances, their volumes (whose tags exclude them), their subnets and CPU credit options
 * - snapshots of the primary region, before any is created
 * - snapshots of both regions, before a completed one is copied
 * - snapshots of both regions at the end: that each completed copy is usable and that none is missing. The manifests need
 *   both too
 */
const PAGES = 4 + 1 + 2 + 2;
/** Instances whose attributes the vault reads in one run (src/vault/observe/captures.ts). */
const READ_A_RUN = 30;
/** So that no night deletes anything. */
const KEPT = ["retentionDays=60", "drRetentionDays=60"];
/** Between two sweeps, which come anyway and are not counted. */
const SCHEDULE = "schedule=cron(30 3 * * ? *)";
const RUN_AT_MS = 3.5 * HOUR_MS;

function fleetOf(count: number): Instance[] {
  return Array.from({ length: count }, (_, index) => {
    const hex = index.toString(16).padStart(4, "0");
    return {
      InstanceId: `i-0aaaaaaaaaaaa${hex}`,
      // Half of them earn CPU credits.
      InstanceType: index % 2 === 0 ? ("m6i.large" as const) : ("t3.large" as const),
      RootDeviceName: "/dev/xvda",
      State: { Name: "running" as const },
      Tags: [{ Key: "backup", Value: "True" }],
      BlockDeviceMappings: ["/dev/xvda", "/dev/sdf"].map((DeviceName, volume) => ({
        DeviceName,
        Ebs: { VolumeId: `vol-0aaaaaaaaa${volume}0${hex}` },
      })),
    };
  });
}

/**
 * Plays a night, then runs by hand until no instance is new, an hour apart: each night has 24 sweeps, and reading thousands
 * of snapshots in each takes minutes. Then it measures a night, from the run until the next sweep, when nothing is pending.
 */
async function measureHere(instances: number, pendingMinutes: CallFigure["pendingMinutes"]): Promise<CallFigure> {
  const startMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const fleet = { Reservations: [{ Instances: fleetOf(instances) }] };
  const inventory = inventoryOf(fleet, undefined, "us-east-1");
  const config = loadStackConfig(ROOT, "dev", [SCHEDULE, ...KEPT]);
  const vault = await startVault(
    { folder: ROOT, home: emulatorHome("bench"), config, inventory, startMs },
    () => undefined,
  );
  try {
    await vault.emulator.setPending(pendingMinutes);
    const runMs = startMs + DAY_MS + RUN_AT_MS;
    for (let left = Math.ceil(instances / READ_A_RUN) - 1; left > 0; left -= 1) {
      await vault.runUntil(runMs - left * HOUR_MS, () => undefined);
      await vault.trigger({ kind: "run" });
    }
    await vault.runUntil(runMs - 1, () => undefined);
    await vault.emulator.resetCalls();
    let invocations = 0;
    await vault.runUntil(runMs + HOUR_MS / 2 - 1, () => {
      invocations += 1;
    });
    const calls = await vault.emulator.calls();
    const callsOf = (service: string) =>
      calls.filter(({ call }) => call.startsWith(`${service}:`)).reduce((sum, { count }) => sum + count, 0);
    const total = callsOf("ec2");
    const floor = PAGES + instances + instances * VOLUMES_AN_INSTANCE;
    const kms = callsOf("kms");
    return {
      instances,
      pendingMinutes,
      invocations,
      calls,
      kms,
      total,
      floor,
      ratio: total / floor,
    };
  } finally {
    await vault.stop();
  }
}

export function measureCalls(instances: number, { snapshot, copy }: CallFigure["pendingMinutes"]): Promise<CallFigure> {
  return inChild(__filename, String(instances), String(snapshot), String(copy));
}

printFigure(require.main === module, ([instances, snapshot, copy]) =>
  measureHere(Number(instances), { snapshot: Number(snapshot), copy: Number(copy) }),
);
