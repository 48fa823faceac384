/**
 * Tests that on an emulated account nothing that somebody tags, types or breaks makes the deployed archive delete a
 * good backup, and that each attempt is mailed. Method: two instances, ten daily recovery points, then one world after
 * the other, each with three sweeps.
 */
import { CreateSnapshotCommand, DeleteTagsCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { TAG, copyExpiredTag, tagsToList } from "../../src/vault/model/tags/tags";
import { DAY_MS } from "../../src/vault/lib/time";
import type { Snapshot } from "../../src/vault/model/world";
import { DR, PRIMARY, REGIONS, type SweptVault, startSweptVault } from "../support/sweptVault";

const NIGHTS = 10;

let swept: SweptVault;

describe("ten daily recovery points of two instances", () => {
  /** Tags that each snapshot was made with. */
  let made: Map<string, Snapshot>;

  beforeAll(async () => {
    swept = await startSweptVault("tampering", ["retentionDays=30", "drRetentionDays=30"], NIGHTS);
    const all = (await Promise.all(REGIONS.map(swept.inRegion))).flat();
    made = new Map(all.map((one) => [one.snapshotId, one]));
  }, 240_000);

  afterAll(() => swept.vault.stop(), 60_000);

  /** Restores every tag, and lets a day pass, because nothing is reported twice within a day. */
  const restore = async () => {
    for (const region of REGIONS) {
      for (const { snapshotId, tags } of await swept.inRegion(region)) {
        const was = made.get(snapshotId)?.tags;
        if (was === undefined) continue;
        const added = Object.keys(tags).filter((key) => !(key in was));
        const Tags = added.map((Key) => ({ Key }));
        const ec2 = swept.vault.account.ec2(region);
        if (added.length > 0) await ec2.send(new DeleteTagsCommand({ Resources: [snapshotId], Tags }));
        await swept.retag(region, [snapshotId], was);
      }
    }
    await swept.pass(DAY_MS);
  };
  afterEach(restore, 60_000);

  test("are there, in both regions", async () => {
    expect((await Promise.all(REGIONS.map(swept.idsIn))).map((ids) => ids.length)).toStrictEqual([20, 20]);
  });

  test("survive one value in the slot tag of all of them, and each is named in a mail", async () => {
    for (const region of REGIONS) {
      await swept.retag(region, await swept.idsIn(region), { [TAG.slot]: "2026-01-01T03:00:00Z" });
    }
    const mailed = await swept.expectNothingDeleted();
    for (const id of made.keys()) expect(mailed).toContain(`${id} in `);
    expect(mailed).toContain("AttributeValue=CreateTags");
  }, 120_000);

  test("survive a slot of the year 2099 in a tag, which does not outrank them", async () => {
    const [oldest] = [...made.values()].sort((a, b) => a.startTimeMs - b.startTimeMs);
    const { snapshotId = "", region = "" } = oldest ?? {};
    await swept.retag(region, [snapshotId], { [TAG.slot]: "2099-01-01T03:00:00Z" });
    const mailed = await swept.expectNothingDeleted();
    expect(mailed).toContain(`its tag ${TAG.slot} is "2099-01-01T03:00:00Z"`);
  }, 120_000);

  test("survive a run for the year 2099, which is refused by name", async () => {
    const before = await Promise.all(REGIONS.map(swept.idsIn));
    const refused = await swept.vault.trigger({ kind: "run", slot: "2099-01-01T03:00:00Z" });
    expect(refused.error?.errorType).toBe("BadEvent");
    expect(refused.error?.errorMessage).toMatch(
      /^event\.slot: expected a time that is past .* got 2099-01-01T03:00:00Z$/,
    );
    expect(await Promise.all(REGIONS.map(swept.idsIn))).toStrictEqual(before);
  }, 120_000);

  test("survive the loss of every tag, and are found again without tags", async () => {
    for (const region of REGIONS) {
      const Tags = Object.values(TAG).map((Key) => ({ Key }));
      const command = new DeleteTagsCommand({ Resources: await swept.idsIn(region), Tags });
      await swept.vault.account.ec2(region).send(command);
    }
    const mailed = await swept.expectNothingDeleted();
    expect(mailed).toContain(`its tag ${TAG.vault} is gone`);
  }, 120_000);

  test("survive a shorter policy and keep rule that somebody wrote on them", async () => {
    for (const region of REGIONS) {
      const rules = { [TAG.policy]: "gold", [TAG.keep]: "last=1", [TAG.drKeep]: "last=1" };
      await swept.retag(region, await swept.idsIn(region), rules);
    }
    await swept.expectNothingDeleted();
  }, 120_000);

  test("survive copy-expired tags that somebody wrote on them", async () => {
    await swept.retag(PRIMARY, await swept.idsIn(PRIMARY), {
      [copyExpiredTag(DR)]: "2026-01-01T03:00:00Z",
    });
    await swept.expectNothingDeleted();
  }, 120_000);

  test("leave alone a snapshot of somebody else that carries their tags, and it is named in a mail", async () => {
    const [model] = [...made.values()].filter(({ region }) => region === PRIMARY);
    const Tags = tagsToList(model?.tags ?? {});
    const { SnapshotId = "" } = await swept.vault.account.ec2(PRIMARY).send(
      new CreateSnapshotCommand({
        VolumeId: "vol-0aaaaaaaaaaaa0001",
        Description: "before the upgrade",
        TagSpecifications: [{ ResourceType: "snapshot", Tags }],
      }),
    );
    // Sweeps look for strangers once in 23 hours.
    const mailed = await swept.pass(DAY_MS);
    expect(mailed).toContain(`${SnapshotId} in ${PRIMARY} carries the vault's tag`);
    const command = new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] });
    const { Snapshots = [] } = await swept.vault.account.ec2(PRIMARY).send(command);
    expect(Snapshots).toHaveLength(1);
  }, 120_000);
});
