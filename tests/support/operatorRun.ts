/**
 * Runs every command as an operator does, on a deployed vault on the emulated account: an access key for each command
 * separates their calls. The fleet has what restores differ by: encryption, a profile, a lost billing code.
 */
import {
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ModifySnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import type { IamRequest } from "../../src/iam/evaluator";
import type { OperatorCommand } from "../../src/iam/operatorPolicy";
import type { OperatorArgs } from "../../src/iam/restoreStatements";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { HOUR_MS, MINUTE_MS } from "../../src/vault/lib/time";
import { type CliVault, DR, type Ended, PRIMARY } from "./cliVault";
import { operatorRequests } from "./operatorRequests";

const APP = "i-0ccccccccccc00001";
const WEB = "i-0aaaaaaaaaaaa0002";
const WIN = "i-0ccccccccccc00002";
const KEY = `arn:aws:kms:${PRIMARY}:${ACCOUNT_ID}:key/22222222-2222-4222-8222-222222222222`;
const ROLE_NAME = "app";
const PROFILE_ARN = `arn:aws:iam::${ACCOUNT_ID}:instance-profile/app`;
const WINDOWS = { PlatformDetails: "Windows", UsageOperation: "RunInstances:0002" };

const MACHINE = {
  InstanceType: "t3.small",
  State: { Name: "running" },
  RootDeviceName: "/dev/xvda",
  RootDeviceType: "ebs",
  Placement: { AvailabilityZone: "us-east-1a" },
  Architecture: "x86_64",
  EnaSupport: true,
};
const tags = (Name: string) => [
  { Key: "Name", Value: Name },
  { Key: "backup", Value: "True" },
];
const attached = (DeviceName: string, VolumeId: string, DeleteOnTermination: boolean) => ({
  DeviceName,
  Ebs: { VolumeId, DeleteOnTermination },
});
const volume = (VolumeId: string, more: object = {}) => ({
  VolumeId,
  Size: 8,
  VolumeType: "gp3",
  Iops: 3000,
  Throughput: 125,
  Encrypted: false,
  MultiAttachEnabled: false,
  Tags: [],
  ...more,
});

const FLEET = {
  instances: [
    {
      ...MACHINE,
      InstanceId: APP,
      Tags: tags("app-1"),
      IamInstanceProfile: { Arn: PROFILE_ARN, Id: "AIPAAPP" },
      BlockDeviceMappings: [
        attached("/dev/xvda", "vol-0ccccccccccc00001", true),
        attached("/dev/sdg", "vol-0ccccccccccc00002", false),
      ],
    },
    {
      ...MACHINE,
      ...WINDOWS,
      InstanceId: WIN,
      Tags: tags("win-1"),
      BlockDeviceMappings: [attached("/dev/xvda", "vol-0ccccccccccc00003", true)],
    },
  ],
  volumes: [
    volume("vol-0ccccccccccc00001"),
    volume("vol-0ccccccccccc00002", { Encrypted: true, KmsKeyId: KEY }),
    volume("vol-0ccccccccccc00003"),
  ],
};

/** Sends a query to the emulated IAM: there is no IAM client among our packages. */
async function iam({ vault }: CliVault, query: string): Promise<void> {
  await fetch(vault.emulator.endpoint, {
    method: "POST",
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=test/20260601/us-east-1/iam/aws4_request, Signature=none",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: `${query}&Version=2010-05-08`,
  });
}

/** Shares what the vault has so far: it holds back the deletions that are due once there are newer points. */
async function share({ vault }: CliVault): Promise<void> {
  const ec2 = vault.account.ec2(PRIMARY);
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  const to = { OperationType: "add", Attribute: "createVolumePermission" } as const;
  await Promise.all(
    Snapshots.map(({ SnapshotId }) =>
      ec2.send(new ModifySnapshotAttributeCommand({ ...to, UserIds: ["111122223333"], SnapshotId })),
    ),
  );
}

/** Adds instances to the account, with what they refer to, and makes EC2 as quick as it can be. */
async function prepare(cli: CliVault): Promise<void> {
  const { emulator, account } = cli.vault;
  await iam(cli, `Action=CreateRole&RoleName=${ROLE_NAME}&AssumeRolePolicyDocument=%7B%7D`);
  await iam(cli, `Action=CreateInstanceProfile&InstanceProfileName=app`);
  await iam(cli, `Action=AddRoleToInstanceProfile&InstanceProfileName=app&RoleName=${ROLE_NAME}`);
  await share(cli);
  await emulator.loadFleet(PRIMARY, FLEET);
  const ec2 = account.ec2(PRIMARY);
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [APP] }));
  const NetworkInterfaceId = Reservations[0]?.Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId;
  await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, SourceDestCheck: { Value: false } }));
  const image = { ImageId: "ami-0ccccccccccc00001", Name: "Windows_Server-2022-English-Full-Base-2026", ...WINDOWS };
  await emulator.loadImages(DR, [{ ...image, CreationDate: "2026-01-01T00:00:00.000Z" }]);
  await emulator.setFaults({ loseBilling: true });
  const at = { volume: 0, detach: 0, launch: 0, stop: 0, terminate: 0, checks: 0, rootTask: 0 };
  await emulator.setPending(at);
}

/** Returns the account and the vault as the policies have them. */
export function argsOf({ vault: { stack } }: CliVault): OperatorArgs {
  const { vaultId, primaryRegion, dr } = stack;
  return {
    partition: "aws",
    accountId: ACCOUNT_ID,
    vaultId,
    primaryRegion,
    dr,
    tagKey: "backup",
    policies: { True: {} },
    sourceKeyArns: [],
    operatorInstanceRoleArns: [`arn:aws:iam::${ACCOUNT_ID}:role/${ROLE_NAME}`],
  };
}

/** How a command ended that should have ended well. */
export interface Run extends Ended {
  args: string;
}

/** Protects what a restore launched, as a person may before it is taken back. */
async function protect({ vault }: CliVault, restoreId: string): Promise<void> {
  const ec2 = vault.account.ec2(DR);
  const Filters = [{ Name: "tag:smart-vault:restore", Values: [restoreId] }];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  const InstanceId = Reservations[0]?.Instances?.[0]?.InstanceId;
  await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: true } }));
}

/** Runs a restore, then takes it back. */
async function thereAndBack(
  run: (args: string[]) => Promise<Ended>,
  args: string[],
  between?: (restoreId: string) => Promise<void>,
): Promise<void> {
  const { out, err, code } = await run([...args, "--json", "--yes"]);
  if (code !== 0) throw new Error(`vault restore ${args.join(" ")} ended with ${String(code)}: ${out}${err}`);
  const [id = ""] = /r-\d{8}T\d{6}-[0-9a-f]{4}/.exec(out) ?? [];
  await between?.(id);
  await run(["--undo", id, "--yes", "--json", ...args.slice(args.indexOf("--region"))]);
}

/** Runs every command once or more. Returns how each ended, and what IAM would have been asked, by command. */
export async function runAll(cli: CliVault): Promise<{ runs: Run[]; asked: Map<OperatorCommand, IamRequest[]> }> {
  await prepare(cli);
  const runs: Run[] = [];
  const as = (command: OperatorCommand) => async (args: string[]) => {
    const ended = await cli.run([command, ...args], { AWS_ACCESS_KEY_ID: command });
    runs.push({ ...ended, args: [command, ...args].join(" ") });
    return ended;
  };
  const commands = ["list", "show", "status", "plan", "run", "restore"] as const;
  await Promise.all(commands.map((command) => cli.vault.emulator.recordCalls(command)));
  await cli.vault.runUntil(Date.now() + 5 * MINUTE_MS, () => undefined);
  await as("run")(["--no-wait"]);
  await cli.vault.runUntil(cli.vault.nowMs() + 1.5 * HOUR_MS, () => undefined);
  const restore = as("restore");
  const looks = async () => {
    await as("list")([]);
    await as("show")(["web-1"]);
    await as("status")([]);
    await as("plan")([]);
  };
  const inDr = async () => {
    const filter = { Filters: [{ Name: "availability-zone", Values: [`${DR}a`] }] };
    const { Subnets = [] } = await cli.vault.account.ec2(DR).send(new DescribeSubnetsCommand(filter));
    const place = ["--subnet", Subnets[0]?.SubnetId ?? "", "--region", DR];
    await thereAndBack(restore, ["app-1", "--launch", "--isolate", ...place], (id) => protect(cli, id));
    await restore(["win-1", "--launch", "--isolate", "--yes", "--json", ...place]);
  };
  const inPrimary = async () => {
    const place = ["--region", PRIMARY];
    await thereAndBack(restore, ["app-1", "--volumes", "--device", "/dev/sdg", "--attach", WEB, ...place]);
    await thereAndBack(restore, ["app-1", "--replace", "--confirm", "app-1", ...place]);
    await thereAndBack(restore, ["web-2", "--replace", "--confirm", "web-2", ...place]);
  };
  await Promise.all([looks(), inDr(), inPrimary()]);
  const asked = new Map<OperatorCommand, IamRequest[]>();
  for (const command of commands) {
    const calls = await cli.vault.emulator.recordedCalls(command);
    const invoked = cli.invocations.filter(({ caller }) => caller === command);
    asked.set(command, [
      ...calls.flatMap(operatorRequests),
      ...invoked.map(({ region, name }) => ({
        action: "lambda:InvokeFunction",
        resource: `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`,
        context: {},
      })),
    ]);
  }
  return { runs, asked };
}
