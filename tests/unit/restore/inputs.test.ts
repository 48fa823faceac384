/** Tests the calls that an order becomes, field by field. */
import { imageInput, launchInput, volumeInput } from "../../../src/restore/aws/inputs";
import { tagsFromList } from "../../../src/vault/model/tags/tags";
import type { LaunchSpec } from "../../../src/vault/model/launchSpec";
import {
  COLD,
  DATA,
  RESTORE_ID,
  ROOT,
  SECOND_INTERFACE,
  SHARED,
  SOURCE,
  ZONE,
  launchOrder,
  sourceWith,
  volumesOrder,
} from "../../support/restore/shapes";

const FROM = { imageId: "ami-1", isDetour: false, attempt: 0 };

test("registers an image of the root alone, without encryption or key", () => {
  const order = launchOrder(
    sourceWith([ROOT, DATA], { bootMode: "uefi", tpmSupport: "v2.0", sriovNetSupport: "simple" }),
  );
  const { TagSpecifications: tags = [], ...input } = imageInput({
    ...order,
    kmsKeyId: "key-b",
    initializationRate: 100,
  });
  expect(input).toStrictEqual({
    Name: `smart-vault ${RESTORE_ID}`,
    Description: `Smart Vault restores ${SOURCE.instanceId} of ${SOURCE.slot}; to be deregistered`,
    Architecture: "arm64",
    VirtualizationType: "hvm",
    EnaSupport: true,
    RootDeviceName: "/dev/xvda",
    BlockDeviceMappings: [
      {
        DeviceName: "/dev/xvda",
        Ebs: {
          SnapshotId: "snap-root",
          VolumeSize: 12,
          VolumeType: "gp3",
          Iops: 4_000,
          Throughput: 250,
          DeleteOnTermination: true,
        },
      },
    ],
    BootMode: "uefi",
    TpmSupport: "v2.0",
    SriovNetSupport: "simple",
  });
  expect(tags.map(({ ResourceType }) => ResourceType)).toStrictEqual(["image"]);
});

test("never leaves the architecture to EC2, which takes i386", () => {
  const { architecture: _architecture, ...launch } = SOURCE.captured!.launch;
  const order = launchOrder();
  expect(imageInput({ ...order, as: { ...order.as, launch } }).Architecture).toBe("x86_64");
});

test("launches with the data volumes as mappings, and the shared ones apart", () => {
  const order = launchOrder(sourceWith([ROOT, DATA, COLD, SHARED]));
  const { TagSpecifications: tags = [], ...input } = launchInput(order, { ...FROM, attempt: 2 });
  expect(input).toStrictEqual({
    ImageId: "ami-1",
    InstanceType: "m7g.large",
    MinCount: 1,
    MaxCount: 1,
    ClientToken: `${RESTORE_ID}-instance-${ZONE}-2`,
    Placement: { AvailabilityZone: ZONE },
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: "subnet-a",
        Groups: ["sg-db"],
        PrivateIpAddress: "10.0.1.10",
        AssociatePublicIpAddress: false,
        DeleteOnTermination: true,
      },
    ],
    BlockDeviceMappings: [
      {
        DeviceName: "/dev/sdf",
        Ebs: { SnapshotId: "snap-data", VolumeSize: 100, VolumeType: "io2", Iops: 9_000, DeleteOnTermination: false },
      },
      { DeviceName: "/dev/sdg", Ebs: { SnapshotId: "snap-cold", VolumeSize: 500, VolumeType: "st1" } },
    ],
    KeyName: "ops",
    IamInstanceProfile: { Name: "db-role" },
  });
  expect(tags.map(({ ResourceType }) => ResourceType)).toStrictEqual(["instance", "volume", "network-interface"]);
  const [own, volume] = tags.map(({ Tags }) => tagsFromList(Tags));
  expect(own).toMatchObject({ Name: "db", "smart-vault:restore-role": "instance" });
  // All volumes would get the same role: each gets its own later.
  expect(Object.keys(volume!)).toStrictEqual(["smart-vault:restore", "smart-vault:restore-of"]);
});

test.each([
  ["another key", { kmsKeyId: "key-b" }, { Encrypted: true, KmsKeyId: "key-b" }],
  ["a rate", { initializationRate: 300 }, { VolumeInitializationRate: 300 }],
])("says %s for every volume, and never names the root's snapshot twice", (_name, wishes, more) => {
  const order = launchOrder(sourceWith([ROOT, COLD]), wishes);
  const mappings = launchInput(order, FROM).BlockDeviceMappings ?? [];
  expect(mappings[0]).toStrictEqual({ DeviceName: "/dev/xvda", Ebs: more });
  expect(mappings[1]?.Ebs).toMatchObject({ SnapshotId: "snap-cold", ...more });
  expect(launchInput(order, { ...FROM, isDetour: true }).BlockDeviceMappings).toStrictEqual([mappings[1]]);
});

test("uses the group of its own for every interface, and asks for no public address of several", () => {
  const interfaces = [{ ...SOURCE.captured!.interfaces[0]!, hasPublicIp: true }, SECOND_INTERFACE];
  const order = launchOrder(sourceWith([ROOT], {}, interfaces));
  const { NetworkInterfaces: made = [] } = launchInput(order, { ...FROM, groupId: "sg-own" });
  expect(made.map(({ Groups }) => Groups)).toStrictEqual([["sg-own"], ["sg-own"]]);
  expect(made.some((one) => "AssociatePublicIpAddress" in one)).toBe(false);
  expect(made.map(({ DeleteOnTermination }) => DeleteOnTermination)).toStrictEqual([true, false]);
});

test("asks for several addresses in the form that EC2 takes for them", () => {
  const [first] = SOURCE.captured!.interfaces;
  const order = launchOrder(sourceWith([ROOT], {}, [{ ...first!, secondaryIps: ["10.0.1.11"] }]));
  const [made] = launchInput(order, FROM).NetworkInterfaces ?? [];
  expect(made).not.toHaveProperty("PrivateIpAddress");
  expect(made?.PrivateIpAddresses).toStrictEqual([
    { Primary: true, PrivateIpAddress: "10.0.1.10" },
    { Primary: false, PrivateIpAddress: "10.0.1.11" },
  ]);
});

test.each<[LaunchSpec, object]>([
  [{ ebsOptimized: true }, { EbsOptimized: true }],
  [{ detailedMonitoring: true }, { Monitoring: { Enabled: true } }],
  [{ enclave: true }, { EnclaveOptions: { Enabled: true } }],
  [{ autoRecovery: "disabled" }, { MaintenanceOptions: { AutoRecovery: "disabled" } }],
  [{ hostnameType: "resource-name" }, { PrivateDnsNameOptions: { HostnameType: "resource-name" } }],
  [{ shutdownBehavior: "terminate" }, { InstanceInitiatedShutdownBehavior: "terminate" }],
  [{ cpuCores: 1, threadsPerCore: 1 }, { CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 } }],
  [{ tenancy: "dedicated" }, { Placement: { AvailabilityZone: ZONE, Tenancy: "dedicated" } }],
  [
    { metadata: { tokens: "required", hopLimit: 2, endpoint: "enabled", instanceTags: "disabled" } },
    {
      MetadataOptions: {
        HttpTokens: "required",
        HttpPutResponseHopLimit: 2,
        HttpEndpoint: "enabled",
        InstanceMetadataTags: "disabled",
      },
    },
  ],
])("launches with %j", (launch, expected) => {
  const plain = launchInput(launchOrder(sourceWith([ROOT])), FROM);
  const input = launchInput(launchOrder(sourceWith([ROOT], launch)), FROM);
  expect({ ...input, TagSpecifications: [] }).toStrictEqual({
    ...plain,
    ...expected,
    TagSpecifications: [],
  });
});

test.each([
  [ROOT, { Size: 12, VolumeType: "gp3", Iops: 4_000, Throughput: 250 }],
  [DATA, { Size: 100, VolumeType: "io2", Iops: 9_000 }],
  [SHARED, { Size: 100, VolumeType: "io2", Iops: 9_000, MultiAttachEnabled: true }],
  [COLD, { Size: 500, VolumeType: "st1" }],
  [
    { ...COLD, type: "gp2", iops: 1_500, throughputMiBps: 250 },
    { Size: 500, VolumeType: "gp2" },
  ],
])("creates a single volume: %j", (volume, figures) => {
  const { TagSpecifications: tags = [], ...input } = volumeInput(volumesOrder(), volume, ZONE);
  expect(input).toStrictEqual({
    AvailabilityZone: ZONE,
    SnapshotId: volume.snapshotId,
    ...figures,
    ClientToken: `${RESTORE_ID}${volume.device}-0`,
  });
  expect(tagsFromList(tags[0]?.Tags)).toMatchObject({ ...volume.tags, "smart-vault:restore-role": volume.device });
});

test("creates a volume under another key, at a rate, and anew when a restore goes on", () => {
  const order = { ...volumesOrder(), kmsKeyId: "key-b", initializationRate: 100, attempt: "7" };
  expect(volumeInput(order, COLD, ZONE)).toMatchObject({
    Encrypted: true,
    KmsKeyId: "key-b",
    VolumeInitializationRate: 100,
    ClientToken: `${RESTORE_ID}/dev/sdg-7`,
  });
});

test("gives UEFI variables to the image and user data to the launch, where there are any", () => {
  const blobs = { userData: "IyEvYmluL3No", uefiData: "QU1aVUVGSQ==" };
  const order = launchOrder({ ...sourceWith([ROOT]), blobs });
  expect(imageInput(order)).toMatchObject({ UefiData: blobs.uefiData });
  expect(launchInput(order, FROM)).toMatchObject({ UserData: blobs.userData });
  const none = launchOrder({ ...sourceWith([ROOT]), blobs: { userData: "", uefiData: "" } });
  expect(imageInput(none)).not.toHaveProperty("UefiData");
  expect(launchInput(none, FROM)).not.toHaveProperty("UserData");
});
