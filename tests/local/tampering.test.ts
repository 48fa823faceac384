/**
 * Goal: on an emulated account nothing that somebody tags, types or breaks makes the deployed archive delete a good backup,
 * and each is told by mail. Method: two instances, ten daily recovery points, then one world after the other, each with
 * three sweeps.
 */
import { join } from "node:path";
import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeSnapshotsCommand,
} from "@aws-sdk/client-ec2";
import {
  CancelKeyDeletionCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { loadStackConfig } from "../../src/local/stackConfig";
import { type LocalVault, startVault } from "../../src/local/vault";
import { describeVaultSnapshots } from "../../src/vault/ec2Reads";
import { TAG, copyExpiredTag } from "../../src/vault/tags";
import { DAY_MS, HOUR_MS } from "../../src/vault/time";
import type { Snapshot } from "../../src/vault/types";
import { emulatorHome } from "../support/emulatorHome";

const ROOT = join(__dirname, "..", "..");
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const NIGHTS = 10;
const PRIMARY = "us-east-1";
const DR = "us-west-2";
const REGIONS = [PRIMARY, DR];
const FLEET = {
  source: "two instances",
  instances: ["1", "2"].map((id) => ({
    InstanceId: `i-0aaaaaaaaaaaa000${id}`,
    Tags: [{ Key: "backup", Value: "True" }],
    RootDeviceName: "/dev/xvda",
    BlockDeviceMappings: [
      { DeviceName: "/dev/xvda", Ebs: { VolumeId: `vol-0aaaaaaaaaaaa000${id}` } },
    ],
  })),
  volumes: [],
};

let vault: LocalVault;
let nowMs = START_MS + (NIGHTS - 1) * DAY_MS + 6 * HOUR_MS;

async function inRegion(region: string): Promise<Snapshot[]> {
  return describeVaultSnapshots(vault.account.ec2(region), region, vault.stack.vaultId);
}

async function idsIn(region: string): Promise<string[]> {
  return (await inRegion(region)).map(({ snapshotId }) => snapshotId).sort();
}

async function retag(region: string, ids: string[], tags: Record<string, string>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await vault.account.ec2(region).send(new CreateTagsCommand({ Resources: ids, Tags }));
}

/** Three sweeps. @returns what was mailed meanwhile */
async function threeSweeps(): Promise<string> {
  const before = vault.mails().length;
  nowMs += 3 * HOUR_MS;
  await vault.runUntil(nowMs, () => undefined);
  return vault.mails().slice(before).map(({ body }) => body).join("\n"); // prettier-ignore
}

/** Runs three sweeps and expects that all that was there is there. */
async function expectNothingDeleted(): Promise<string> {
  const before = await Promise.all(REGIONS.map(idsIn));
  const mailed = await threeSweeps();
  const after = await Promise.all(REGIONS.map(idsIn));
  for (const [index, ids] of before.entries()) expect(after[index]).toEqual(expect.arrayContaining(ids)); // prettier-ignore
  return mailed;
}

describe("ten daily recovery points of two instances", () => {
  /** The tags that each snapshot was made with. */
  let made: Map<string, Snapshot>;

  beforeAll(async () => {
    const config = loadStackConfig(ROOT, "dev", ["retentionDays=30", "drRetentionDays=30"]);
    vault = await startVault(ROOT, emulatorHome("tampering"), config, FLEET, START_MS, () => undefined); // prettier-ignore
    await vault.runUntil(nowMs, () => undefined);
    const all = (await Promise.all(REGIONS.map(inRegion))).flat();
    made = new Map(all.map((one) => [one.snapshotId, one]));
  }, 240_000);

  afterAll(() => vault.stop());

  /** Puts every tag back, and lets a day pass: what was told within a day is not told again. */
  const restore = async () => {
    for (const region of REGIONS) {
      for (const { snapshotId, tags } of await inRegion(region)) {
        const was = made.get(snapshotId)?.tags;
        if (was === undefined) continue;
        const added = Object.keys(tags).filter((key) => !(key in was));
        const Tags = added.map((Key) => ({ Key }));
        const ec2 = vault.account.ec2(region);
        if (added.length > 0) await ec2.send(new DeleteTagsCommand({ Resources: [snapshotId], Tags })); // prettier-ignore
        await retag(region, [snapshotId], was);
      }
    }
    nowMs += DAY_MS;
    await vault.runUntil(nowMs, () => undefined);
  };
  afterEach(restore, 60_000);

  test("are there, in both regions", async () => {
    expect((await Promise.all(REGIONS.map(idsIn))).map((ids) => ids.length)).toStrictEqual([
      20, 20,
    ]);
  });

  test("outlive one value in the slot tag of all of them, and each is named in a mail", async () => {
    for (const region of REGIONS) {
      await retag(region, await idsIn(region), { [TAG.slot]: "2026-01-01T03:00:00Z" });
    }
    const mailed = await expectNothingDeleted();
    for (const id of made.keys()) expect(mailed).toContain(`${id} in `);
    expect(mailed).toContain("AttributeValue=CreateTags");
  }, 120_000);

  test("outlive a slot of the year 2099 in a tag, and outrank it", async () => {
    const [oldest] = [...made.values()].sort((a, b) => a.startTimeMs - b.startTimeMs);
    const { snapshotId = "", region = "" } = oldest ?? {};
    await retag(region, [snapshotId], { [TAG.slot]: "2099-01-01T03:00:00Z" });
    const mailed = await expectNothingDeleted();
    expect(mailed).toContain(`its tag ${TAG.slot} is "2099-01-01T03:00:00Z"`);
  }, 120_000);

  test("outlive a run for the year 2099, which is refused by name", async () => {
    const before = await Promise.all(REGIONS.map(idsIn));
    const refused = await vault.wake({ kind: "run", slot: "2099-01-01T03:00:00Z" });
    expect(refused.error?.errorType).toBe("BadEvent");
    expect(refused.error?.errorMessage).toMatch(/^event\.slot: expected a time that is past .* got 2099-01-01T03:00:00Z$/); // prettier-ignore
    expect(await Promise.all(REGIONS.map(idsIn))).toStrictEqual(before);
  }, 120_000);

  test("outlive the loss of every tag, and are found again without them", async () => {
    for (const region of REGIONS) {
      const Tags = Object.values(TAG).map((Key) => ({ Key }));
      const command = new DeleteTagsCommand({ Resources: await idsIn(region), Tags });
      await vault.account.ec2(region).send(command);
    }
    const mailed = await expectNothingDeleted();
    expect(mailed).toContain(`its tag ${TAG.vault} is gone`);
  }, 120_000);

  test("outlive a shorter policy and keep rule that somebody wrote on them", async () => {
    for (const region of REGIONS) {
      const rules = { [TAG.policy]: "gold", [TAG.keep]: "last=1", [TAG.drKeep]: "last=1" };
      await retag(region, await idsIn(region), rules);
    }
    await expectNothingDeleted();
  }, 120_000);

  test("are copied all the same where somebody says that the copies have lived their time", async () => {
    await retag(PRIMARY, await idsIn(PRIMARY), { [copyExpiredTag(DR)]: "2026-01-01T03:00:00Z" });
    await expectNothingDeleted();
  }, 120_000);

  test("leave alone a snapshot of somebody else that carries their tags, and it is named in a mail", async () => {
    const [model] = [...made.values()].filter(({ region }) => region === PRIMARY);
    const Tags = Object.entries(model?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    const { SnapshotId = "" } = await vault.account.ec2(PRIMARY).send(
      new CreateSnapshotCommand({
        VolumeId: "vol-0aaaaaaaaaaaa0001",
        Description: "before the upgrade",
        TagSpecifications: [{ ResourceType: "snapshot", Tags }],
      }),
    );
    // Sweeps look for such once in 23 hours.
    const before = vault.mails().length;
    nowMs += DAY_MS;
    await vault.runUntil(nowMs, () => undefined);
    const mailed = vault.mails().slice(before).map(({ body }) => body).join("\n"); // prettier-ignore
    expect(mailed).toContain(`${SnapshotId} in ${PRIMARY} carries the vault's tag`);
    const command = new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] });
    const { Snapshots = [] } = await vault.account.ec2(PRIMARY).send(command);
    expect(Snapshots).toHaveLength(1);
  }, 120_000);
});

describe("recovery points that are past their time", () => {
  beforeAll(async () => {
    const config = loadStackConfig(ROOT, "dev", ["retentionDays=2", "drRetentionDays=30", "maxDeletePercent=100"]); // prettier-ignore
    vault = await startVault(ROOT, emulatorHome("lostKey"), config, FLEET, START_MS, () => undefined); // prettier-ignore
    nowMs = START_MS + DAY_MS + 6 * HOUR_MS;
    await vault.runUntil(nowMs, () => undefined);
  }, 240_000);

  afterAll(() => vault.stop());

  test("stay while the DR key waits for its deletion, which is mailed, and go when it is back", async () => {
    const { keyArn } = vault.stack.dr[0]!;
    const KeyId = keyArn.split("/").pop();
    const kms = vault.account.kms(DR);
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 30 }));
    const first = await expectNothingDeleted();
    expect(first).toContain(`nobody can restore from copies in ${DR}: their key ${keyArn} is PendingDeletion`); // prettier-ignore
    expect(first).toContain(`aws kms cancel-key-deletion --region ${DR} --key-id ${keyArn}`);

    nowMs += 3 * DAY_MS;
    await expectNothingDeleted();
    const copies = await idsIn(DR);
    const kept = await idsIn(PRIMARY);
    expect(kept.length).toBeGreaterThanOrEqual(8);

    // Taken back it is disabled at first.
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    await expectNothingDeleted();
    await kms.send(new EnableKeyCommand({ KeyId }));
    await threeSweeps();
    expect((await idsIn(PRIMARY)).length).toBeLessThan(kept.length);
    expect((await idsIn(DR)).length).toBeGreaterThan(copies.length);
  }, 240_000);
});
