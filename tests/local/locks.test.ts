/**
 * Tests that on an emulated account a copy is kept while it is locked, whoever locked it, and that this is reported.
 * Method: the archive of a stack that locks its copies, on some nights with a person who locks and shares in between.
 */
import { join } from "node:path";
import { DeleteSnapshotCommand, LockSnapshotCommand, ModifySnapshotAttributeCommand } from "@aws-sdk/client-ec2";
import { inventoryOf } from "../../src/local/account/inventory";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { type LocalVault, startVault } from "../../src/local/runtime/localVault";
import { describeLocks, describeVaultSnapshots } from "../../src/vault/aws/ec2Reads";
import { TAG } from "../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { declaringAfar } from "../support/declaringAfar";
import { emulatorHome } from "../support/emulatorHome";

const ROOT = join(__dirname, "..", "..");
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;
/** Time of the run, at three o'clock. */
const MORNING_MS = 6 * HOUR_MS;
const LOCK = { mode: "compliance", days: 2 };
const INSTANCE = {
  InstanceId: "i-0aaaaaaaaaaaa0001",
  Tags: [{ Key: "backup", Value: "True" }],
  RootDeviceName: "/dev/xvda",
  BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-0aaaaaaaaaaaa0001" } }],
};
const FLEET = inventoryOf({ Reservations: [{ Instances: [INSTANCE] }] }, undefined, "us-east-1");

let vault: LocalVault;

/** Lets time pass to the morning of a day, counted from 1. */
const until = (day: number) => vault.runUntil(START_MS + (day - 1) * DAY_MS + MORNING_MS, () => undefined);

/** Returns the days whose recovery points are there. */
async function days(region: string): Promise<number[]> {
  const client = vault.account.ec2(region);
  const found = await describeVaultSnapshots(client, region, vault.stack.vaultId);
  return found
    .map(({ tags }) => Math.floor((Date.parse(tags[TAG.slot] ?? "") - START_MS) / DAY_MS) + 1)
    .sort((a, b) => a - b);
}

async function idOf(region: string, day: number): Promise<string> {
  const client = vault.account.ec2(region);
  const found = await describeVaultSnapshots(client, region, vault.stack.vaultId);
  const slotMs = START_MS + (day - 1) * DAY_MS + 3 * HOUR_MS;
  return found.find(({ tags }) => Date.parse(tags[TAG.slot] ?? "") === slotMs)?.snapshotId ?? "";
}

describe("copies that are locked for two days and kept for two", () => {
  const primary = "us-east-1";
  const dr = "us-west-2";

  beforeAll(async () => {
    const config = loadStackConfig(ROOT, "dev", [
      "retentionDays=2",
      `lock=${JSON.stringify(LOCK)}`,
      "iUnderstandComplianceLock=true",
      // What a person holds counts as due. With two days' retention, one held point and the night's own are more than
      // half.
      "maxDeletePercent=100",
    ]);
    vault = await startVault(
      {
        folder: ROOT,
        home: emulatorHome("locks"),
        config,
        inventory: FLEET,
        startMs: START_MS,
        declaring: declaringAfar,
      },
      () => undefined,
    );
  }, 240_000);

  afterAll(() => vault.stop());

  it("are locked the same night, so that nobody can delete them", async () => {
    await until(1);
    const copy = await idOf(dr, 1);
    const client = vault.account.ec2(dr);
    const lock = (await describeLocks(client)).get(copy);
    expect(lock?.state).toBe("compliance");
    const hours = ((lock?.expiresMs ?? 0) - START_MS - 3 * HOUR_MS) / HOUR_MS;
    expect(hours).toBeGreaterThan(48);
    expect(hours).toBeLessThan(72);
    await expect(client.send(new DeleteSnapshotCommand({ SnapshotId: copy }))).rejects.toThrow(/locked/);
  }, 60_000);

  it("are deleted when their lock has ended, without a report", async () => {
    await until(5);
    expect(await days(primary)).toEqual([4, 5]);
    expect(await days(dr)).toEqual([4, 5]);
    expect(vault.mails()).toEqual([]);
  }, 120_000);

  it("are kept as long as a person locked or shared them, which is mailed once a day", async () => {
    const [locked, shared] = await Promise.all([idOf(dr, 5), idOf(primary, 4)]);
    const [here, there] = [vault.account.ec2(primary), vault.account.ec2(dr)];
    await there.send(new LockSnapshotCommand({ SnapshotId: locked, LockMode: "compliance", LockDuration: 30 }));
    await here.send(
      new ModifySnapshotAttributeCommand({
        SnapshotId: shared,
        Attribute: "createVolumePermission",
        OperationType: "add",
        UserIds: ["222222222222"],
      }),
    );

    await until(9);
    expect(await days(primary)).toEqual([4, 8, 9]);
    expect(await days(dr)).toEqual([5, 8, 9]);
    const reported = vault.mails();
    expect([...new Set(reported.map(({ subject }) => subject))]).toEqual(["smart-vault-dev: 1 notice"]);
    const saying = (text: string) => reported.filter(({ body }) => body.includes(text)).length;
    expect(saying(`${shared} in us-east-1 is due for deletion`)).toBe(4);
    expect(saying(`${locked} in us-west-2 is due for deletion`)).toBe(3);
    expect(reported[0]?.body).toContain("it is shared with 222222222222");
  }, 180_000);
});
