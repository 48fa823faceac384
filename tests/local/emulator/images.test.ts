/** Images of the emulated EC2. Method: the SDK's calls; each rule refuses once, and a call beside it is carried out. */
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  RegisterImageCommand,
  type RegisterImageCommandInput,
} from "@aws-sdk/client-ec2";
import {
  DR,
  PRIMARY,
  type RestoreAccount,
  WEB_DATA,
  WEB_ROOT,
  WINDOWS,
  codeOf,
  imageOf,
  startRestoreAccount,
} from "../../support/restoreAccount";

let account: RestoreAccount;
let original: string;
let root: string;

beforeAll(async () => {
  account = await startRestoreAccount();
  original = await account.snapshot(WEB_ROOT);
  root = await account.copy(original);
}, 120_000);
afterAll(() => account.stop());

const send = (input: RegisterImageCommandInput) => account.ec2(DR).send(new RegisterImageCommand(input));
const refusalOf = (more: Partial<RegisterImageCommandInput>) => codeOf(send({ ...imageOf(root), ...more }));

async function described(imageId: string) {
  const { Images } = await account.ec2(DR).send(new DescribeImagesCommand({ ImageIds: [imageId] }));
  return Images?.[0];
}

/** A mapping of the root with one more field. */
const rootWith = (more: object) => ({
  BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId: root, ...more } }],
});

describe("RegisterImage", () => {
  it("keeps what it is given", async () => {
    const mapping = { SnapshotId: root, VolumeType: "gp3", Iops: 5000, Throughput: 300, VolumeSize: 20 } as const;
    const id = await account.register(root, {
      Architecture: "x86_64",
      BootMode: "uefi",
      TpmSupport: "v2.0",
      ImdsSupport: "v2.0",
      SriovNetSupport: "simple",
      UefiData: "QU1aTlVFRkk=",
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { ...mapping, DeleteOnTermination: false } }],
      TagSpecifications: [{ ResourceType: "image", Tags: [{ Key: "restore", Value: "1" }] }],
    });
    expect(await described(id)).toMatchObject({
      Architecture: "x86_64",
      BootMode: "uefi",
      TpmSupport: "v2.0",
      ImdsSupport: "v2.0",
      EnaSupport: true,
      SriovNetSupport: "simple",
      VirtualizationType: "hvm",
      RootDeviceName: "/dev/xvda",
      State: "available",
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { ...mapping, DeleteOnTermination: false } }],
      Tags: [{ Key: "restore", Value: "1" }],
    });
  });

  it("takes i386 and paravirtual where nothing is said", async () => {
    const { Architecture: _, VirtualizationType: __, EnaSupport: ___, ...bare } = imageOf(root);
    const { ImageId = "" } = await send(bare);
    const image = { Architecture: "i386", VirtualizationType: "paravirtual", EnaSupport: false };
    expect(await described(ImageId)).toMatchObject(image);
  });

  it("makes no snapshot of its own", async () => {
    const count = async () => (await account.ec2(DR).send(new DescribeSnapshotsCommand({}))).Snapshots?.length;
    const before = await count();
    await account.register(root);
    expect(await count()).toBe(before);
  });

  it.each([
    ["refuses Encrypted in a mapping with a snapshot", { Encrypted: true }],
    ["refuses Encrypted in a mapping with a snapshot even if it is false", { Encrypted: false }],
    ["refuses a KMS key in a mapping", { KmsKeyId: "alias/aws/ebs" }],
    ["refuses a root that is smaller than its snapshot", { VolumeSize: 9 }],
  ])("%s", async (_rule, more) => {
    expect(await refusalOf(rootWith(more))).toBe("InvalidBlockDeviceMapping");
  });

  it("refuses figures that the volume's type lacks", async () => {
    expect(await refusalOf(rootWith({ VolumeType: "gp2", Iops: 3000 }))).toBe("InvalidParameterCombination");
  });

  it("refuses an unknown snapshot, and one of another region", async () => {
    expect(await refusalOf(rootWith({ SnapshotId: "snap-0123456789abcdef0" }))).toBe("InvalidSnapshot.NotFound");
    expect(await refusalOf(rootWith({ SnapshotId: original }))).toBe("InvalidSnapshot.NotFound");
  });

  it("refuses a snapshot that is not completed", async () => {
    await account.emulator.setPending({ copy: 1_000 });
    const pending = await account.copy(original);
    await account.emulator.setPending({ copy: 12 });
    await account.pass(-10);
    expect(await refusalOf(rootWith({ SnapshotId: pending }))).toBe("IncorrectState");
    await account.pass(10);
    expect(await refusalOf(rootWith({ SnapshotId: pending }))).toBe("no error");
  });

  it("refuses an image whose root has no snapshot", async () => {
    expect(await refusalOf({ RootDeviceName: "/dev/sda1" })).toBe("InvalidBlockDeviceMapping");
    expect(await refusalOf({ BlockDeviceMappings: [] })).toBe("InvalidBlockDeviceMapping");
  });

  it("refuses a data volume with neither snapshot nor size, and a TPM without UEFI", async () => {
    const { BlockDeviceMappings = [] } = imageOf(root);
    const empty = { DeviceName: "/dev/sdf", Ebs: { VolumeType: "gp3" } } as const;
    expect(await refusalOf({ BlockDeviceMappings: [...BlockDeviceMappings, empty] })).toBe("InvalidBlockDeviceMapping");
    expect(await refusalOf({ TpmSupport: "v2.0" })).toBe("InvalidParameterCombination");
    expect(await refusalOf({ TpmSupport: "v2.0", BootMode: "uefi" })).toBe("no error");
  });

  it("refuses a name that is in use", async () => {
    await account.register(root, { Name: "twice" });
    expect(await refusalOf({ Name: "twice" })).toBe("InvalidAMIName.Duplicate");
  });

  it("makes nothing in a dry run, which refuses the same", async () => {
    expect(await refusalOf({ DryRun: true, Name: "dry" })).toBe("DryRunOperation");
    expect(await refusalOf({ DryRun: true, ...rootWith({ Encrypted: true }) })).toBe("InvalidBlockDeviceMapping");
    expect(await refusalOf({ Name: "dry" })).toBe("no error");
  });
});

describe("the billing metadata of an image", () => {
  it("is that of the instance whose root was copied", async () => {
    expect(await described(await account.register(root))).toMatchObject({ ...WINDOWS, Platform: "windows" });
  });

  it("is that of Linux where the snapshot is of a data volume", async () => {
    const data = await account.copy(await account.snapshot(WEB_DATA));
    const linux = { PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances" };
    expect(await described(await account.register(data))).toMatchObject(linux);
  });

  it("is lost with a copy into another region while that is switched on", async () => {
    await account.emulator.setFaults({ loseBilling: true });
    const lost = await account.copy(original);
    await account.emulator.resetFaults();
    expect(await described(await account.register(lost))).toMatchObject({ UsageOperation: "RunInstances" });
    const kept = await account.copy(original);
    expect(await described(await account.register(kept))).toMatchObject(WINDOWS);
  });
});

describe("the snapshot of a registered image", () => {
  it("cannot be deleted before the image is deregistered", async () => {
    const snapshotId = await account.copy(original);
    const imageId = await account.register(snapshotId);
    const remove = () => account.ec2(DR).send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
    expect(await codeOf(remove())).toBe("InvalidSnapshot.InUse");
    await account.ec2(DR).send(new DeregisterImageCommand({ ImageId: imageId }));
    expect(await codeOf(remove())).toBe("no error");
  });

  it("can be deleted in the region that has no image of it", async () => {
    const remove = account
      .ec2(PRIMARY)
      .send(new DeleteSnapshotCommand({ SnapshotId: await account.snapshot(WEB_DATA) }));
    expect(await codeOf(remove)).toBe("no error");
  });
});
