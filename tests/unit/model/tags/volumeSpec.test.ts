import fc from "fast-check";
import { MAX_TAG_VALUE, TAG } from "../../../../src/vault/model/tags/tags";
import { type VolumeSpec, volumeSpecFromTags, volumeSpecToTags } from "../../../../src/vault/model/tags/volumeSpec";

const hex = fc.integer({ min: 0, max: 2 ** 48 }).map((n) => n.toString(16).padStart(17, "0"));
const count = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });

const DEVICES = fc.constantFrom("/dev/xvda", "/dev/sda1", "/dev/sdf", "xvdh", "/dev/nvme11n1");

const specOf = (deviceName: fc.Arbitrary<string>): fc.Arbitrary<VolumeSpec> =>
  fc.record(
    {
      volumeId: hex.map((id) => `vol-${id}`),
      deviceName,
      isRoot: fc.boolean(),
      volumeType: fc.constantFrom("gp3", "io2", "st1", "standard", undefined),
      sizeGiB: count(65_536),
      iops: count(256_000),
      throughputMiBps: count(2_000),
      deleteOnTermination: fc.boolean(),
      multiAttach: fc.constant(true as const),
      kmsKeyEnd: fc.stringMatching(/^[0-9a-f]{12}$/),
    },
    {
      requiredKeys: ["volumeId", "deviceName", "isRoot", "volumeType", "sizeGiB", "iops", "throughputMiBps"],
      noNullPrototype: true,
    },
  );

const setOf = (maxLength: number, deviceName: fc.Arbitrary<string> = DEVICES) =>
  fc.uniqueArray(specOf(deviceName), { selector: ({ volumeId }) => volumeId, minLength: 1, maxLength, size: "max" });

test("reads the specs of up to 64 volumes back whole, whatever their devices are called", () => {
  const odd = fc.oneof(DEVICES, fc.string({ minLength: 1, maxLength: 20 }));
  fc.assert(
    fc.property(setOf(64, odd), (set) => {
      const tags = volumeSpecToTags(set);
      for (const volume of set) expect(volumeSpecFromTags(tags, volume.volumeId)).toStrictEqual(volume);
    }),
    { numRuns: 60 },
  );
});

test("leaves out a volume whose device does not fit into a tag, and keeps the others", () => {
  const [long, other] = ["vol-1", "vol-2"].map((volumeId) => ({ volumeId, deviceName: "/dev/sdf", isRoot: false }));
  const tags = volumeSpecToTags([{ ...long!, deviceName: "x".repeat(MAX_TAG_VALUE) }, other!]);
  expect(tags).toStrictEqual({ [TAG.volumes]: "vol-2:/dev/sdf:data::::" });
});

test("reads at least place, type and speed of up to 128 volumes back from tags that EC2 takes", () => {
  fc.assert(
    fc.property(setOf(128), (set) => {
      const tags = volumeSpecToTags(set);
      for (const value of Object.values(tags)) {
        expect(value.length).toBeLessThanOrEqual(MAX_TAG_VALUE);
      }
      // 128 volumes leave room for the vault's other tags.
      expect(Object.keys(tags).length).toBeLessThanOrEqual(32);
      for (const volume of set) {
        const { deleteOnTermination: _fate, multiAttach: _multi, kmsKeyEnd: _key, ...needed } = volume;
        expect(volumeSpecFromTags(tags, volume.volumeId)).toMatchObject(needed);
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
  const kept = { ...data, deleteOnTermination: false, multiAttach: true as const };
  const gone = { ...root, deleteOnTermination: true, kmsKeyEnd: "0123456789ab" };
  expect(volumeSpecToTags([gone, kept, { ...data, kmsKeyEnd: "0123456789ab" }])).toStrictEqual({
    [TAG.volumes]:
      "vol-1:/dev/xvda:root:gp3:8:3000:125:g:0123456789ab vol-2:/dev/sdf:data:::::km vol-2:/dev/sdf:data::::::0123456789ab",
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

test.each(["x", "gx", "kgm", "mg"])("leaves out the flags %s, which a person wrote", (flags) => {
  const spec = volumeSpecFromTags({ [TAG.volumes]: `vol-1:/dev/xvda:root:::::${flags}:k_y` }, "vol-1");
  expect(Object.keys(spec ?? {})).not.toContain("deleteOnTermination");
  expect(Object.keys(spec ?? {})).not.toContain("multiAttach");
  expect(Object.keys(spec ?? {})).not.toContain("kmsKeyEnd");
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
