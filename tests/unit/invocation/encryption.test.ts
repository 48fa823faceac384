/**
 * Tests how an unencrypted snapshot becomes an encrypted one with a copy in each of two DR regions, one invocation at a
 * time.
 */
import { CopySnapshotCommand, DeleteSnapshotCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { TAG } from "../../../src/vault/model/tags/tags";
import { MINUTE_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { makeRig } from "../../support/rig";
import {
  DR,
  DR2,
  NOW,
  PRIMARY_KEY,
  SETTINGS,
  SLOT,
  copyOf,
  sealedIn,
  snapshot,
  replacementOf,
} from "../../support/world";

const rig = makeRig({ ...SETTINGS, dr: [DR, DR2], primaryKeyArn: PRIMARY_KEY });
const plain = snapshot("plain");
const replacement = replacementOf(plain, "stand-in", { startTimeMs: NOW + MINUTE_MS });
const copies = [copyOf(plain, "west"), copyOf(plain, "ireland", sealedIn(DR2))];
const pending = (one: Snapshot): Snapshot => ({ ...one, state: "pending" });

beforeEach(() => {
  rig.reset();
});

function followUpOf(minutes: number, snapshots: Snapshot[], seen: Snapshot[]) {
  rig.at(NOW + minutes * MINUTE_MS);
  rig.sees(snapshots, seen);
  return rig.trigger(rig.clockSets().at(-1)?.input);
}

test("copies a snapshot to both regions, encrypts it in its own, and deletes the unencrypted one last", async () => {
  const run = await rig.trigger({ kind: "run", slot: SLOT });
  expect([run.counts.snapshots, rig.writes()]).toStrictEqual([1, ["us-east-1 CreateSnapshots"]]);

  const second = await followUpOf(1, [plain], []);
  expect(second.counts.copies).toBe(3);
  const [encryption] = rig.writer.commandCalls(CopySnapshotCommand);
  expect(encryption?.args[0].input).toMatchObject({
    SourceRegion: "us-east-1",
    SourceSnapshotId: "plain",
    Encrypted: true,
    KmsKeyId: PRIMARY_KEY,
  });
  const tags = encryption?.args[0].input.TagSpecifications?.[0]?.Tags;
  expect(tags).toContainEqual({ Key: TAG.slot, Value: SLOT });
  expect(tags).toContainEqual({ Key: TAG.sourceSnapshot, Value: "plain" });

  const third = await followUpOf(2, [plain, pending(replacement)], copies);
  expect(third.counts).toMatchObject({ copies: 0, deletions: 0 });
  expect(third.nextFollowUp).toBe("2026-11-22T03:03:00Z");

  const fourth = await followUpOf(3, [plain, replacement], copies);
  expect(fourth.counts).toMatchObject({ copies: 0, deletions: 1 });
  const deleted = rig.writer.commandCalls(DeleteSnapshotCommand);
  expect(deleted.map(({ args: [{ input }] }) => input.SnapshotId)).toStrictEqual(["plain"]);

  const last = await followUpOf(4, [replacement], copies);
  expect([last.status, last.nextFollowUp]).toStrictEqual(["clean", undefined]);
  expect(rig.mails()).toStrictEqual([]);
  expect(rig.writes().sort()).toStrictEqual([
    "eu-west-1 CopySnapshot",
    "us-east-1 CopySnapshot",
    "us-east-1 CreateSnapshots",
    "us-east-1 DeleteSnapshot",
    "us-west-2 CopySnapshot",
  ]);
});

test("takes no second snapshot of a slot whose encrypted replacement covers it", async () => {
  rig.sees([replacement], copies);
  const { counts } = await rig.trigger({ kind: "run", slot: SLOT });
  expect(counts).toMatchObject({ snapshots: 0, copies: 0, deletions: 0 });
});

test("stops only its own copies and the deletion of the unencrypted one if a region is down, and reports it", async () => {
  rig.sees([plain], []);
  const { reader } = rig.others.get(DR2.region)!;
  reader.on(DescribeSnapshotsCommand).rejects(new Error("no route"));
  await expect(rig.trigger({ kind: "run", slot: SLOT })).rejects.toThrow(
    "nothing was copied to eu-west-1 or deleted there, because the vault could not read copies in eu-west-1: Error: no route",
  );
  expect(rig.writes().sort()).toStrictEqual(["us-east-1 CopySnapshot", "us-west-2 CopySnapshot"]);
});
