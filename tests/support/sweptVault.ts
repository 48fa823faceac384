/**
 * Deploys a vault of two instances on an emulated account, and lets its time pass by sweeps.
 */
import { join } from "node:path";
import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { inventoryOf } from "../../src/local/account/inventory";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { type LocalVault, startVault } from "../../src/local/runtime/localVault";
import { describeVaultSnapshots } from "../../src/vault/aws/ec2Reads";
import { tagsToList } from "../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import type { Snapshot } from "../../src/vault/model/world";
import { declaringAfar } from "./declaringAfar";
import { emulatorHome } from "./emulatorHome";

const ROOT = join(__dirname, "..", "..");
export const PRIMARY = "us-east-1";
export const DR = "us-west-2";
export const REGIONS = [PRIMARY, DR];
const INSTANCES = ["1", "2"].map((id) => ({
  InstanceId: `i-0aaaaaaaaaaaa000${id}`,
  Tags: [{ Key: "backup", Value: "True" }],
  RootDeviceName: "/dev/xvda",
  BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: `vol-0aaaaaaaaaaaa000${id}` } }],
}));
const FLEET = inventoryOf({ Reservations: [{ Instances: INSTANCES }] }, undefined, PRIMARY);

export interface SweptVault {
  vault: LocalVault;
  inRegion: (region: string) => Promise<Snapshot[]>;
  idsIn: (region: string) => Promise<string[]>;
  retag: (region: string, ids: string[], tags: Record<string, string>) => Promise<void>;
  /** Lets time pass. @returns what was mailed meanwhile */
  pass: (ms: number) => Promise<string>;
  /** Runs three sweeps. @returns what was mailed meanwhile */
  threeSweeps: () => Promise<string>;
  /**
   * Runs three sweeps and expects that nothing was deleted.
   * @returns what was mailed
   */
  expectNothingDeleted: () => Promise<string>;
}

/** Deploys the vault and runs it for some nights. */
export async function startSweptVault(name: string, config: string[], nights: number): Promise<SweptVault> {
  const startMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const stackConfig = loadStackConfig(ROOT, "dev", config);
  const vault = await startVault(
    {
      folder: ROOT,
      home: emulatorHome(name),
      config: stackConfig,
      inventory: FLEET,
      startMs,
      declaring: declaringAfar,
    },
    () => undefined,
  );
  let nowMs = startMs;

  async function pass(ms: number): Promise<string> {
    const before = vault.mails().length;
    nowMs += ms;
    await vault.runUntil(nowMs, () => undefined);
    return vault
      .mails()
      .slice(before)
      .map(({ body }) => body)
      .join("\n");
  }

  const inRegion = async (region: string) =>
    describeVaultSnapshots(vault.account.ec2(region), region, vault.stack.vaultId);

  const idsIn = async (region: string) => (await inRegion(region)).map(({ snapshotId }) => snapshotId).sort();

  const threeSweeps = async () => pass(3 * HOUR_MS);

  await pass((nights - 1) * DAY_MS + 6 * HOUR_MS);
  return {
    vault,
    inRegion,
    idsIn,
    retag: async (region, ids, tags) => {
      const command = new CreateTagsCommand({ Resources: ids, Tags: tagsToList(tags) });
      await vault.account.ec2(region).send(command);
    },
    pass,
    threeSweeps,
    expectNothingDeleted: async () => {
      const before = await Promise.all(REGIONS.map(idsIn));
      const mailed = await threeSweeps();
      const after = await Promise.all(REGIONS.map(idsIn));
      for (const [index, ids] of before.entries()) expect(after[index]).toEqual(expect.arrayContaining(ids));
      return mailed;
    },
  };
}
