/** What a copy carries, in a DR region and as a stand-in in the primary one. */
import fc from "fast-check";
import { drCopyTags } from "../../src/vault/copyTags";
import { INSTANCE_TAG_PREFIX, MAX_TAGS, TAG } from "../../src/vault/tags";
import { HOUR_MS } from "../../src/vault/time";
import { NOW, SETTINGS, snapshot } from "../support/world";

const source = snapshot("snap-1", { startTimeMs: NOW - 5 * HOUR_MS });

describe("a copy's tags", () => {
  const full = snapshot("snap-1", {
    tags: {
      [TAG.instanceName]: "web",
      [TAG.instanceType]: "m7g.large",
      [TAG.availabilityZone]: "us-east-1a",
      [TAG.crashConsistent]: "true",
      [TAG.setSize]: "1",
      [TAG.volumes]: "vol-1:/dev/xvda:root:gp3:16:3000:125",
      [`${INSTANCE_TAG_PREFIX}team`]: "core",
      Mount: "/",
    },
  });

  test("are enough to restore with the primary region gone", () => {
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
      [TAG.sourceStarted]: "2026-11-22T03:00:00Z",
      [TAG.device]: "/dev/xvda",
      [TAG.deviceRole]: "root",
      [TAG.volumeType]: "gp3",
      [TAG.volumeSizeGiB]: "16",
      [TAG.volumeIops]: "3000",
      [TAG.volumeThroughputMiBps]: "125",
      [`${INSTANCE_TAG_PREFIX}team`]: "core",
      Mount: "/",
    });
  });

  test("tell a data volume from a root", () => {
    const tags = { [TAG.volumes]: "vol-1:/dev/sdf:data::::" };
    expect(drCopyTags(snapshot("s", { tags }))[TAG.deviceRole]).toBe("data");
  });

  test("have the snapshot's own size where the facts were lost", () => {
    const tags = drCopyTags(source);
    expect(tags[TAG.volumeSizeGiB]).toBe("8");
    expect(tags[TAG.device]).toBeUndefined();
  });

  test("never pass 50, and never lose what a restore needs for a person's tags", () => {
    const needed = Object.keys(drCopyTags(full)).filter((key) => key.startsWith("smart-vault:"));
    const people = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), fc.string(), {
      maxKeys: 60,
      noNullPrototype: true,
      size: "max",
    });
    fc.assert(
      fc.property(people, (tags) => {
        const made = drCopyTags({ ...full, tags: { ...tags, ...full.tags } });
        expect(Object.keys(made).length).toBeLessThanOrEqual(MAX_TAGS);
        expect(needed.filter((key) => made[key] === undefined)).toStrictEqual([]);
      }),
    );
  });
});
