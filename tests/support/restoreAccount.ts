/** An emulated account to restore in: the emulator with clients that find it by AWS_ENDPOINT_URL, and what a test makes in it. */
import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  type RegisterImageCommandInput,
  RegisterImageCommand,
  type RunInstancesCommandInput,
  type RunInstancesCommandOutput,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { type Emulator, startEmulator } from "../../src/local/emulator";
import { emulatorHome } from "./emulatorHome";

export const PRIMARY = "us-east-1";
export const DR = "us-west-2";
const START_MS = Date.UTC(2026, 5, 1);
const MINUTE_MS = 60_000;

/** An instance of the fleet, with its root and one data volume. */
export const WEB = "i-0aaaaaaaaaaaa0001";
export const WEB_ROOT = "vol-0aaaaaaaaaaaa0001";
export const WEB_DATA = "vol-0aaaaaaaaaaaa0002";
/** An instance of a product of AWS Marketplace. */
const SHOP = "i-0aaaaaaaaaaaa0002";
export const SHOP_ROOT = "vol-0aaaaaaaaaaaa0003";
export const WINDOWS = {
  PlatformDetails: "Windows",
  UsageOperation: "RunInstances:0002",
};

const MACHINE = {
  InstanceType: "m5.large",
  State: { Name: "running" },
  RootDeviceName: "/dev/xvda",
  RootDeviceType: "ebs",
  Placement: { AvailabilityZone: "us-east-1a" },
  Architecture: "x86_64",
  EnaSupport: true,
  Tags: [],
};

const FLEET = {
  instances: [
    {
      ...MACHINE,
      InstanceId: SHOP,
      ProductCodes: [{ ProductCodeId: "9zcav4a9p9bq8mi6w4cbgcmbl", ProductCodeType: "marketplace" }],
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: SHOP_ROOT } }],
    },
    {
      ...MACHINE,
      InstanceId: WEB,
      ...WINDOWS,
      BlockDeviceMappings: [
        { DeviceName: "/dev/xvda", Ebs: { VolumeId: WEB_ROOT, DeleteOnTermination: true } },
        { DeviceName: "/dev/sdf", Ebs: { VolumeId: WEB_DATA } },
      ],
    },
  ],
  volumes: [WEB_ROOT, WEB_DATA, SHOP_ROOT].map((VolumeId) => ({
    VolumeId,
    Size: 10,
    VolumeType: "gp3",
    Iops: 4000,
    Throughput: 200,
    Encrypted: false,
    MultiAttachEnabled: false,
    Tags: [],
  })),
};

export interface RestoreAccount {
  emulator: Emulator;
  ec2: (region: string) => EC2Client;
  /** Moves the emulated clock. */
  pass: (minutes: number) => Promise<void>;
  /** Returns a completed snapshot of a volume of the fleet. */
  snapshot: (volumeId: string) => Promise<string>;
  /** Returns a completed copy in the DR region. */
  copy: (snapshotId: string, key?: string) => Promise<string>;
  /** Returns a completed copy in the region given, of a snapshot in the primary one. */
  copyWithin: (region: string, snapshotId: string, key?: string) => Promise<string>;
  /** Makes a key in a region. */
  key: (region: string) => Promise<string>;
  /** Registers a snapshot of the DR region as the root of an image that a t3 can boot. */
  register: (snapshotId: string, more?: Partial<RegisterImageCommandInput>) => Promise<string>;
  /** Asks for one t3.micro in the DR region. */
  run: (imageId: string, more?: Partial<RunInstancesCommandInput>) => Promise<RunInstancesCommandOutput>;
  /** Launches in the DR region, and waits until it runs. */
  launch: (imageId: string, more?: Partial<RunInstancesCommandInput>) => Promise<string>;
  instance: (instanceId: string) => Promise<Instance>;
  stop: () => Promise<void>;
}

let names = 0;

/** Returns a name that no image has. */
function newName(): string {
  names += 1;
  return `restore-${names}`;
}

/** Returns how an image is registered whose root is a snapshot. */
export function imageOf(snapshotId: string): RegisterImageCommandInput {
  return {
    Name: newName(),
    Architecture: "x86_64",
    VirtualizationType: "hvm",
    EnaSupport: true,
    RootDeviceName: "/dev/xvda",
    BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId: snapshotId, VolumeType: "gp3" } }],
  };
}

/** Returns the code of the error that a call ends with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "no error",
    (error: unknown) => (error as Error).name,
  );
}

/** Returns code and words of the error that a call ends with. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "no error",
    (error: unknown) => String(error),
  );
}

function makers(ec2: RestoreAccount["ec2"], pass: RestoreAccount["pass"]) {
  const snapshot: RestoreAccount["snapshot"] = async (VolumeId) => {
    const { SnapshotId = "" } = await ec2(PRIMARY).send(new CreateSnapshotCommand({ VolumeId }));
    await pass(5);
    return SnapshotId;
  };
  const copyWithin: RestoreAccount["copyWithin"] = async (region, SourceSnapshotId, KmsKeyId) => {
    const encryption = KmsKeyId === undefined ? {} : { KmsKeyId, Encrypted: true };
    const input = { SourceSnapshotId, SourceRegion: PRIMARY, ...encryption };
    const { SnapshotId = "" } = await ec2(region).send(new CopySnapshotCommand(input));
    await pass(15);
    return SnapshotId;
  };
  const register: RestoreAccount["register"] = async (snapshotId, more = {}) => {
    const { ImageId = "" } = await ec2(DR).send(new RegisterImageCommand({ ...imageOf(snapshotId), ...more }));
    return ImageId;
  };
  const run: RestoreAccount["run"] = (ImageId, more = {}) =>
    ec2(DR).send(new RunInstancesCommand({ ImageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, ...more }));
  const launch: RestoreAccount["launch"] = async (imageId, more = {}) => {
    const { Instances = [] } = await run(imageId, more);
    await pass(1);
    return Instances[0]?.InstanceId ?? "";
  };
  const copy: RestoreAccount["copy"] = (snapshotId, key) => copyWithin(DR, snapshotId, key);
  return { snapshot, copy, copyWithin, register, run, launch };
}

export async function startRestoreAccount(): Promise<RestoreAccount> {
  const emulator = await startEmulator(
    emulatorHome("restore"),
    () => ({}),
    () => undefined,
  );
  process.env.AWS_ENDPOINT_URL = emulator.endpoint;
  let nowMs = START_MS;
  const pass = async (minutes: number) => {
    nowMs += minutes * MINUTE_MS;
    await emulator.setTime(nowMs);
  };
  await pass(0);
  await emulator.loadFleet(PRIMARY, FLEET);
  const clients = new Map([PRIMARY, DR].map((region) => [region, new EC2Client({ region, maxAttempts: 1 })]));
  const ec2 = (region: string) => clients.get(region)!;
  return {
    emulator,
    ec2,
    pass,
    ...makers(ec2, pass),
    key: async (region) => {
      const { KeyMetadata } = await new KMSClient({ region }).send(new CreateKeyCommand({}));
      return KeyMetadata?.Arn ?? "";
    },
    instance: async (instanceId) => {
      const { Reservations } = await ec2(DR).send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
      return Reservations?.[0]?.Instances?.[0] ?? {};
    },
    stop: async () => {
      delete process.env.AWS_ENDPOINT_URL;
      await emulator.stop();
    },
  };
}
