import fc from "fast-check";
import { MAX_TAG_VALUE, TAG } from "../../../src/vault/model/tags";
import { type VolumeSpec, volumeSpecFromTags, volumeSpecToTags } from "../../../src/vault/model/volumeSpec";

const hex = fc.integer({ min: 0, max: 2 ** 48 }).map((n) => n.toString(16).padStart(17, "0"));
const count = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });

const facts: fc.Arbitrary<VolumeSpec> = fc.record(
  {
    volumeId: hex.map((id) => `vol-${id}`),
    deviceName: fc.constantFrom("/dev/xvda", "/dev/sda1", "/dev/sdf", "xvdh", "/dev/nvme11n1"),
    isRoot: fc.boolean(),
    volumeType: fc.constantFrom("gp3", "io2", "st1", "standard", undefined),
    sizeGiB: count(65_536),
    iops: count(256_000),
    throughputMiBps: count(2_000),
  },
  { noNullPrototype: true },
);

const volumes = fc.uniqueArray(facts, {
  selector: ({ volumeId }) => volumeId,
  minLength: 1,
  maxLength: 128,
  size: "max",
});

test("reads the specs of up to 128 volumes back from tags that EC2 takes", () => {
  fc.assert(
    fc.property(volumes, (set) => {
      const tags = volumeSpecToTags(set);
      for (const value of Object.values(tags)) {
        expect(value.length).toBeLessThanOrEqual(MAX_TAG_VALUE);
      }
      // 128 volumes leave room for the vault's other tags.
      expect(Object.keys(tags).length).toBeLessThanOrEqual(32);
      for (const volume of set) {
        expect(volumeSpecFromTags(tags, volume.volumeId)).toStrictEqual(volume);
      }
    }),
    { numRuns: 60 },
  );
});

test("uses the documented form, and continues in numbered tags", () => {
  const root: VolumeSpec = {
    volumeId: "vol-1",
    deviceName: "/dev/xvda",
    isRoot: true,
    volumeType: "gp3",
    sizeGiB: 8,
    iops: 3000,
    throughputMiBps: 125,
  };
  const data = { volumeId: "vol-2", deviceName: "/dev/sdf", isRoot: false };
  expect(volumeSpecToTags([root, data])).toStrictEqual({
    [TAG.volumes]: "vol-1:/dev/xvda:root:gp3:8:3000:125 vol-2:/dev/sdf:data::::",
  });
  const many = Array.from({ length: 9 }, (_, n) => ({ ...root, volumeId: `vol-${n}` }));
  expect(Object.keys(volumeSpecToTags(many))).toStrictEqual([TAG.volumes, `${TAG.volumes}-2`]);
});

test("writes no tags without volumes", () => {
  expect(volumeSpecToTags([])).toStrictEqual({});
});

test.each([
  ["no tag", {}],
  ["another volume", { [TAG.volumes]: "vol-2:/dev/xvda:root:gp3:8::" }],
  ["a value that a person wrote", { [TAG.volumes]: "see the wiki" }],
  ["an id alone", { [TAG.volumes]: "vol-1" }],
])("reads an unknown spec instead of failing with %s", (_what, tags) => {
  expect(volumeSpecFromTags(tags, "vol-1")).toBeUndefined();
});

test("leaves out a number that a person changed", () => {
  const tags = { [TAG.volumes]: "vol-1:/dev/xvda:root:gp3:eight:-1:1e3" };
  expect(volumeSpecFromTags(tags, "vol-1")).toStrictEqual({
    volumeId: "vol-1",
    deviceName: "/dev/xvda",
    isRoot: true,
    volumeType: "gp3",
    sizeGiB: undefined,
    iops: undefined,
    throughputMiBps: undefined,
  });
});
