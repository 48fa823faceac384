/** Launches of the emulated EC2. Method: the SDK's calls; for each rule a call that breaks it and one that does not. */
import {
  type BlockDeviceMapping,
  CreateKeyPairCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeVolumesCommand,
  DisableImageCommand,
  GetInstanceUefiDataCommand,
  type Instance,
  ModifyInstanceAttributeCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { makeInstanceProfile } from "../../../src/local/account/instanceProfile";
import {
  DR,
  type RestoreAccount,
  WEB_DATA,
  WEB_ROOT,
  WINDOWS,
  codeOf,
  imageOf,
  startRestoreAccount,
} from "../../support/restoreAccount";

let account: RestoreAccount;
let root: string;
let data: string;
let imageId: string;

const client = () => account.ec2(DR);

beforeAll(async () => {
  account = await startRestoreAccount();
  root = await account.copy(await account.snapshot(WEB_ROOT));
  data = await account.copy(await account.snapshot(WEB_DATA));
  imageId = await account.register(root);
}, 120_000);
afterAll(() => account.stop());

const run = (more: Partial<RunInstancesCommandInput>) => account.run(imageId, more);
const refusalOf = (more: Partial<RunInstancesCommandInput>) => codeOf(run(more));
const shown = async (more: Partial<RunInstancesCommandInput>): Promise<Instance> =>
  account.instance(await account.launch(more.ImageId ?? imageId, more));

/** Returns the volume of a device. */
async function volumeOf(instance: Instance, device: string) {
  const id = instance.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === device)?.Ebs?.VolumeId ?? "";
  const { Volumes } = await client().send(new DescribeVolumesCommand({ VolumeIds: [id] }));
  return Volumes![0]!;
}

const volumeCount = async () => (await client().send(new DescribeVolumesCommand({}))).Volumes?.length;
const mapping = (DeviceName: string, Ebs: BlockDeviceMapping["Ebs"]) => ({
  BlockDeviceMappings: [{ DeviceName, Ebs }],
});

describe("the volumes of a launch", () => {
  it("have the figures of the mappings", async () => {
    const figures = { VolumeType: "gp3", Iops: 4500, Throughput: 300, VolumeInitializationRate: 250 } as const;
    const instance = await shown(mapping("/dev/sdf", { SnapshotId: data, ...figures, DeleteOnTermination: false }));
    const volume = await volumeOf(instance, "/dev/sdf");
    expect(volume).toMatchObject({ ...figures, SnapshotId: data, Size: 10, State: "in-use" });
    expect(volume.Attachments?.[0]?.DeleteOnTermination).toBe(false);
    expect((await volumeOf(instance, "/dev/xvda")).Attachments?.[0]?.DeleteOnTermination).toBe(true);
  });

  it("are under the key of the mapping", async () => {
    const KmsKeyId = await account.key(DR);
    const instance = await shown(mapping("/dev/sdf", { SnapshotId: data, Encrypted: true, KmsKeyId }));
    expect(await volumeOf(instance, "/dev/sdf")).toMatchObject({ Encrypted: true, KmsKeyId });
  });

  it("have the root of the image with what the launch changes of it", async () => {
    const instance = await shown(mapping("/dev/xvda", { VolumeSize: 30, VolumeType: "io2", Iops: 900 }));
    const volume = await volumeOf(instance, "/dev/xvda");
    expect(volume).toMatchObject({ SnapshotId: root, Size: 30, VolumeType: "io2", Iops: 900 });
    expect(volume.Throughput).toBeUndefined();
  });

  it.each<[string, string, () => BlockDeviceMapping]>([
    [
      "another snapshot for the root device",
      "InvalidBlockDeviceMapping",
      () => ({ DeviceName: "/dev/xvda", Ebs: { SnapshotId: data } }),
    ],
    [
      "the root's snapshot on a second device",
      "InvalidBlockDeviceMapping",
      () => ({ DeviceName: "/dev/sdf", Ebs: { SnapshotId: root } }),
    ],
    [
      "a size below the snapshot's",
      "InvalidBlockDeviceMapping",
      () => ({ DeviceName: "/dev/sdf", Ebs: { SnapshotId: data, VolumeSize: 9 } }),
    ],
    [
      "neither snapshot nor size",
      "InvalidBlockDeviceMapping",
      () => ({ DeviceName: "/dev/sdf", Ebs: { VolumeType: "gp3" } }),
    ],
    [
      "io2 without IOPS",
      "InvalidParameterCombination",
      () => ({ DeviceName: "/dev/sdf", Ebs: { SnapshotId: data, VolumeType: "io2" } }),
    ],
    [
      "gp2 with IOPS",
      "InvalidParameterCombination",
      () => ({ DeviceName: "/dev/sdf", Ebs: { SnapshotId: data, VolumeType: "gp2", Iops: 100 } }),
    ],
    [
      "an unknown snapshot",
      "InvalidSnapshot.NotFound",
      () => ({ DeviceName: "/dev/sdf", Ebs: { SnapshotId: "snap-0123456789abcdef0" } }),
    ],
  ])("refuse %s", async (_rule, code, broken) => {
    expect(await refusalOf({ BlockDeviceMappings: [broken()] })).toBe(code);
    expect(await refusalOf({ DryRun: true, BlockDeviceMappings: [broken()] })).toBe(code);
  });

  it("refuse a snapshot for a device that the image maps to an instance store", async () => {
    const { BlockDeviceMappings = [] } = imageOf(root);
    const ephemeral = { DeviceName: "/dev/sdb", VirtualName: "ephemeral0" };
    const ImageId = await account.register(root, { BlockDeviceMappings: [...BlockDeviceMappings, ephemeral] });
    const at = (device: string) => refusalOf({ ImageId, ...mapping(device, { SnapshotId: data }) });
    expect([await at("/dev/sdb"), await at("/dev/sdc")]).toEqual(["InvalidBlockDeviceMapping", "no error"]);
  });

  it("refuse one device twice", async () => {
    const twice = { DeviceName: "/dev/sdf", Ebs: { SnapshotId: data } };
    expect(await refusalOf({ BlockDeviceMappings: [twice, twice] })).toBe("InvalidBlockDeviceMapping");
  });

  it("end the instance if their key may not be used", async () => {
    const KmsKeyId = await account.key(DR);
    await account.emulator.setFaults({ refusedKeys: [KmsKeyId] });
    const before = await volumeCount();
    const lost = await shown(mapping("/dev/sdf", { SnapshotId: data, Encrypted: true, KmsKeyId }));
    await account.emulator.resetFaults();
    expect([lost.State?.Name, lost.StateReason?.Code]).toEqual(["terminated", "Client.InternalError"]);
    expect(await volumeCount()).toBe(before);
  });
});

describe("an instance", () => {
  it("shows what its image and its launch say", async () => {
    const image = { Architecture: "x86_64", BootMode: "uefi", TpmSupport: "v2.0", ImdsSupport: "v2.0" } as const;
    const ImageId = await account.register(root, { ...image, UefiData: "QU1aTg==" });
    const CpuOptions = { CoreCount: 1, ThreadsPerCore: 1 };
    const instance = await shown({
      ImageId,
      InstanceType: "m5.large",
      CpuOptions,
      Placement: { Tenancy: "dedicated" },
    });
    expect(instance).toMatchObject({
      Architecture: "x86_64",
      BootMode: "uefi",
      CurrentInstanceBootMode: "uefi",
      TpmSupport: "v2.0",
      EnaSupport: true,
      VirtualizationType: "hvm",
      Platform: "windows",
      ...WINDOWS,
      CpuOptions,
      Placement: { Tenancy: "dedicated" },
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
    });
    const { InstanceId = "" } = instance;
    const { UefiData } = await client().send(new GetInstanceUefiDataCommand({ InstanceId }));
    expect(UefiData).toBe("QU1aTg==");
  });

  it("has the metadata options of its launch", async () => {
    const MetadataOptions = {
      HttpTokens: "required",
      HttpPutResponseHopLimit: 3,
      InstanceMetadataTags: "enabled",
    } as const;
    expect((await shown({ MetadataOptions })).MetadataOptions).toMatchObject(MetadataOptions);
    expect((await shown({})).MetadataOptions).toMatchObject({ HttpTokens: "optional", HttpPutResponseHopLimit: 1 });
  });

  it("has the credit option of its launch, or its type's", async () => {
    const credits = async (more: Partial<RunInstancesCommandInput>) => {
      const InstanceIds = [await account.launch(imageId, more)];
      const found = await client().send(new DescribeInstanceCreditSpecificationsCommand({ InstanceIds }));
      return found.InstanceCreditSpecifications?.[0]?.CpuCredits;
    };
    expect(await credits({ CreditSpecification: { CpuCredits: "standard" } })).toBe("standard");
    expect(await credits({})).toBe("unlimited");
    expect(await credits({ InstanceType: "t2.micro" })).toBe("standard");
    const CreditSpecification = { CpuCredits: "standard" };
    expect(await refusalOf({ InstanceType: "m5.large", CreditSpecification })).toBe(
      "InstanceCreditSpecification.NotSupported",
    );
  });

  it("is protected from termination as its launch says, until that is changed", async () => {
    const InstanceId = await account.launch(imageId, { DisableApiTermination: true });
    const terminate = () => codeOf(client().send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] })));
    const attribute = async () => {
      const Attribute = "disableApiTermination";
      const found = await client().send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute }));
      return found.DisableApiTermination?.Value;
    };
    expect([await attribute(), await terminate()]).toEqual([true, "OperationNotPermitted"]);
    await client().send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: false } }));
    expect([await attribute(), await terminate()]).toEqual([false, "no error"]);
  });

  it("deletes a volume with itself or keeps it, as its attribute says", async () => {
    const instance = await shown(mapping("/dev/sdf", { SnapshotId: data, DeleteOnTermination: false }));
    const { InstanceId = "" } = instance;
    const change = (DeviceName: string) =>
      client().send(
        new ModifyInstanceAttributeCommand({
          InstanceId,
          BlockDeviceMappings: [{ DeviceName, Ebs: { DeleteOnTermination: true } }],
        }),
      );
    expect(await codeOf(change("/dev/sdz"))).toBe("InvalidInstanceAttributeValue");
    await change("/dev/sdf");
    const Attribute = "blockDeviceMapping";
    const { BlockDeviceMappings } = await client().send(
      new DescribeInstanceAttributeCommand({ InstanceId, Attribute }),
    );
    expect(BlockDeviceMappings?.map(({ Ebs }) => Ebs?.DeleteOnTermination)).toEqual([true, true]);
    const volume = await volumeOf(instance, "/dev/sdf");
    await client().send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    const look = client().send(new DescribeVolumesCommand({ VolumeIds: [volume.VolumeId!] }));
    expect(await codeOf(look)).toBe("InvalidVolume.NotFound");
  });

  it("refuses user data while it runs", async () => {
    const InstanceId = await account.launch(imageId);
    const change = () =>
      codeOf(client().send(new ModifyInstanceAttributeCommand({ InstanceId, UserData: { Value: Buffer.from("a") } })));
    expect(await change()).toBe("IncorrectInstanceState");
    await client().send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    await account.pass(1);
    expect(await change()).toBe("no error");
  });

  it("is pending for a while, and stops and ends only after a while", async () => {
    const { Instances } = await run({});
    const id = Instances?.[0]?.InstanceId ?? "";
    const state = async () => (await account.instance(id)).State?.Name;
    const InstanceIds = [id];
    expect(await state()).toBe("pending");
    expect(await codeOf(client().send(new StopInstancesCommand({ InstanceIds })))).toBe("IncorrectInstanceState");
    await account.pass(1);
    expect(await state()).toBe("running");
    await client().send(new StopInstancesCommand({ InstanceIds }));
    expect(await state()).toBe("stopping");
    expect(await codeOf(client().send(new StartInstancesCommand({ InstanceIds })))).toBe("IncorrectInstanceState");
    await account.pass(1);
    expect(await state()).toBe("stopped");
    await client().send(new StartInstancesCommand({ InstanceIds }));
    await account.pass(1);
    expect(await state()).toBe("running");
    await client().send(new TerminateInstancesCommand({ InstanceIds }));
    expect(await state()).toBe("shutting-down");
    await account.pass(1);
    expect(await state()).toBe("terminated");
    expect(await codeOf(client().send(new StopInstancesCommand({ InstanceIds })))).toBe("IncorrectInstanceState");
    expect(await codeOf(client().send(new TerminateInstancesCommand({ InstanceIds })))).toBe("no error");
  });

  it("stops again if the key of a volume may no longer be used", async () => {
    const KmsKeyId = await account.key(DR);
    const InstanceId = await account.launch(
      imageId,
      mapping("/dev/sdf", { SnapshotId: data, Encrypted: true, KmsKeyId }),
    );
    const InstanceIds = [InstanceId];
    await client().send(new StopInstancesCommand({ InstanceIds }));
    await account.pass(1);
    await account.emulator.setFaults({ refusedKeys: [KmsKeyId] });
    await client().send(new StartInstancesCommand({ InstanceIds }));
    expect((await account.instance(InstanceId)).State?.Name).toBe("pending");
    await account.pass(1);
    await account.emulator.resetFaults();
    const { State, StateReason } = await account.instance(InstanceId);
    expect([State?.Name, StateReason?.Code]).toEqual(["stopped", "Client.InternalError"]);
  });

  it("is launched once for one client token", async () => {
    const [one, again] = [await run({ ClientToken: "once" }), await run({ ClientToken: "once" })];
    expect(again.Instances?.[0]?.InstanceId).toBe(one.Instances?.[0]?.InstanceId);
    expect(await refusalOf({ ClientToken: "once", KeyName: undefined, EbsOptimized: true })).toBe(
      "IdempotentParameterMismatch",
    );
  });
});

describe("RunInstances", () => {
  it("refuses an unknown image, and a disabled one", async () => {
    expect(await refusalOf({ ImageId: "ami-0123456789abcdef0" })).toBe("InvalidAMIID.NotFound");
    const ImageId = await account.register(root);
    await client().send(new DisableImageCommand({ ImageId }));
    expect(await refusalOf({ ImageId })).toBe("InvalidAMIID.Unavailable");
  });

  it("refuses an image of another architecture, of the default one too", async () => {
    const [arm, old] = [
      await account.register(root, { Architecture: "arm64" }),
      await account.register(root, { Architecture: undefined }),
    ];
    expect(await refusalOf({ ImageId: arm })).toBe("InvalidParameterValue");
    expect(await refusalOf({ ImageId: old })).toBe("InvalidParameterValue");
    expect(await refusalOf({ ImageId: arm, InstanceType: "t4g.small" })).toBe("no error");
  });

  it("refuses an image without ENA, paravirtual, or of another boot mode, where the type needs it", async () => {
    const [bare, paravirtual, uefi] = [
      await account.register(root, { EnaSupport: false }),
      await account.register(root, { VirtualizationType: "paravirtual" }),
      await account.register(root, { BootMode: "uefi" }),
    ];
    expect(await refusalOf({ ImageId: bare })).toBe("InvalidParameterCombination");
    expect(await refusalOf({ ImageId: bare, InstanceType: "t2.micro" })).toBe("no error");
    expect(await refusalOf({ ImageId: paravirtual })).toBe("InvalidParameterCombination");
    expect(await refusalOf({ ImageId: uefi, InstanceType: "t2.micro" })).toBe("Unsupported");
    expect(await refusalOf({ ImageId: uefi })).toBe("no error");
    const tpm = await account.register(root, { Architecture: "arm64", BootMode: "uefi", TpmSupport: "v2.0" });
    expect(await refusalOf({ ImageId: tpm, InstanceType: "a1.large" })).toBe("Unsupported");
    expect(await refusalOf({ ImageId: tpm, InstanceType: "t4g.small" })).toBe("no error");
  });

  it("refuses an unknown instance profile, by name and by ARN", async () => {
    const Arn = await makeInstanceProfile(account.emulator.endpoint, "web");
    expect(await refusalOf({ IamInstanceProfile: { Name: "nobody" } })).toBe("InvalidParameterValue");
    expect(await refusalOf({ IamInstanceProfile: { Arn: `${Arn}-2` } })).toBe("InvalidParameterValue");
    expect((await shown({ IamInstanceProfile: { Name: "web" } })).IamInstanceProfile?.Arn).toBe(Arn);
    expect((await shown({ IamInstanceProfile: { Arn } })).IamInstanceProfile?.Arn).toBe(Arn);
  });

  it("refuses an unknown key pair", async () => {
    expect(await refusalOf({ KeyName: "ops" })).toBe("InvalidKeyPair.NotFound");
    await client().send(new CreateKeyPairCommand({ KeyName: "ops" }));
    expect((await shown({ KeyName: "ops" })).KeyName).toBe("ops");
  });
});
