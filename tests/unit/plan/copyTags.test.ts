/** Tests which tags a copy has, in a DR region and as an encrypted replacement in the primary region. */
import fc from "fast-check";
import { drCopyTags, replacementTags } from "../../../src/vault/plan/copies/copyTags";
import { INSTANCE_TAG_PREFIX, MAX_TAGS, TAG, copyExpiredTag, prefixTags } from "../../../src/vault/model/tags/tags";
import { HOUR_MS } from "../../../src/vault/lib/time";
import { NOW, SETTINGS, snapshot, replacementOf } from "../../support/world";

const source = snapshot("snap-1", { startTimeMs: NOW - 5 * HOUR_MS });

const full = snapshot("snap-1", {
  tags: {
    [TAG.instanceName]: "web",
    [TAG.instanceType]: "m7g.large",
    [TAG.availabilityZone]: "us-east-1a",
    [TAG.crashConsistent]: "true",
    [TAG.setSize]: "1",
    [TAG.volumes]: "vol-1:/dev/xvda:root:gp3:16:3000:125:gm:0123456789ab",
    [`${INSTANCE_TAG_PREFIX}team`]: "core",
    Mount: "/",
  },
});

const people = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), fc.string(), {
  maxKeys: 60,
  noNullPrototype: true,
  size: "max",
});

describe("a copy's tags", () => {
  test("are enough to restore without the primary region", () => {
    expect(drCopyTags(full)).toStrictEqual({
      [TAG.vault]: SETTINGS.vaultId,
      [TAG.instance]: "i-1",
      [TAG.instanceName]: "web",
      [TAG.instanceType]: "m7g.large",
      [TAG.availabilityZone]: "us-east-1a",
      [TAG.slot]: "2026-11-22T03:00:00Z",
      [TAG.run]: "run-0",
      [TAG.crashConsistent]: "true",
      [TAG.setSize]: "1",
      [TAG.sourceSnapshot]: "snap-1",
      [TAG.sourceVolume]: "vol-1",
      [TAG.sourceStarted]: "2026-11-22T03:00:00.000Z",
      [TAG.device]: "/dev/xvda",
      [TAG.deviceRole]: "root",
      [TAG.volumeType]: "gp3",
      [TAG.volumeSizeGiB]: "16",
      [TAG.volumeIops]: "3000",
      [TAG.volumeThroughputMiBps]: "125",
      [TAG.volumeFlags]: "gone=1 multi=1 key=0123456789ab",
      [`${INSTANCE_TAG_PREFIX}team`]: "core",
      Mount: "/",
    });
  });

  test("distinguish a data volume from a root", () => {
    const tags = { [TAG.volumes]: "vol-1:/dev/sdf:data::::" };
    expect(drCopyTags(snapshot("s", { tags }))[TAG.deviceRole]).toBe("data");
  });

  test("have the snapshot's own size if the volume spec was lost", () => {
    const tags = drCopyTags(source);
    expect(tags[TAG.volumeSizeGiB]).toBe("8");
    expect(tags[TAG.device]).toBeUndefined();
  });

  test("never exceed 50, and never drop what a restore needs for a person's tags", () => {
    const needed = Object.keys(drCopyTags(full)).filter((key) => key.startsWith("smart-vault:"));
    fc.assert(
      fc.property(people, (tags) => {
        const made = drCopyTags({ ...full, tags: { ...tags, ...full.tags } });
        expect(Object.keys(made).length).toBeLessThanOrEqual(MAX_TAGS);
        expect(needed.filter((key) => made[key] === undefined)).toStrictEqual([]);
      }),
    );
  });
});

describe("an encrypted replacement's tags", () => {
  test("are all that its original has, with the original's id and start time", () => {
    expect(replacementTags(full, 49)).toStrictEqual({
      ...full.tags,
      [TAG.sourceSnapshot]: "snap-1",
      [TAG.sourceVolume]: "vol-1",
      [TAG.sourceStarted]: "2026-11-22T03:00:00.000Z",
    });
  });

  test("have the copy-expired tags of earlier copies", () => {
    const mark = { [copyExpiredTag("us-west-2")]: "2026-11-20T03:00:00Z" };
    expect(replacementTags(snapshot("s", { tags: mark }), 49)).toMatchObject(mark);
  });

  test("leave out AWS's own, which nobody is allowed to write", () => {
    const tags = replacementTags(snapshot("s", { tags: { "aws:dlm": "x", Mount: "/" } }), 49);
    expect(tags.Mount).toBe("/");
    expect(tags).not.toHaveProperty("aws:dlm");
  });

  test("never exceed the room there is, and never drop one of the vault's own for a person's", () => {
    const needed = Object.keys(replacementTags(full, 45)).filter(
      (key) => key.startsWith("smart-vault:") && !key.startsWith(INSTANCE_TAG_PREFIX),
    );
    fc.assert(
      fc.property(people, fc.integer({ min: 45, max: 49 }), (tags, room) => {
        const ofInstance = prefixTags(tags, INSTANCE_TAG_PREFIX);
        const made = replacementTags({ ...full, tags: { ...tags, ...ofInstance, ...full.tags } }, room);
        expect(Object.keys(made).length).toBeLessThanOrEqual(room);
        expect(needed.filter((key) => made[key] === undefined)).toStrictEqual([]);
      }),
    );
  });
});

test("name in a DR copy of a replacement the original and the age of the data", () => {
  const replacement = replacementOf(full, "stand-in", { startTimeMs: NOW + HOUR_MS });
  expect(drCopyTags({ ...replacement, tags: replacementTags(full, 49) })).toStrictEqual(drCopyTags(full));
});

describe("the stack's tags", () => {
  const configured = { Mount: "none", CostCenter: "4711" };
  const source = snapshot("s", { tags: { Mount: "/", CostCenter: "old", Owner: "x" } });

  test.each([
    ["a DR copy", drCopyTags(source, configured)],
    ["an encrypted replacement", replacementTags(source, 49, configured)],
  ])("are on %s as they are now, before a person's", (_what, tags) => {
    expect(tags).toMatchObject({ ...configured, Owner: "x", [TAG.sourceSnapshot]: "s" });
  });

  test("count among the needed ones if there is little room", () => {
    const own = Object.keys(replacementTags(snapshot("s"), 0)).length;
    const tags = replacementTags(source, own + 2, configured);
    expect(tags).toMatchObject(configured);
    expect(tags).not.toHaveProperty("Owner");
  });
});
