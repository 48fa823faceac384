/** Tests which of its volume's tags a snapshot has, in each way that it can be made. */
import {
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  EC2Client,
  type Tag,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { createSet, createSingle, writeVolumeTags } from "../../../../src/vault/aws/ec2Writes";
import { snapshotAction } from "../../../../src/vault/plan/snapshots/snapshotAction";
import { MAX_TAGS, TAG, tagsFromList, userTags } from "../../../../src/vault/model/tags/tags";
import type { AttachedVolume, Tags } from "../../../../src/vault/model/world";
import type { CoreSettings } from "../../../../src/vault/model/settings";
import { remainingTags, withSharedTags } from "../../../../src/vault/model/tags/volumeTags";
import { RUN, SETTINGS, SLOT, instance, volume } from "../../../support/world";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});

beforeEach(() => {
  ec2.reset();
  ec2.on(CreateTagsCommand).resolves({ $metadata: {} });
  ec2.on(CreateSnapshotCommand).resolves({ SnapshotId: "of-single", $metadata: {} });
  ec2.on(CreateSnapshotsCommand).callsFake(() => ({
    Snapshots: ["vol-1", "vol-2"].map((VolumeId) => ({ SnapshotId: `of-${VolumeId}`, VolumeId })),
    $metadata: {},
  }));
});

/** Tags `<prefix>-00`, `<prefix>-01`, …: their alphabetical order is that of their numbers. */
function numbered(count: number, prefix = "t"): Tags {
  const name = (n: number) => `${prefix}-${String(n).padStart(2, "0")}`;
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [name(n), "x"]));
}

function actionOf(volumes: AttachedVolume[], policy: CoreSettings = SETTINGS, tags?: Tags) {
  return snapshotAction(policy, instance("i-1", volumes, tags), volumes, {
    slot: SLOT,
    runId: RUN.runId,
  });
}

function persons(list: readonly Tag[] | undefined): string[] {
  return Object.keys(userTags(tagsFromList(list)));
}

/** Makes a set as apply does. @returns the request's tags of a person, and those of the calls after it by snapshot */
async function made(volumes: AttachedVolume[], policy?: CoreSettings) {
  const { untagged = [] } = await createSet(client, actionOf(volumes, policy));
  for (const one of untagged) await writeVolumeTags(client, one);
  const [set] = ec2.commandCalls(CreateSnapshotsCommand).map(({ args }) => args[0].input);
  const later = ec2
    .commandCalls(CreateTagsCommand)
    .map(({ args: [{ input }] }) => [input.Resources?.join(), persons(input.Tags)]);
  const all = set?.TagSpecifications?.[0]?.Tags ?? [];
  return {
    copied: set?.CopyTagsFromSource,
    count: all.length,
    inCall: persons(all),
    later: Object.fromEntries(later) as Record<string, string[]>,
  };
}

describe("a set of one volume", () => {
  const one = (count: number) => made([volume("vol-1", { tags: numbered(count) })]);

  test("with 38 tags has EC2 copy them, in one call", async () => {
    await expect(one(38)).resolves.toMatchObject({ copied: "volume", inCall: [], later: {} });
  });

  test.each([39, 50])("with %d tags keeps as many as fit, alphabetically, in one call", async (n) => {
    const { copied, count, inCall, later } = await one(n);
    // 49 less ten of the vault's, the crash-consistency tag and the one tag of the instance.
    expect(inCall).toStrictEqual(Object.keys(numbered(37)));
    expect([copied, count, later]).toStrictEqual([undefined, 49, {}]);
  });
});

describe("a conflict on one of two volumes", () => {
  const clash = { [TAG.slot]: "2026-01-01T00:00:00Z", Mount: "/" };

  test("costs that one tag of that one volume", async () => {
    const other = volume("vol-2", { tags: { Mount: "/data", Team: "db" } });
    await expect(made([volume("vol-1", { tags: clash }), other])).resolves.toMatchObject({
      copied: undefined,
      inCall: [],
      later: { "of-vol-1": ["Mount"], "of-vol-2": ["Mount", "Team"] },
    });
  });

  test("with a configured tag drops that one too, and keeps the configured value", async () => {
    const policy = { ...SETTINGS, tags: { Team: "ops" } };
    const other = volume("vol-2", { tags: { Mount: "/data", Team: "db" } });
    const both = [volume("vol-1", { tags: { Mount: "/" } }), other];
    const { later, inCall } = await made(both, policy);
    expect(inCall).toStrictEqual(["Team"]);
    expect(later).toStrictEqual({ "of-vol-1": ["Mount"], "of-vol-2": ["Mount"] });
    const [set] = ec2.commandCalls(CreateSnapshotsCommand).map(({ args }) => args[0].input);
    expect(set?.TagSpecifications?.[0]?.Tags).toContainEqual({ Key: "Team", Value: "ops" });
  });
});

describe("a set of several volumes whose tags do not all fit", () => {
  test("has the tags that all share in the call, and makes no other call if these are all that fit", async () => {
    const tags = numbered(45);
    const { inCall, later } = await made([volume("vol-1", { tags }), volume("vol-2", { tags })]);
    expect([inCall, later]).toStrictEqual([Object.keys(numbered(37)), {}]);
  });

  test("gives each snapshot the rest of its own volume's tags, as far as they fit", async () => {
    const shared = numbered(10, "shared");
    const { inCall, later } = await made([
      volume("vol-1", { tags: { ...shared, ...numbered(40, "own") } }),
      volume("vol-2", { tags: { ...shared, Mount: "/data" } }),
    ]);
    expect(inCall).toStrictEqual(Object.keys(shared));
    expect(later).toStrictEqual({
      "of-vol-1": Object.keys(numbered(27, "own")),
      "of-vol-2": ["Mount"],
    });
  });

  test("shares no tag that differs by value, and no tag of AWS's", () => {
    const one = volume("vol-1", { tags: { a: "1", b: "2", "aws:x": "y", toString: "z" } });
    const two = volume("vol-2", { tags: { a: "1", b: "3", "aws:x": "y" } });
    expect(withSharedTags({}, [one, two], 50)).toStrictEqual({ a: "1" });
    expect(withSharedTags({ own: "" }, [], 50)).toStrictEqual({ own: "" });
  });

  test("leaves a snapshot unchanged if EC2 names no volume for it", async () => {
    ec2.on(CreateSnapshotsCommand).resolves({
      Snapshots: [{ SnapshotId: "a" }, { VolumeId: "vol-1" }, { SnapshotId: "b", VolumeId: "vol-9" }],
      $metadata: {},
    });
    const action = actionOf([volume("vol-1", { tags: numbered(50) }), volume("vol-2")]);
    await expect(createSet(client, action)).resolves.toStrictEqual({
      snapshotIds: ["a", "b"],
      requestId: undefined,
    });
  });
});

test("keeps on a single snapshot the tags that fit, too", async () => {
  const one = volume("vol-1", { tags: { ...numbered(50), [TAG.slot]: "x" } });
  await createSingle(client, actionOf([one]), one);
  const [call] = ec2.commandCalls(CreateSnapshotCommand);
  const tags = call?.args[0].input.TagSpecifications?.[0]?.Tags;
  expect([tags?.length, persons(tags)]).toStrictEqual([49, Object.keys(numbered(37))]);
});

test.each([
  ["of EC2's own lengths is kept", "k".repeat(128), "v".repeat(256), true],
  ["with a key that is too long is left out", "k".repeat(129), "v", false],
  ["with a value that is too long is left out", "k", "v".repeat(257), false],
])("handles tag lengths: a tag %s", (_what, key, value, isKept) => {
  const left = remainingTags({}, volume("vol-1", { tags: { [key]: value } }), 49);
  expect(Object.hasOwn(left, key)).toBe(isKept);
});

test("never gives a snapshot more tags than allowed, and leaves none out that would fit", () => {
  const tags = fc.dictionary(fc.constantFrom(...Object.keys(numbered(60))), fc.constantFrom("1", "2"), { maxKeys: 50 });
  fc.assert(
    fc.property(fc.array(tags, { minLength: 1, maxLength: 4 }), fc.nat(40), (all, needed) => {
      const volumes = all.map((one, index) => volume(`vol-${index}`, { tags: one }));
      const maxTags = MAX_TAGS - 1;
      const inCall = withSharedTags(numbered(needed, "own"), volumes, maxTags);
      for (const one of volumes) {
        const on = { ...inCall, ...remainingTags(inCall, one, maxTags) };
        const count = Object.keys(on).length;
        expect(count).toBe(Math.min(maxTags, needed + Object.keys(one.tags).length));
        expect(on).toMatchObject(numbered(needed, "own"));
      }
    }),
  );
});

test("puts the stack's tags on the set, leaving out specs of the last volumes instead of the set", () => {
  const tags = numbered(10, "stack");
  const many = Array.from({ length: 128 }, (_, n) =>
    volume(`vol-${String(n).padStart(17, "0")}`, {
      deviceName: `/dev/sd${n}`,
      volumeType: "gp3",
      sizeGiB: 8_000,
      iops: 3_000,
      throughputMiBps: 125,
    }),
  );
  const action = actionOf(many, { ...SETTINGS, tags });
  expect(action.tags).toMatchObject(tags);
  expect(Object.keys(action.tags).length).toBe(MAX_TAGS - 2);
  expect(Object.keys(action.tags)).toContain(TAG.volumes);
});
