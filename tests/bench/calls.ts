/**
 * (a) Counts the API calls of one night by kind, on the emulator, against the floor for any tool: a page of instances,
 * a page of snapshots per region, one CreateSnapshots per instance, one CopySnapshot per volume.
 */
import { join } from "node:path";
import type { Instance } from "@aws-sdk/client-ec2";
import { inChild, printFigure } from "./child";
import type { CallCount } from "../../src/local/account/switches";
import { inventoryOf } from "../../src/local/account/inventory";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { startVault } from "../../src/local/story/localVault";
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
/** Between two sweeps, which come anyway and are not counted. */
const SCHEDULE = "schedule=cron(30 3 * * ? *)";
const RUN_AT_MS = 3.5 * HOUR_MS;

function fleetOf(count: number): Instance[] {
  return Array.from({ length: count }, (_, index) => {
    const hex = index.toString(16).padStart(4, "0");
    return {
      InstanceId: `i-0aaaaaaaaaaaa${hex}`,
      InstanceType: "m6i.large" as const,
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

/** Plays one night: from the run until the next sweep, when nothing is pending any more. */
async function measureHere(instances: number, pendingMinutes: CallFigure["pendingMinutes"]): Promise<CallFigure> {
  const startMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const fleet = { Reservations: [{ Instances: fleetOf(instances) }] };
  const inventory = inventoryOf(fleet, undefined, "us-east-1");
  const config = loadStackConfig(ROOT, "dev", [SCHEDULE]);
  const vault = await startVault(
    { folder: ROOT, home: emulatorHome("bench"), config, inventory, startMs },
    () => undefined,
  );
  try {
    await vault.emulator.setPending(pendingMinutes);
    await vault.runUntil(startMs + RUN_AT_MS - 1, () => undefined);
    await vault.emulator.resetCalls();
    let invocations = 0;
    await vault.runUntil(startMs + RUN_AT_MS + HOUR_MS / 2 - 1, () => {
      invocations += 1;
    });
    const calls = await vault.emulator.calls();
    const callsOf = (service: string) =>
      calls.filter(({ call }) => call.startsWith(`${service}:`)).reduce((sum, { count }) => sum + count, 0);
    const total = callsOf("ec2");
    const floor = 3 + instances + instances * VOLUMES_AN_INSTANCE;
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
