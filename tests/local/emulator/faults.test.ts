/** Failures of the emulated account on demand. Method: a switch, the SDK's calls, and what is called without the switch. */
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { makeInstanceProfile } from "../../../src/local/account/instanceProfile";
import { DR, PRIMARY, type RestoreAccount, WEB_ROOT, codeOf, startRestoreAccount } from "../../support/restoreAccount";

let account: RestoreAccount;
let imageId: string;

beforeAll(async () => {
  account = await startRestoreAccount();
  imageId = await account.register(await account.copy(await account.snapshot(WEB_ROOT)));
}, 120_000);
afterAll(() => account.stop());
afterEach(async () => {
  await account.emulator.resetFaults();
  await account.emulator.resetFailures();
  await account.emulator.resetDark();
});

const client = () => account.ec2(DR);
const run = (more: Partial<RunInstancesCommandInput> = {}) => account.run(imageId, more);
const inZone = (AvailabilityZone: string) => ({ Placement: { AvailabilityZone } });
const create = () => client().send(new CreateVolumeCommand({ AvailabilityZone: "us-west-2a", Size: 10 }));
const look = (region: string) => account.ec2(region).send(new DescribeVolumesCommand({}));

describe("capacity", () => {
  it("lacks in one zone for one type", async () => {
    await account.emulator.setFaults({ noCapacity: [{ zone: "us-west-2a", instanceType: "t3.micro" }] });
    expect(await codeOf(run(inZone("us-west-2a")))).toBe("InsufficientInstanceCapacity");
    expect(await codeOf(run({ ...inZone("us-west-2a"), DryRun: true }))).toBe("DryRunOperation");
    expect(await codeOf(run(inZone("us-west-2b")))).toBe("no error");
    expect(await codeOf(run({ ...inZone("us-west-2a"), InstanceType: "t3.small" }))).toBe("no error");
  });

  it("is an error of the server's side, which an SDK tries again", async () => {
    await account.emulator.setFaults({ noCapacity: [{}] });
    await account.emulator.recordWrites();
    const patient = new EC2Client({ region: DR, maxAttempts: 2 });
    const input = { ImageId: imageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;
    expect(await codeOf(patient.send(new RunInstancesCommand(input)))).toBe("InsufficientInstanceCapacity");
    expect(await account.emulator.writes()).toHaveLength(2);
  });

  it("ends at the quota of vCPUs", async () => {
    await account.emulator.setFaults({ vcpuLimit: { [DR]: 1 } });
    expect(await codeOf(run())).toBe("VcpuLimitExceeded");
    await account.emulator.setFaults({ vcpuLimit: { [DR]: 1_000, [PRIMARY]: 0 } });
    expect(await codeOf(run())).toBe("no error");
  });

  it("lacks where the type is not offered, and DescribeInstanceTypeOfferings says so", async () => {
    const zones = async () => {
      const { InstanceTypeOfferings = [] } = await client().send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: "availability-zone",
          Filters: [{ Name: "instance-type", Values: ["t3.micro"] }],
        }),
      );
      return InstanceTypeOfferings.map(({ Location }) => Location);
    };
    expect(await zones()).toContain("us-west-2a");
    await account.emulator.setFaults({ notOffered: [{ zone: "us-west-2a", instanceType: "t3.micro" }] });
    expect(await zones()).not.toContain("us-west-2a");
    expect(await codeOf(run(inZone("us-west-2a")))).toBe("Unsupported");
    expect(await codeOf(run(inZone("us-west-2b")))).toBe("no error");
  });

  it("lacks for a type that AWS does not have in the zone, and for what is no type", async () => {
    expect(await codeOf(run({ InstanceType: "c6in.large", ...inZone("us-west-2d") }))).toBe("Unsupported");
    expect(await codeOf(run({ InstanceType: "nonsense" as "t3.micro" }))).toBe("InvalidParameterValue");
  });
});

describe("IAM", () => {
  it("refuses the call and its dry run, with an encoded message", async () => {
    await account.emulator.setFaults({ denied: ["RunInstances"] });
    await expect(run()).rejects.toThrow(/Encoded authorization failure message: \w+/);
    expect(await codeOf(run({ DryRun: true }))).toBe("UnauthorizedOperation");
    await account.emulator.resetFaults();
    expect(await codeOf(run({ DryRun: true }))).toBe("DryRunOperation");
  });
});

describe("a region that is dark", () => {
  it("answers no call, and counts each", async () => {
    await account.emulator.setDark(PRIMARY);
    expect(await codeOf(look(PRIMARY))).not.toBe("no error");
    expect(await codeOf(new KMSClient({ region: PRIMARY, maxAttempts: 1 }).send(new ListKeysCommand({})))).not.toBe(
      "no error",
    );
    expect(await codeOf(look(DR))).toBe("no error");
    expect(await account.emulator.darkCalls()).toEqual([
      { region: PRIMARY, call: "ec2:DescribeVolumes", count: 1 },
      { region: PRIMARY, call: "kms:ListKeys", count: 1 },
    ]);
  });

  it("answers 503 if that is asked for, and each attempt of an SDK counts", async () => {
    await account.emulator.setDark(PRIMARY, "503");
    const patient = new EC2Client({ region: PRIMARY, maxAttempts: 2 });
    expect(await codeOf(patient.send(new DescribeVolumesCommand({})))).toBe("ServiceUnavailable");
    expect(await account.emulator.darkCalls()).toMatchObject([{ count: 2 }]);
  });

  it("counts nothing if nobody calls there, and is bright again at the end", async () => {
    await account.emulator.setDark(PRIMARY);
    await look(DR);
    expect(await account.emulator.darkCalls()).toEqual([]);
    await account.emulator.resetDark();
    expect(await codeOf(look(PRIMARY))).toBe("no error");
  });

  it("leaves IAM alone, whose endpoint is global", async () => {
    await account.emulator.setDark(PRIMARY);
    expect(await makeInstanceProfile(account.emulator.endpoint, "global")).toContain("instance-profile/global");
  });
});

describe("a call that fails", () => {
  it("is the n-th of its operation", async () => {
    await account.emulator.fail({ operation: "CreateVolume", nth: 2, code: "InternalError" });
    expect([await codeOf(create()), await codeOf(create()), await codeOf(create())]).toEqual([
      "no error",
      "InternalError",
      "no error",
    ]);
  });

  it("is one after the other of a sequence, and reads and dry runs don't count", async () => {
    const steps = async () => {
      const codes = [await codeOf(run({ DryRun: true })), await codeOf(look(DR))];
      codes.push(await codeOf(create()), await codeOf(run()));
      return codes;
    };
    await account.emulator.recordWrites();
    await steps();
    const calls = (await account.emulator.writes()).map(({ call }) => call);
    expect(calls).toEqual(["ec2:CreateVolume", "ec2:RunInstances"]);
    for (const nth of [1, 2]) {
      await account.emulator.fail({ nth, code: "InvalidParameterValue" });
      const codes = ["DryRunOperation", "no error", "no error", "no error"];
      expect(await steps()).toEqual(codes.map((code, index) => (index === nth + 1 ? "InvalidParameterValue" : code)));
      await account.emulator.resetFailures();
    }
  });

  it("fails as often as asked, for ever if 0", async () => {
    await account.emulator.fail({ operation: "CreateVolume", times: 2, code: "Unavailable" });
    const patient = new EC2Client({ region: DR, maxAttempts: 2 });
    const input = { AvailabilityZone: "us-west-2a", Size: 10 };
    expect(await codeOf(patient.send(new CreateVolumeCommand(input)))).toBe("Unavailable");
    expect(await codeOf(create())).toBe("no error");
    await account.emulator.fail({ operation: "CreateVolume", times: 0 });
    for (const _ of [1, 2, 3]) expect(await codeOf(create())).toBe("InternalError");
  });

  it("fails in its region only", async () => {
    await account.emulator.fail({ operation: "CreateVolume", region: PRIMARY });
    expect(await codeOf(create())).toBe("no error");
    const there = new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 10 });
    expect(await codeOf(account.ec2(PRIMARY).send(there))).toBe("InternalError");
  });

  it("is carried out if only its answer is lost, and a second attempt gets what the first one made", async () => {
    const count = async () => {
      const { Reservations = [] } = await client().send(new DescribeInstancesCommand({}));
      return Reservations.length;
    };
    const before = await count();
    await account.emulator.fail({ operation: "RunInstances", when: "after", code: "connection" });
    const patient = new EC2Client({ region: DR, maxAttempts: 2 });
    const input = { ImageId: imageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;
    const { Instances = [] } = await patient.send(new RunInstancesCommand(input));
    expect(Instances).toHaveLength(1);
    expect(await count()).toBe(before + 1);
  });

  it("leaves nothing behind if it fails before", async () => {
    const { VolumeId } = await create();
    const InstanceId = await account.launch(imageId, inZone("us-west-2a"));
    await account.emulator.fail({ operation: "AttachVolume", code: "UnauthorizedOperation", status: 403 });
    const attach = () => client().send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: "/dev/sdf" }));
    expect(await codeOf(attach())).toBe("UnauthorizedOperation");
    expect(await codeOf(attach())).toBe("no error");
  });
});

describe("a switch", () => {
  it("is refused if there is none of its name", async () => {
    const unknown = { capacity: [] } as object;
    await expect(account.emulator.setFaults(unknown)).rejects.toThrow(/capacity.*expected some of/);
  });
});
