/** Roots that are replaced in place, and what a drill looks at. Method: the SDK's calls on the emulated clock. */
import {
  CreateReplaceRootVolumeTaskCommand,
  type CreateReplaceRootVolumeTaskCommandInput,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeReplaceRootVolumeTasksCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  GetConsoleScreenshotCommand,
  type Instance,
  RegisterImageCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  DR,
  PRIMARY,
  type RestoreAccount,
  WEB,
  WEB_DATA,
  WEB_ROOT,
  codeOf,
  imageOf,
  refusalOf,
  startRestoreAccount,
} from "../../support/restoreAccount";

let account: RestoreAccount;
let original: string;

beforeAll(async () => {
  account = await startRestoreAccount();
  original = await account.snapshot(WEB_ROOT);
}, 120_000);
afterAll(() => account.stop());
afterEach(() => account.emulator.resetFaults());

const primary = () => account.ec2(PRIMARY);
const replace = (more: Partial<CreateReplaceRootVolumeTaskCommandInput>) =>
  primary().send(new CreateReplaceRootVolumeTaskCommand({ InstanceId: WEB, ...more }));

async function web(): Promise<Instance> {
  const { Reservations } = await primary().send(new DescribeInstancesCommand({ InstanceIds: [WEB] }));
  return Reservations![0]!.Instances![0]!;
}

async function rootId(): Promise<string | undefined> {
  const { BlockDeviceMappings } = await web();
  return BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === "/dev/xvda")?.Ebs?.VolumeId;
}

async function volume(VolumeId: string) {
  const { Volumes } = await primary().send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
  return Volumes![0]!;
}

async function task(id: string) {
  const ReplaceRootVolumeTaskIds = [id];
  const found = await primary().send(new DescribeReplaceRootVolumeTasksCommand({ ReplaceRootVolumeTaskIds }));
  return found.ReplaceRootVolumeTasks![0]!;
}

/** Starts a replacement. @returns its states: at once, after a minute, and after another */
async function states(more: Partial<CreateReplaceRootVolumeTaskCommandInput>) {
  const { ReplaceRootVolumeTask } = await replace(more);
  const id = ReplaceRootVolumeTask?.ReplaceRootVolumeTaskId ?? "";
  const seen = [(await task(id)).TaskState];
  for (const _ of [1, 2]) {
    await account.pass(1.1);
    seen.push((await task(id)).TaskState);
  }
  return seen;
}

/** Returns an image like the instance, of a copy in its own region. */
async function image(more: object = {}): Promise<string> {
  const { ImageId = "" } = await primary().send(new RegisterImageCommand({ ...imageOf(original), ...more }));
  return ImageId;
}

const WELL = ["pending", "in-progress", "succeeded"];

describe("the replacement of a root", () => {
  it("puts a snapshot of the root in its place, with its figures, and keeps the old one", async () => {
    const before = await rootId();
    expect(await states({ SnapshotId: original })).toEqual(WELL);
    const after = (await rootId())!;
    expect(after).not.toBe(before);
    const figures = { SnapshotId: original, VolumeType: "gp3", Iops: 4000, Throughput: 200, State: "in-use" };
    expect(await volume(after)).toMatchObject(figures);
    expect((await volume(after)).Attachments?.[0]?.DeleteOnTermination).toBe(true);
    expect((await volume(before!)).State).toBe("available");
    expect((await web()).InstanceId).toBe(WEB);
  });

  it("takes a snapshot of a former root, and deletes the replaced one if asked to", async () => {
    const before = (await rootId())!;
    expect(before).not.toBe(WEB_ROOT);
    expect(await states({ SnapshotId: original, DeleteReplacedRootVolume: true })).toEqual(WELL);
    expect(await codeOf(volume(before))).toBe("InvalidVolume.NotFound");
  });

  it("refuses a copy, also one in the same region", async () => {
    const { SnapshotId = "" } = await primary().send(new CreateSnapshotCommand({ VolumeId: (await rootId())! }));
    expect(await codeOf(replace({ SnapshotId }))).toBe("IncorrectState");
    const copy = await account.copyWithin(PRIMARY, original);
    expect(await refusalOf(replace({ SnapshotId: copy }))).toMatch(/^InvalidParameterValue: .* is a copy/);
    expect(await codeOf(replace({ SnapshotId, DryRun: true }))).toBe("DryRunOperation");
  });

  it("refuses a snapshot of another volume, and one that is not there", async () => {
    const data = await account.snapshot(WEB_DATA);
    expect(await refusalOf(replace({ SnapshotId: data }))).toMatch(
      /^InvalidParameterValue: .* not created from a root/,
    );
    expect(await codeOf(replace({ SnapshotId: "snap-0123456789abcdef0" }))).toBe("InvalidSnapshot.NotFound");
  });

  it("takes an image of a copy, if it is like the instance", async () => {
    expect(await states({ ImageId: await image() })).toEqual(WELL);
  });

  it.each<[string, () => object]>([
    ["architecture", () => ({ Architecture: "arm64" })],
    ["virtualization type", () => ({ VirtualizationType: "paravirtual" })],
    ["ENA support", () => ({ EnaSupport: false })],
    ["TPM support", () => ({ BootMode: "uefi", TpmSupport: "v2.0" })],
  ])("refuses an image with another %s", async (fact, unlike) => {
    const said = await refusalOf(replace({ ImageId: await image(unlike()) }));
    expect(said).toMatch(new RegExp(`^InvalidParameterValue: .* differs from .*: ${fact}\\.$`));
  });

  it("refuses an image of other billing, and one whose root is smaller", async () => {
    const linux = await account.snapshot(WEB_DATA);
    const other = await image({ BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId: linux } }] });
    expect(await refusalOf(replace({ ImageId: other }))).toMatch(/^InvalidParameterValue: .*: billing information\.$/);
    const windows = { PlatformDetails: "Windows", UsageOperation: "RunInstances:0002" };
    const small = [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 4 } }];
    await account.emulator.loadImages(PRIMARY, [
      { ImageId: "ami-0aaaaaaaaaaaa0001", ...windows, BlockDeviceMappings: small },
    ]);
    expect(await refusalOf(replace({ ImageId: "ami-0aaaaaaaaaaaa0001" }))).toMatch(
      /^InvalidParameterValue: .* smaller/,
    );
  });

  it("refuses two sources at once, and an instance that does not run", async () => {
    const both = { SnapshotId: original, ImageId: await image() };
    expect(await codeOf(replace(both))).toBe("InvalidParameterCombination");
    await primary().send(new StopInstancesCommand({ InstanceIds: [WEB] }));
    await account.pass(1);
    expect(await codeOf(replace({ SnapshotId: original }))).toBe("IncorrectInstanceState");
    await primary().send(new StartInstancesCommand({ InstanceIds: [WEB] }));
    await account.pass(1);
    expect(await codeOf(replace({ SnapshotId: original, DryRun: true }))).toBe("DryRunOperation");
  });

  it("takes a volume that is available in the instance's zone", async () => {
    const make = (AvailabilityZone: string) =>
      primary().send(new CreateVolumeCommand({ AvailabilityZone, SnapshotId: original, VolumeType: "gp3" }));
    const [{ VolumeId = "" }, far] = [await make("us-east-1a"), await make("us-east-1b")];
    expect(await codeOf(replace({ VolumeId }))).toBe("IncorrectState");
    await account.pass(1);
    expect(await codeOf(replace({ VolumeId: far.VolumeId }))).toBe("IncorrectState");
    expect(await states({ VolumeId })).toEqual(WELL);
    expect(await rootId()).toBe(VolumeId);
    expect(await codeOf(replace({ VolumeId }))).toBe("IncorrectState");
  });

  it("refuses a bare metal instance, and a task that is not there", async () => {
    const imageId = await account.register(await account.copy(original));
    const InstanceId = await account.launch(imageId, { InstanceType: "m5.metal" });
    const ask = account.ec2(DR).send(new CreateReplaceRootVolumeTaskCommand({ InstanceId }));
    expect(await codeOf(ask)).toBe("Unsupported");
    expect(await codeOf(task("replacevol-0123456789abcdef0"))).toBe("InvalidReplaceRootVolumeTaskID.NotFound");
  });

  it("fails under a key that may not be used, and leaves the old root where it is", async () => {
    const key = await account.key(PRIMARY);
    const copy = await account.copyWithin(PRIMARY, original, key);
    const mapped = [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId: copy } }];
    const ImageId = await image({ BlockDeviceMappings: mapped });
    await account.emulator.setFaults({ refusedKeys: [key] });
    const before = await rootId();
    expect(await states({ ImageId })).toEqual(["pending", "failing", "failed"]);
    expect(await rootId()).toBe(before);
    await account.emulator.resetFaults();
    expect(await states({ ImageId })).toEqual(WELL);
    const place = { AvailabilityZone: "us-east-1a", SnapshotId: original } as const;
    const { VolumeId = "" } = await primary().send(new CreateVolumeCommand(place));
    await account.pass(1);
    expect(await refusalOf(replace({ VolumeId }))).toMatch(/^InvalidParameterValue: .* not encrypted/);
  });

  it("fails if the instance ends meanwhile", async () => {
    const InstanceId = await account.launch(await account.register(await account.copy(original)));
    const client = account.ec2(DR);
    const { ReplaceRootVolumeTask } = await client.send(new CreateReplaceRootVolumeTaskCommand({ InstanceId }));
    expect(ReplaceRootVolumeTask?.TaskState).toBe("pending");
    await client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    await account.pass(5);
    const { ReplaceRootVolumeTasks } = await client.send(new DescribeReplaceRootVolumeTasksCommand({}));
    expect(ReplaceRootVolumeTasks?.[0]?.TaskState).toBe("failed");
  });

  it("fails and leaves the old root where it is", async () => {
    await account.emulator.setFaults({ rootTask: "failed" });
    const before = await rootId();
    expect(await states({ SnapshotId: original })).toEqual(["pending", "failing", "failed"]);
    expect(await rootId()).toBe(before);
  });

  it("fails and leaves no root", async () => {
    await account.emulator.setFaults({ rootTask: "failed-detached" });
    expect(await states({ SnapshotId: original })).toEqual(["pending", "failing", "failed-detached"]);
    expect(await rootId()).toBeUndefined();
    expect(await refusalOf(replace({ SnapshotId: original }))).toMatch(/^IncorrectState: .* has no root volume/);
  });
});

describe("an instance without a root", () => {
  it("refuses to start", async () => {
    const imageId = await account.register(await account.copy(original));
    const InstanceIds = [await account.launch(imageId)];
    const client = account.ec2(DR);
    const { BlockDeviceMappings } = await account.instance(InstanceIds[0]!);
    await client.send(new StopInstancesCommand({ InstanceIds }));
    await account.pass(1);
    await client.send(new DetachVolumeCommand({ VolumeId: BlockDeviceMappings?.[0]?.Ebs?.VolumeId }));
    await account.pass(1);
    expect(await codeOf(client.send(new StartInstancesCommand({ InstanceIds })))).toBe("InvalidParameterValue");
  });
});

describe("the checks of an instance", () => {
  let InstanceId: string;
  beforeAll(async () => {
    InstanceId = await account.launch(await account.register(await account.copy(original)));
  });

  async function checks() {
    const client = account.ec2(DR);
    const { InstanceStatuses } = await client.send(new DescribeInstanceStatusCommand({ InstanceIds: [InstanceId] }));
    return [InstanceStatuses?.[0]?.InstanceStatus?.Status, InstanceStatuses?.[0]?.SystemStatus?.Status];
  }
  const screenshot = () => account.ec2(DR).send(new GetConsoleScreenshotCommand({ InstanceId }));

  it("initialize for a while, then are ok", async () => {
    expect(await checks()).toEqual(["initializing", "initializing"]);
    await account.pass(3);
    expect(await checks()).toEqual(["ok", "ok"]);
  });

  it("fail while that is switched on", async () => {
    await account.emulator.setFaults({ impaired: [InstanceId] });
    expect(await checks()).toEqual(["impaired", "impaired"]);
  });

  it("have a screenshot beside them, a JPG in Base64, while the instance runs", async () => {
    const { ImageData = "" } = await screenshot();
    expect(Buffer.from(ImageData, "base64").subarray(0, 3).toString("hex")).toBe("ffd8ff");
    await account.ec2(DR).send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    expect(await codeOf(screenshot())).toBe("IncorrectInstanceState");
  });
});
