/** Volumes of the emulated EC2, and how they are attached. Method: the SDK's calls; for each rule a call that breaks it. */
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DescribeVolumeStatusCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DisableKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import {
  DR,
  type RestoreAccount,
  SHOP_ROOT,
  WEB_DATA,
  WEB_ROOT,
  codeOf,
  startRestoreAccount,
} from "../../support/restoreAccount";

const ZONE = "us-west-2a";

let account: RestoreAccount;
let copy: string;
let imageId: string;

beforeAll(async () => {
  account = await startRestoreAccount();
  copy = await account.copy(await account.snapshot(WEB_DATA));
  imageId = await account.register(await account.copy(await account.snapshot(WEB_ROOT)));
}, 120_000);
afterAll(() => account.stop());

const client = () => account.ec2(DR);
const create = (input: Partial<CreateVolumeCommandInput>) =>
  client().send(new CreateVolumeCommand({ AvailabilityZone: ZONE, ...input }));
const attach = (VolumeId: string, InstanceId: string, Device: string) =>
  client().send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }));
const detach = (VolumeId: string, InstanceId?: string) =>
  client().send(new DetachVolumeCommand({ VolumeId, ...(InstanceId !== undefined && { InstanceId }) }));

async function described(VolumeId: string) {
  const { Volumes } = await client().send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
  return Volumes?.[0];
}

/** Returns a volume that is available. */
async function made(input: Partial<CreateVolumeCommandInput> = {}): Promise<string> {
  const { VolumeId = "" } = await create({ Size: 10, VolumeType: "gp3", ...input });
  await account.pass(1);
  return VolumeId;
}

describe("CreateVolume", () => {
  it("keeps figures and rate", async () => {
    const figures = { VolumeType: "gp3", Iops: 5000, Throughput: 250, VolumeInitializationRate: 200 } as const;
    const { VolumeId = "" } = await create({ SnapshotId: copy, ...figures });
    expect(await described(VolumeId)).toMatchObject({ ...figures, Size: 10, SnapshotId: copy });
  });

  it("shows the figures of each type that were not given, and none that it lacks", async () => {
    const figures = async (input: Partial<CreateVolumeCommandInput>) => {
      const { Iops, Throughput } = (await described(await made({ Size: 125, ...input })))!;
      return [Iops, Throughput];
    };
    expect(await figures({ VolumeType: "gp3" })).toEqual([3000, 125]);
    expect(await figures({ VolumeType: "gp2" })).toEqual([375, undefined]);
    expect(await figures({ VolumeType: "io2", Iops: 500 })).toEqual([500, undefined]);
    for (const VolumeType of ["st1", "sc1", "standard"] as const) {
      expect(await figures({ VolumeType })).toEqual([undefined, undefined]);
    }
  });

  it.each<[string, string, Partial<CreateVolumeCommandInput>]>([
    ["io1 without IOPS", "InvalidParameterCombination", { Size: 10, VolumeType: "io1" }],
    ["io2 without IOPS", "InvalidParameterCombination", { Size: 10, VolumeType: "io2" }],
    ["gp2 with IOPS", "InvalidParameterCombination", { Size: 10, VolumeType: "gp2", Iops: 3000 }],
    ["st1 with IOPS", "InvalidParameterCombination", { Size: 125, VolumeType: "st1", Iops: 3000 }],
    ["sc1 with IOPS", "InvalidParameterCombination", { Size: 125, VolumeType: "sc1", Iops: 3000 }],
    ["standard with IOPS", "InvalidParameterCombination", { Size: 10, VolumeType: "standard", Iops: 100 }],
    [
      "io2 with a throughput",
      "InvalidParameterCombination",
      { Size: 9, VolumeType: "io2", Iops: 100, Throughput: 125 },
    ],
    ["gp3 with fewer than 3,000 IOPS", "InvalidParameterValue", { Size: 10, VolumeType: "gp3", Iops: 2999 }],
    ["gp3 with more than 500 IOPS per GiB", "InvalidParameterValue", { Size: 10, VolumeType: "gp3", Iops: 5001 }],
    [
      "gp3 with more throughput than its IOPS carry",
      "InvalidParameterValue",
      { Size: 10, VolumeType: "gp3", Throughput: 751 },
    ],
    ["io1 with more than 50 IOPS per GiB", "InvalidParameterValue", { Size: 10, VolumeType: "io1", Iops: 501 }],
    ["st1 of fewer than 125 GiB", "InvalidParameterValue", { Size: 124, VolumeType: "st1" }],
    ["Multi-Attach for gp3", "InvalidParameterCombination", { Size: 10, VolumeType: "gp3", MultiAttachEnabled: true }],
    ["a key without Encrypted", "InvalidParameterDependency", { Size: 10, KmsKeyId: "alias/aws/ebs" }],
    ["neither size nor snapshot", "MissingParameter", { VolumeType: "gp3" }],
    ["a rate without a snapshot", "InvalidParameterCombination", { Size: 10, VolumeInitializationRate: 200 }],
    ["an unknown zone", "InvalidZone.NotFound", { Size: 10, AvailabilityZone: "us-west-2z" }],
    ["an unknown snapshot", "InvalidSnapshot.NotFound", { SnapshotId: "snap-0123456789abcdef0" }],
  ])("refuses %s", async (_rule, code, input) => {
    expect(await codeOf(create(input))).toBe(code);
    expect(await codeOf(create({ ...input, DryRun: true }))).toBe(code);
  });

  it("refuses a size below the snapshot's, and a rate outside 100 to 300", async () => {
    expect(await codeOf(create({ SnapshotId: copy, Size: 9 }))).toBe("InvalidParameterValue");
    expect(await codeOf(create({ SnapshotId: copy, VolumeInitializationRate: 301 }))).toBe("InvalidParameterValue");
    expect(await codeOf(create({ SnapshotId: copy, Size: 11, VolumeInitializationRate: 300 }))).toBe("no error");
  });

  it("makes one volume for one client token, and refuses it with other parameters", async () => {
    const one = await create({ Size: 10, ClientToken: "a" });
    expect((await create({ Size: 10, ClientToken: "a" })).VolumeId).toBe(one.VolumeId);
    expect(await codeOf(create({ Size: 11, ClientToken: "a" }))).toBe("IdempotentParameterMismatch");
  });
});

describe("a volume under a key that may not be used", () => {
  /** Makes a volume under a key, and lets it vanish or come to be. */
  async function fate(input: Partial<CreateVolumeCommandInput>): Promise<string> {
    const { VolumeId = "", State } = await create({ Size: 10, ...input });
    expect([VolumeId.startsWith("vol-"), State]).toEqual([true, "creating"]);
    expect((await described(VolumeId))?.State).toBe("creating");
    await account.pass(1);
    return described(VolumeId).then(
      (volume) => volume!.State!,
      (error: unknown) => (error as Error).name,
    );
  }
  /** moto's KMS takes a key's id in these two. */
  const idOf = (keyArn: string) => ({ KeyId: keyArn.split("/").pop() });
  const kms = () => new KMSClient({ region: DR });

  it("is available if the key is enabled", async () => {
    expect(await fate({ Encrypted: true, KmsKeyId: await account.key(DR) })).toBe("available");
  });

  it("vanishes without a word if the key is disabled", async () => {
    const KmsKeyId = await account.key(DR);
    await kms().send(new DisableKeyCommand(idOf(KmsKeyId)));
    expect(await fate({ Encrypted: true, KmsKeyId })).toBe("InvalidVolume.NotFound");
  });

  it("vanishes if the snapshot's key is pending deletion", async () => {
    const key = await account.key(DR);
    const SnapshotId = await account.copy(await account.snapshot(WEB_DATA), key);
    expect(await fate({ SnapshotId })).toBe("available");
    await kms().send(new ScheduleKeyDeletionCommand(idOf(key)));
    expect(await fate({ SnapshotId })).toBe("InvalidVolume.NotFound");
  });

  it("vanishes if the caller may not use the key", async () => {
    const KmsKeyId = await account.key(DR);
    await account.emulator.setFaults({ refusedKeys: [KmsKeyId] });
    expect(await fate({ Encrypted: true, KmsKeyId })).toBe("InvalidVolume.NotFound");
    await account.emulator.resetFaults();
    expect(await fate({ Encrypted: true, KmsKeyId })).toBe("available");
  });

  it("vanishes if there is no such key", async () => {
    expect(await fate({ Encrypted: true, KmsKeyId: "alias/nobody" })).toBe("InvalidVolume.NotFound");
  });
});

describe("AttachVolume and DetachVolume", () => {
  it("refuse a volume that is still being created", async () => {
    const instance = await account.launch(imageId);
    const { VolumeId = "" } = await create({ Size: 10 });
    expect(await codeOf(attach(VolumeId, instance, "/dev/sdf"))).toBe("IncorrectState");
    await account.pass(1);
    expect(await codeOf(attach(VolumeId, instance, "/dev/sdf"))).toBe("no error");
  });

  it("refuse an instance of another zone, a device in use, and a volume in use", async () => {
    const [one, other] = [await account.launch(imageId), await account.launch(imageId)];
    const far = await made({ AvailabilityZone: "us-west-2b" });
    const [near, second] = [await made(), await made()];
    expect(await codeOf(attach(far, one, "/dev/sdf"))).toBe("InvalidVolume.ZoneMismatch");
    expect(await codeOf(attach(near, one, "/dev/sdf"))).toBe("no error");
    expect(await codeOf(attach(second, one, "/dev/sdf"))).toBe("InvalidParameterValue");
    expect(await codeOf(attach(near, other, "/dev/sdg"))).toBe("VolumeInUse");
    expect(await codeOf(client().send(new DeleteVolumeCommand({ VolumeId: near })))).toBe("VolumeInUse");
  });

  it("attach a shared volume several times, and detach it from the instance that is named", async () => {
    const [one, other] = [await account.launch(imageId), await account.launch(imageId)];
    const shared = await made({ VolumeType: "io2", Iops: 100, MultiAttachEnabled: true });
    await attach(shared, one, "/dev/sdf");
    await attach(shared, other, "/dev/sdf");
    const attached = async () => (await described(shared))?.Attachments?.map(({ InstanceId }) => InstanceId);
    expect(await attached()).toEqual([one, other]);
    expect(await codeOf(attach(shared, one, "/dev/sdg"))).toBe("VolumeInUse");
    expect(await codeOf(detach(shared))).toBe("InvalidParameterValue");
    expect(await codeOf(detach(shared, await account.launch(imageId)))).toBe("InvalidAttachment.NotFound");
    await detach(shared, one);
    await account.pass(1);
    expect(await attached()).toEqual([other]);
  });

  it("free the device only once the volume is detached", async () => {
    const instance = await account.launch(imageId);
    const [old, fresh] = [await made(), await made()];
    await attach(old, instance, "/dev/sdf");
    const elsewhere = client().send(new DetachVolumeCommand({ VolumeId: old, Device: "/dev/sdg" }));
    expect(await codeOf(elsewhere)).toBe("InvalidAttachment.NotFound");
    await detach(old);
    expect(await codeOf(attach(fresh, instance, "/dev/sdf"))).toBe("InvalidParameterValue");
    expect(await codeOf(detach(old))).toBe("IncorrectState");
    await account.pass(1);
    expect((await described(old))?.State).toBe("available");
    expect(await codeOf(attach(fresh, instance, "/dev/sdf"))).toBe("no error");
    expect(await codeOf(detach(old))).toBe("IncorrectState");
  });

  it("refuse to detach the root of an instance that is not stopped", async () => {
    const instance = await account.launch(imageId);
    const { BlockDeviceMappings } = await account.instance(instance);
    const root = BlockDeviceMappings![0]!.Ebs!.VolumeId!;
    expect(await codeOf(detach(root))).toBe("OperationNotPermitted");
    await client().send(new StopInstancesCommand({ InstanceIds: [instance] }));
    expect(await codeOf(detach(root))).toBe("OperationNotPermitted");
    await account.pass(1);
    expect(await codeOf(detach(root))).toBe("no error");
  });

  it("refuse an instance that is stopping", async () => {
    const [instance, volume] = [await account.launch(imageId), await made()];
    await client().send(new StopInstancesCommand({ InstanceIds: [instance] }));
    expect(await codeOf(attach(volume, instance, "/dev/sdf"))).toBe("IncorrectState");
    await account.pass(1);
    expect(await codeOf(attach(volume, instance, "/dev/sdf"))).toBe("no error");
  });
});

describe("a volume with a code of AWS Marketplace", () => {
  it("is attached to a stopped instance only", async () => {
    const SnapshotId = await account.copy(await account.snapshot(SHOP_ROOT));
    const [instance, volume] = [await account.launch(imageId), await made({ SnapshotId })];
    expect(await codeOf(attach(volume, instance, "/dev/sdf"))).toBe("OperationNotPermitted");
    await client().send(new StopInstancesCommand({ InstanceIds: [instance] }));
    await account.pass(1);
    expect(await codeOf(attach(volume, instance, "/dev/sdf"))).toBe("no error");
  });
});

describe("DescribeVolumeStatus", () => {
  const status = async (VolumeId: string) => {
    const { VolumeStatuses } = await client().send(new DescribeVolumeStatusCommand({ VolumeIds: [VolumeId] }));
    return VolumeStatuses?.[0]?.InitializationStatusDetails;
  };

  it("shows progress and time left with a rate, until all is there", async () => {
    const { VolumeId = "" } = await create({ SnapshotId: copy, VolumeInitializationRate: 100 });
    // 10 GiB at 100 MiB/s are 102.4 s.
    expect(await status(VolumeId)).toMatchObject({ InitializationType: "provisioned-rate", Progress: 0 });
    await account.pass(1);
    const under = await status(VolumeId);
    expect(under?.Progress).toBe(58);
    expect(Math.abs((under?.EstimatedTimeToCompleteInSeconds ?? 0) - 42)).toBeLessThan(3);
    await account.pass(1);
    expect(await status(VolumeId)).toMatchObject({ Progress: 100, EstimatedTimeToCompleteInSeconds: 0 });
  });

  it("shows no time left without a rate, and nothing of an empty volume", async () => {
    const lazy = await status(await made({ SnapshotId: copy }));
    expect([lazy?.InitializationType, lazy?.EstimatedTimeToCompleteInSeconds]).toEqual(["default", undefined]);
    expect(await status(await made())).toBeUndefined();
  });
});

describe("a snapshot of a volume that grew", () => {
  it("is as large as the volume was", async () => {
    const VolumeId = await made();
    const { SnapshotId = "" } = await client().send(new CreateSnapshotCommand({ VolumeId }));
    await client().send(new ModifyVolumeCommand({ VolumeId, Size: 20 }));
    await account.pass(5);
    expect((await described(VolumeId))?.Size).toBe(20);
    expect((await described(await made({ SnapshotId, Size: 10 })))?.Size).toBe(10);
  });
});
