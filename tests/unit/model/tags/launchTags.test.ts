/** What a launch needs, as tags: all of it comes back, and what is missing shows. */
import fc from "fast-check";
import type { CapturedLaunch, InterfaceSpec, LaunchSpec } from "../../../../src/vault/model/launchSpec";
import {
  MAX_LAUNCH_TAGS,
  hasSameFacts,
  launchFromTags,
  launchTagsIn,
  launchToTags,
} from "../../../../src/vault/model/tags/launchTags";

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 4 }) },
);
const texts = fc.array(text, { minLength: 1, maxLength: 3 });
const some = <T>(model: { [K in keyof T]: fc.Arbitrary<NonNullable<T[K]>> }) =>
  fc.record(model, { requiredKeys: [], noNullPrototype: true });

const metadata = fc.record(
  { tokens: text, hopLimit: fc.nat(64), endpoint: text, instanceTags: text },
  { requiredKeys: ["tokens"], noNullPrototype: true },
);
const launch = some<LaunchSpec>({
  architecture: text,
  rootDeviceName: text,
  virtualizationType: text,
  bootMode: text,
  currentBootMode: text,
  enaSupport: fc.boolean(),
  sriovNetSupport: text,
  tpmSupport: text,
  platformDetails: text,
  usageOperation: text,
  productCodes: texts,
  keyName: text,
  instanceProfile: text,
  metadata,
  tenancy: text,
  hostId: text,
  placementGroup: text,
  partitionNumber: fc.nat(7),
  cpuCores: fc.nat(128),
  threadsPerCore: fc.nat(2),
  cpuCredits: text,
  ebsOptimized: fc.boolean(),
  detailedMonitoring: fc.boolean(),
  hibernation: fc.boolean(),
  enclave: fc.boolean(),
  autoRecovery: text,
  hostnameType: text,
  spot: fc.boolean(),
  instanceStoreDevices: texts,
  imageId: text,
  disableApiTermination: fc.boolean(),
  disableApiStop: fc.boolean(),
  shutdownBehavior: text,
});
const oneInterface = some<Omit<InterfaceSpec, "deviceIndex">>({
  networkCardIndex: fc.nat(3),
  vpcId: text,
  subnetId: text,
  subnetName: text,
  subnetCidr: text,
  zoneId: text,
  privateIp: text,
  secondaryIps: texts,
  ipv6Addresses: texts,
  groupIds: texts,
  groupNames: texts,
  elasticIp: text,
  hasPublicIp: fc.boolean(),
  sourceDestCheck: fc.boolean(),
  deleteOnTermination: fc.boolean(),
});
const interfaces = fc
  .array(oneInterface, { maxLength: 3 })
  .map((all) => all.map((one, deviceIndex) => ({ deviceIndex, ...one })));
const blobSlots = fc.oneof(
  fc.record({ userData: text, uefiData: text }, { requiredKeys: ["userData"], noNullPrototype: true }),
  fc.record({ uefiData: text }, { noNullPrototype: true }),
);
const captured: fc.Arbitrary<CapturedLaunch> = fc.record(
  { launch, interfaces, blobSlots },
  { requiredKeys: ["launch", "interfaces"], noNullPrototype: true },
);

test("reads back all that was captured, if it fits into its tags", () => {
  fc.assert(
    fc.property(captured, (one) => {
      const tags = launchToTags(one);
      fc.pre(tags.length < MAX_LAUNCH_TAGS);
      expect(launchFromTags(Object.fromEntries(tags))).toStrictEqual({ ...one, isWhole: true });
    }),
  );
});

test("writes eight tags at most, and says of them that they are not whole", () => {
  const groupNames = Array.from({ length: 16 }, (_, index) => `group ${index} ${"x".repeat(100)}`);
  const tags = launchToTags({ launch: { architecture: "arm64" }, interfaces: [{ deviceIndex: 0, groupNames }] });
  expect(tags).toHaveLength(MAX_LAUNCH_TAGS);
  expect(launchFromTags(Object.fromEntries(tags))).toMatchObject({ launch: { architecture: "arm64" }, isWhole: false });
});

test("says that tags are not whole where one is missing or changed", () => {
  fc.assert(
    fc.property(captured, fc.nat(), fc.boolean(), (one, at, isChanged) => {
      const all = launchToTags(one);
      fc.pre(all.length > 1);
      const [key, value] = all[at % all.length]!;
      const others = Object.fromEntries(all.filter(([name]) => name !== key));
      const seen = launchFromTags(isChanged ? { ...others, [key]: `${value}x` } : others);
      expect(seen?.isWhole).toBe(false);
    }),
  );
});

describe("the facts of two captures are the same", () => {
  const attributes = fc.record(
    { disableApiTermination: fc.boolean(), disableApiStop: fc.boolean(), shutdownBehavior: text },
    { requiredKeys: [], noNullPrototype: true },
  );

  test("whatever the attributes are, and whichever capture has the blobs", () => {
    fc.assert(
      fc.property(captured, attributes, blobSlots, (one, others, slots) => {
        const { disableApiTermination: _1, disableApiStop: _2, shutdownBehavior: _3, ...rest } = one.launch;
        const tags = Object.fromEntries(launchToTags({ ...one, launch: { ...rest, ...others }, blobSlots: slots }));
        expect(hasSameFacts(tags, one)).toBe(true);
      }),
    );
  });

  test("unless another fact differs", () => {
    fc.assert(
      fc.property(captured, captured, (one, other) => {
        const facts = ({
          launch: { disableApiTermination: _1, disableApiStop: _2, shutdownBehavior: _3, ...rest },
          interfaces: nics,
        }: CapturedLaunch) => launchToTags({ launch: rest, interfaces: nics })[0];
        const areSame = JSON.stringify(facts(one)) === JSON.stringify(facts(other));
        expect(hasSameFacts(Object.fromEntries(launchToTags(one)), other)).toBe(areSame);
      }),
    );
  });

  test("not where a snapshot has no hash", () => {
    expect(hasSameFacts({}, { launch: {}, interfaces: [] })).toBe(false);
  });
});

test("gives an ordinary Linux instance three tags", () => {
  const tags = launchToTags({
    launch: {
      architecture: "x86_64",
      rootDeviceName: "/dev/xvda",
      virtualizationType: "hvm",
      bootMode: "uefi-preferred",
      currentBootMode: "uefi",
      enaSupport: true,
      platformDetails: "Linux/UNIX",
      usageOperation: "RunInstances",
      keyName: "ops",
      instanceProfile: "web",
      metadata: { tokens: "required", hopLimit: 2, endpoint: "enabled", instanceTags: "disabled" },
      tenancy: "default",
      ebsOptimized: true,
      detailedMonitoring: false,
    },
    interfaces: [
      {
        deviceIndex: 0,
        subnetName: "web a",
        subnetCidr: "10.0.1.0/24",
        zoneId: "use1-az1",
        groupNames: ["web"],
        privateIp: "10.0.1.7",
        subnetId: "subnet-1",
        groupIds: ["sg-1"],
        sourceDestCheck: true,
        deleteOnTermination: true,
        vpcId: "vpc-1",
      },
    ],
  });
  expect(tags).toStrictEqual([
    ["smart-vault:launch-hash", expect.stringMatching(/^[0-9a-f]{16}-[0-9a-f]{16}$/)],
    [
      "smart-vault:launch",
      "arch=x86_64 root=/dev/xvda boot=uefi-preferred booted=uefi usage=RunInstances ena=1 virt=hvm profile=web key=ops tenancy=default ebs=1 monitoring=0 platform=Linux/UNIX imds=required hops=2 endpoint=enabled imdstags=disabled",
    ],
    [
      "smart-vault:network",
      "eni=0 name=web+20a cidr=10.0.1.0/24 zone=use1-az1 group=web ip=10.0.1.7 subnet=subnet-1 sg=sg-1 check=1 gone=1 vpc=vpc-1",
    ],
  ]);
  const all = Object.fromEntries(tags);
  expect(launchTagsIn({ ...all, "smart-vault:launcher": "x", Name: "web" })).toStrictEqual(all);
});

test("finds nothing on a snapshot that has no such tags", () => {
  expect(launchFromTags({ "smart-vault:slot": "2026-11-22T03:00:00Z", "smart-vault:launcher": "x" })).toBeUndefined();
});
