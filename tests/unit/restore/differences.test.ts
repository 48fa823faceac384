/** Tests what is the same after a restore, what has another name, and what is lost. */
import fc from "fast-check";
import { type Shape, differences } from "../../../src/restore/differences";
import { initializationMs, initializationPrice, monthlyPrice } from "../../../src/restore/price";
import type { SourceVolume } from "../../../src/restore/source";
import { DATA, ROOT, SOURCE, launchOrder, sourceWith } from "../../support/restore/shapes";

const ORIGINAL: Shape = { instanceType: "m7g.large", launch: {}, interfaces: [], volumes: [], tags: {} };

function outcomes(original: Partial<Shape>, restored: Partial<Shape>): Record<string, string> {
  const facts = differences({ ...ORIGINAL, ...original }, { ...ORIGINAL, ...restored });
  return Object.fromEntries(facts.map(({ fact, outcome }) => [fact, outcome]));
}

test.each<[string, Partial<Shape>, Partial<Shape>, Record<string, string>]>([
  [
    "user data that are the same, and variables that are not",
    { blobs: { userData: "IyEvYmluL3No", uefiData: "QU1aVUVGSQ==" } },
    { blobs: { userData: "IyEvYmluL3No" } },
    { userData: "same", uefiData: "lost" },
  ],
  [
    "other user data of the same size",
    { blobs: { userData: "QUFB" } },
    { blobs: { userData: "QkJC" } },
    { userData: "lost" },
  ],
  ["user data that there were none of", { blobs: { userData: "" } }, {}, {}],
  ["another type", {}, { instanceType: "m7g.xlarge" }, { instanceType: "mapped" }],
  ["the same key pair", { launch: { keyName: "k" } }, { launch: { keyName: "k" } }, { keyName: "same" }],
  ["a lost key pair", { launch: { keyName: "k" } }, {}, { keyName: "lost" }],
  [
    "a billing code that was lost",
    { launch: { usageOperation: "RunInstances:0010" } },
    { launch: { usageOperation: "RunInstances" } },
    { usageOperation: "lost" },
  ],
  ["an image of another id", { launch: { imageId: "ami-1" } }, { launch: { imageId: "ami-2" } }, { imageId: "mapped" }],
  ["a flag that is off and absent", { launch: { enclave: false, spot: false } }, {}, { enclave: "same", spot: "same" }],
  ["a flag that is on and absent", { launch: { enclave: true } }, {}, { enclave: "lost" }],
  [
    "a lost option of the metadata service",
    { launch: { metadata: { tokens: "required", hopLimit: 2 } } },
    { launch: { metadata: { tokens: "optional", hopLimit: 2 } } },
    { "metadata tokens": "lost", "metadata hopLimit": "same" },
  ],
  [
    "product codes in another order",
    { launch: { productCodes: ["a", "b"] } },
    { launch: { productCodes: ["b", "a"] } },
    { productCodes: "same" },
  ],
  [
    "a subnet and groups of other ids",
    { interfaces: [{ deviceIndex: 0, subnetId: "s-1", groupIds: ["g"] }] },
    { interfaces: [{ deviceIndex: 0, subnetId: "s-2", groupIds: ["h"] }] },
    { "interface 0 subnetId": "mapped", "interface 0 groupIds": "mapped" },
  ],
  [
    "another address",
    { interfaces: [{ deviceIndex: 0, privateIp: "10.0.0.1" }] },
    { interfaces: [{ deviceIndex: 0, privateIp: "10.0.0.2" }] },
    { "interface 0 privateIp": "lost" },
  ],
  [
    "an interface that is not there",
    { interfaces: [{ deviceIndex: 1, subnetId: "s-1" }] },
    {},
    { "interface 1 subnetId": "lost" },
  ],
  [
    "a check that is on where nothing says so",
    { interfaces: [{ deviceIndex: 0, sourceDestCheck: true }] },
    { interfaces: [{ deviceIndex: 0 }] },
    { "interface 0 sourceDestCheck": "same" },
  ],
  [
    "a check that was off",
    { interfaces: [{ deviceIndex: 0, sourceDestCheck: false }] },
    { interfaces: [{ deviceIndex: 0 }] },
    { "interface 0 sourceDestCheck": "lost" },
  ],
  [
    "a tag that is lost, and one that is not",
    { tags: { a: "1", b: "2" } },
    { tags: { a: "1", b: "3" } },
    { "tag a": "same", "tag b": "lost" },
  ],
])("reports %s", (_name, original, restored, expected) => {
  expect(outcomes(original, restored)).toMatchObject(expected);
});

test("compares volumes by device, the root by being the root, and keys by another one", () => {
  const now = [
    { ...ROOT, device: "/dev/sda1", kmsKeyId: "key-b" },
    { ...DATA, iops: 3_000, tags: {} },
  ];
  expect(outcomes({ volumes: [ROOT, DATA] }, { volumes: now })).toMatchObject({
    "volume /dev/xvda type": "same",
    "volume /dev/xvda kmsKeyId": "mapped",
    "volume /dev/sdf iops": "lost",
    "volume /dev/sdf sizeGiB": "same",
    "volume /dev/sdf tags": "lost",
  });
  expect(outcomes({ volumes: [DATA] }, {})).toMatchObject({
    "volume /dev/sdf type": "lost",
    "volume /dev/sdf sizeGiB": "lost",
  });
});

test("says what a person can do about each fact that no restore takes over", () => {
  const launch = {
    hostId: "h-1",
    placementGroup: "g",
    partitionNumber: 1,
    spot: true,
    hibernation: true,
    instanceStoreDevices: ["/dev/sdb"],
  };
  const interfaces = [{ deviceIndex: 0, elasticIp: "203.0.113.7", privateIp: "10.0.0.1", ipv6Addresses: ["::1"] }];
  const facts = differences({ ...ORIGINAL, launch, interfaces }, ORIGINAL);
  const lost = facts.filter(({ outcome }) => outcome === "lost");
  expect(lost.map(({ fact }) => fact).sort()).toStrictEqual(
    [...Object.keys(launch), "interface 0 elasticIp", "interface 0 ipv6Addresses", "interface 0 privateIp"].sort(),
  );
  expect(lost.filter(({ hint }) => hint === undefined)).toStrictEqual([]);
});

test("finds nothing lost in the order for an instance whose names are all there", () => {
  const source = sourceWith([ROOT, DATA]);
  const { instanceType, as, volumes, instanceTags: tags } = launchOrder(source);
  const original = { ...ORIGINAL, ...source.captured!, volumes: source.volumes, tags: SOURCE.instanceTags };
  const facts = differences(original, { instanceType, ...as, volumes, tags });
  expect(facts.filter(({ outcome }) => outcome !== "same")).toStrictEqual([]);
  expect(facts.length).toBeGreaterThan(20);
});

test("loses nothing and maps nothing where nothing changed, and always gives every fact one outcome", () => {
  const shape = fc.record({
    launch: fc.record(
      { keyName: fc.string({ minLength: 1 }), spot: fc.boolean(), cpuCores: fc.nat() },
      { noNullPrototype: true },
    ),
    tags: fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), { noNullPrototype: true }),
  });
  fc.assert(
    fc.property(shape, (one) => {
      expect(Object.values(outcomes(one, one)).filter((outcome) => outcome !== "same")).toStrictEqual([]);
    }),
  );
});

const GP3: SourceVolume = { ...DATA, type: "gp3", sizeGiB: 2_000, iops: 10_000, throughputMiBps: 500 };

// AWS, https://aws.amazon.com/ebs/pricing/, its examples of 12 hours in 30 days, made a whole month.
test.each<[string, SourceVolume, number]>([
  ["2,000 GB of gp3 with 10,000 IOPS and 500 MB/s", GP3, 160 + 35 + 15],
  ["gp3 with what is free", { ...GP3, iops: 3_000, throughputMiBps: 125 }, 160],
  ["gp3 below what is free", { ...GP3, iops: 100, throughputMiBps: 0 }, 160],
  ["2,000 GB of gp2, whose IOPS are free", { ...GP3, type: "gp2" }, 200],
  ["2,000 GB of io1 with 1,000 IOPS", { ...GP3, type: "io1", iops: 1_000 }, 250 + 65],
  ["io2 below its first step", { ...GP3, type: "io2", iops: 32_000 }, 250 + 2_080],
  ["io2 above both steps", { ...GP3, type: "io2", iops: 70_000 }, 250 + 2_080 + 1_456 + 191.4],
  ["2,000 GB of st1", { ...GP3, type: "st1" }, 90],
  ["2,000 GB of sc1", { ...GP3, type: "sc1" }, 30],
])("prices %s", (_name, volume, dollars) => {
  expect(monthlyPrice([volume])).toBeCloseTo(dollars, 6);
  expect(monthlyPrice([volume, volume])).toBeCloseTo(2 * dollars, 6);
});

test("prices an initialization by size and rate, and takes the time of the largest volume", () => {
  const volumes = [
    { ...DATA, sizeGiB: 250 },
    { ...DATA, sizeGiB: 10 },
  ];
  // 250 GiB at 200 MiB/s are about $0.60 (github-aws-runners/terraform-aws-github-runner#5165).
  expect(initializationPrice([volumes[0]!], 200)).toBeCloseTo(0.6, 6);
  expect(initializationMs(volumes, 200)).toBe((250 * 1_024 * 1_000) / 200);
  expect(initializationMs([], 200)).toBe(0);
});

test("says the sizes of user data, and not a word of them", () => {
  const blobs = { userData: Buffer.from("password=hunter2").toString("base64") };
  const facts = differences({ ...ORIGINAL, blobs }, { ...ORIGINAL, blobs });
  expect(facts.filter(({ fact }) => fact === "userData")).toStrictEqual([
    { fact: "userData", original: "16 bytes", restored: "16 bytes", outcome: "same" },
  ]);
});
