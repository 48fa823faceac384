/** What a launch needs is read only for instances that are due, in few calls, and no failure stops a snapshot. */
import {
  DescribeInstanceAttributeCommand,
  type DescribeInstanceAttributeCommandInput,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeSubnetsCommand,
  GetInstanceUefiDataCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { CapturedLaunch } from "../../../src/vault/model/launchSpec";
import { launchToTags } from "../../../src/vault/model/tags/launchTags";
import type { VaultSettings } from "../../../src/vault/model/settings";
import type { ProtectedInstance, Snapshot, World } from "../../../src/vault/model/world";
import { observeCaptures } from "../../../src/vault/observe/captures";
import { NOW, SETTINGS, SLOT, instance, snapshot } from "../../support/world";

const clients = makeClients(SETTINGS);
const ec2 = mockClient(ec2In(clients, SETTINGS.primaryRegion).reader);
const error = (name: string, httpStatusCode = 400) =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } });

const SUBNET = { subnetName: "web", subnetCidr: "10.0.1.0/24", zoneId: "use1-az1" };
const ATTRIBUTES = { disableApiTermination: true, disableApiStop: false, shutdownBehavior: "stop" };

function machine(instanceId: string, instanceType = "m7g.large"): ProtectedInstance {
  const captured = { launch: { architecture: "arm64" }, interfaces: [{ deviceIndex: 0, subnetId: "subnet-1" }] };
  return { ...instance(instanceId, []), instanceType, captured };
}

/** Returns the newest snapshot of an instance, with what was captured then. */
function earlier(instanceId: string, captured: CapturedLaunch, extra: Partial<Snapshot> = {}): Snapshot {
  const one = snapshot(`snap-of-${instanceId}`, extra);
  const tags = { ...one.tags, ...Object.fromEntries(launchToTags(captured)) };
  return { ...one, identity: { ...one.identity, instanceId }, tags };
}

const WHOLE: CapturedLaunch = {
  launch: { architecture: "arm64", ...ATTRIBUTES },
  interfaces: [{ deviceIndex: 0, subnetId: "subnet-1", ...SUBNET }],
};

beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeSubnetsCommand).resolves({
    Subnets: [
      {
        SubnetId: "subnet-1",
        CidrBlock: SUBNET.subnetCidr,
        AvailabilityZoneId: SUBNET.zoneId,
        Tags: [{ Key: "Name", Value: SUBNET.subnetName }],
      },
    ],
  });
  ec2
    .on(DescribeInstanceCreditSpecificationsCommand)
    .resolves({ InstanceCreditSpecifications: [{ InstanceId: "i-1", CpuCredits: "unlimited" }] });
  ec2.on(GetInstanceUefiDataCommand).resolves({ UefiData: "AUEFI" });
  ec2.on(DescribeInstanceAttributeCommand).resolves({
    UserData: { Value: "IyEvYmluL3No" },
    DisableApiTermination: { Value: ATTRIBUTES.disableApiTermination },
    DisableApiStop: { Value: ATTRIBUTES.disableApiStop },
    InstanceInitiatedShutdownBehavior: { Value: ATTRIBUTES.shutdownBehavior },
  });
});

interface Given {
  due?: string[];
  own?: Snapshot[];
  now?: () => number;
  deadlineMs?: number;
  settings?: VaultSettings;
}

async function observed(instances: ProtectedInstance[], given: Given = {}): Promise<World> {
  const { due = instances.map(({ instanceId }) => instanceId), own = [], now = () => NOW } = given;
  const { deadlineMs = NOW + HOUR_MS, settings = SETTINGS } = given;
  const world: World = { instances, copies: {}, problems: [], throttled: [] };
  return observeCaptures(clients, settings, world, { due: new Set(due), own, slot: SLOT, now, deadlineMs });
}

/** Returns the calls by name. */
function calls(): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { args } of ec2.calls()) {
    const name = args[0].constructor.name.replace("Command", "");
    counted[name] = (counted[name] ?? 0) + 1;
  }
  return counted;
}

const launchOf = (world: World, index = 0) => world.instances?.[index]?.captured?.launch;

test("asks nothing if no instance is due", async () => {
  const world = await observed([machine("i-1", "t3.micro")], { due: [] });
  expect(world.instances?.[0]).toStrictEqual(machine("i-1", "t3.micro"));
  expect(calls()).toStrictEqual({});
});

test("adds subnets, credits and attributes of the first capture", async () => {
  const world = await observed([machine("i-1", "t3.micro")]);
  expect(world.instances?.[0]?.captured).toStrictEqual({
    launch: { architecture: "arm64", cpuCredits: "unlimited", ...ATTRIBUTES },
    interfaces: [{ deviceIndex: 0, subnetId: "subnet-1", ...SUBNET }],
  });
  expect(world.problems).toStrictEqual([]);
});

test("asks on an ordinary night for the subnets alone, once for all instances", async () => {
  const machines = ["i-1", "i-2", "i-3"].map((id) => machine(id));
  const own = machines.map(({ instanceId }) => earlier(instanceId, WHOLE));
  const world = await observed(machines, { own });
  expect(calls()).toStrictEqual({ DescribeSubnets: 1 });
  expect(launchOf(world, 2)).toStrictEqual({ architecture: "arm64", ...ATTRIBUTES });
  const [asked] = ec2.commandCalls(DescribeSubnetsCommand);
  expect(asked?.args[0].input.Filters?.[0]?.Values).toStrictEqual(["subnet-1"]);
});

test("asks for the credits of burstable instances alone", async () => {
  await observed([
    machine("i-1", "t3.micro"),
    machine("i-2"),
    machine("i-3", "t1.micro"),
    machine("i-4", "trn1.32xlarge"),
  ]);
  const [asked] = ec2.commandCalls(DescribeInstanceCreditSpecificationsCommand);
  expect(asked?.args[0].input.InstanceIds).toStrictEqual(["i-1"]);
});

test.each([
  ["another fact has changed", earlier("i-1", { ...WHOLE, launch: { ...WHOLE.launch, architecture: "x86_64" } })],
  [
    "an attribute was never read",
    earlier("i-1", { ...WHOLE, launch: { architecture: "arm64", disableApiStop: true } }),
  ],
  ["its newest snapshot failed", earlier("i-1", WHOLE, { state: "error" })],
])("reads the attributes again if %s", async (_what, own) => {
  const world = await observed([machine("i-1")], { own: [own] });
  expect(calls().DescribeInstanceAttribute).toBe(3);
  expect(launchOf(world)).toMatchObject(ATTRIBUTES);
});

test("carries the attributes of the newest snapshot, not of an older one", async () => {
  const other = { ...WHOLE, launch: { ...WHOLE.launch, disableApiStop: true } };
  const old = earlier("i-1", other, { startTimeMs: NOW - HOUR_MS });
  const own = [old, earlier("i-1", WHOLE, { startTimeMs: NOW }), { ...old, startTimeMs: NOW - 2 * HOUR_MS }];
  expect(launchOf(await observed([machine("i-1")], { own }))).toMatchObject({ disableApiStop: false });
});

describe("a failed call", () => {
  test.each([
    ["subnets", DescribeSubnetsCommand, "UnauthorizedOperation"],
    ["CPU credit options", DescribeInstanceCreditSpecificationsCommand, "UnauthorizedOperation"],
    ["attributes of instances", DescribeInstanceAttributeCommand, "InternalError"],
  ] as const)("for %s is a notice, and the others' facts are there", async (what, Command, code) => {
    ec2.on(Command as typeof DescribeSubnetsCommand).rejects(error(code, 403));
    const world = await observed([machine("i-1", "t3.micro"), machine("i-2", "t3.micro")]);
    expect(world.problems).toStrictEqual([
      expect.objectContaining({
        kind: "launch-not-read",
        severity: "notice",
        subject: `${what} in us-east-1`,
        message: `backups may lack facts of a launch, because the vault could not read ${what} in us-east-1: ${code}: no`,
      }),
    ]);
    expect(world.instances).toHaveLength(2);
    expect(launchOf(world)?.architecture).toBe("arm64");
  });

  test("leaves what the newest snapshot says of the same subnet, and of the credits", async () => {
    ec2.on(DescribeSubnetsCommand).rejects(error("UnauthorizedOperation", 403));
    ec2.on(DescribeInstanceCreditSpecificationsCommand).rejects(error("InvalidInstanceID"));
    const before = { ...WHOLE, launch: { ...WHOLE.launch, cpuCredits: "standard" } };
    const world = await observed([machine("i-1", "t3.micro")], { own: [earlier("i-1", before)] });
    expect(world.instances?.[0]?.captured).toStrictEqual({
      ...before,
      launch: { architecture: "arm64", cpuCredits: "standard", ...ATTRIBUTES },
    });
    expect(calls().DescribeInstanceAttribute).toBeUndefined();
  });

  test.each(["RequestLimitExceeded", "TimeoutError"])(
    "with %s for a batch keeps the vault from the many calls",
    async (name) => {
      ec2.on(DescribeSubnetsCommand).rejects(Object.assign(new Error("no"), { name }));
      await observed([machine("i-1")]);
      expect(calls().DescribeInstanceAttribute).toBeUndefined();
    },
  );

  test.each(["RequestLimitExceeded", "UnauthorizedOperation"])(
    "with %s for an attribute ends the asking",
    async (name) => {
      ec2.on(DescribeInstanceAttributeCommand).rejects(error(name, 403));
      const machines = Array.from({ length: 20 }, (_, index) => machine(`i-${index}`));
      const world = await observed(machines);
      expect(calls().DescribeInstanceAttribute).toBeLessThanOrEqual(4);
      expect(world.problems).toHaveLength(1);
    },
  );

  test("for an instance that is gone does not keep the others from being read", async () => {
    ec2.on(DescribeInstanceAttributeCommand).callsFake(({ InstanceId }: DescribeInstanceAttributeCommandInput) => {
      if (InstanceId === "i-1") throw error("InvalidInstanceID.NotFound");
      return { DisableApiTermination: { Value: true } };
    });
    const world = await observed(["i-1", "i-2", "i-3"].map((id) => machine(id)));
    const read = world.instances?.map(({ captured }) => captured?.launch.disableApiTermination);
    expect(read).toStrictEqual([undefined, true, true]);
  });
});

test("makes at most 90 calls for attributes in a run, and goes on in the next ones", async () => {
  const machines = Array.from({ length: 70 }, (_, index) => machine(`i-${index}`));
  const asked: number[] = [];
  let own: Snapshot[] = [];
  for (let night = 0; night < 4; night += 1) {
    ec2.resetHistory();
    const { instances = [] } = await observed(machines, { own });
    asked.push(calls().DescribeInstanceAttribute ?? 0);
    own = instances.map(({ instanceId, captured }) => earlier(instanceId, captured!));
  }
  expect(asked).toStrictEqual([90, 90, 30, 0]);
});

test.each([
  ["its patience", NOW + HOUR_MS],
  ["the invocation's time", NOW + 5 * SECOND_MS],
])("asks for no further attribute when %s is over", async (_what, deadlineMs) => {
  let nowMs = NOW;
  ec2.on(DescribeInstanceAttributeCommand).callsFake(() => {
    nowMs += MINUTE_MS;
    return {};
  });
  const machines = Array.from({ length: 20 }, (_, index) => machine(`i-${index}`));
  await observed(machines, { now: () => nowMs, deadlineMs });
  expect(calls().DescribeInstanceAttribute).toBeLessThanOrEqual(4 * 3);
});

describe("user data and UEFI variables", () => {
  const settings = { ...SETTINGS, userData: true, uefiData: true };
  const byUefi = (instanceId: string) => {
    const { captured, ...one } = machine(instanceId);
    return { ...one, captured: { ...captured!, launch: { ...captured?.launch, currentBootMode: "uefi" } } };
  };
  const WHOLE_UEFI = { ...WHOLE, launch: { ...WHOLE.launch, currentBootMode: "uefi" } };
  const own = (slot: string) => [
    earlier("i-1", { ...WHOLE_UEFI, blobSlots: { userData: slot, uefiData: slot } }, { startTimeMs: NOW - HOUR_MS }),
  ];

  test("are not asked for by default", async () => {
    const world = await observed([byUefi("i-1")]);
    expect(calls()).toStrictEqual({ DescribeSubnets: 1, DescribeInstanceAttribute: 3 });
    expect(world.instances?.[0]).not.toHaveProperty("blobs");
  });

  test("are read with a call each, and the tags name their capture and have none of them", async () => {
    const world = await observed([byUefi("i-1")], { settings });
    expect(calls()).toMatchObject({ DescribeInstanceAttribute: 4, GetInstanceUefiData: 1 });
    const [one] = world.instances ?? [];
    expect(one?.blobs).toStrictEqual({ userData: "IyEvYmluL3No", uefiData: "AUEFI" });
    expect(one?.captured?.blobSlots).toStrictEqual({ userData: SLOT, uefiData: SLOT });
    const tags = JSON.stringify(launchToTags(one!.captured!));
    expect(tags).toContain(`userdata=${SLOT} uefidata=${SLOT}`);
    expect(tags).not.toMatch(/IyEv|AUEFI/);
  });

  test("are not read again while nothing has changed", async () => {
    const slot = isoSeconds(NOW - 3 * DAY_MS);
    const world = await observed([byUefi("i-1")], { settings, own: own(slot) });
    expect(calls()).toStrictEqual({ DescribeSubnets: 1 });
    expect(world.instances?.[0]?.captured?.blobSlots).toStrictEqual({ userData: slot, uefiData: slot });
  });

  test("are read again after another fact has changed", async () => {
    const changed = [earlier("i-1", { ...WHOLE, blobSlots: { userData: isoSeconds(NOW - DAY_MS) } })];
    await observed([byUefi("i-1")], { settings, own: changed });
    expect(calls()).toMatchObject({ DescribeInstanceAttribute: 4, GetInstanceUefiData: 1 });
  });

  test.each(["RequestLimitExceeded", "UnauthorizedOperation"])(
    "that end with %s are a notice without a word of them, and keep no other fact from being read",
    async (name) => {
      ec2.on(GetInstanceUefiDataCommand).rejects(error(name, 403));
      const world = await observed([byUefi("i-1"), byUefi("i-2")], { settings });
      expect(world.problems.map(({ kind, subject }) => [kind, subject])).toStrictEqual([
        ["launch-not-read", "UEFI variables of instances in us-east-1"],
      ]);
      expect(world.instances?.map(({ blobs }) => blobs)).toStrictEqual(
        [1, 2].map(() => ({ userData: "IyEvYmluL3No" })),
      );
      expect(launchOf(world)).toMatchObject(ATTRIBUTES);
    },
  );

  test("share the run's 90 calls with the attributes, which come first", async () => {
    const machines = Array.from({ length: 25 }, (_, index) => byUefi(`i-${index}`));
    await observed(machines, { settings });
    const { DescribeInstanceAttribute = 0, GetInstanceUefiData = 0 } = calls();
    expect(DescribeInstanceAttribute + GetInstanceUefiData).toBe(90);
    expect(DescribeInstanceAttribute).toBe(25 * 3 + 8);
  });

  test("are not asked for where a batch call got no answer", async () => {
    ec2.on(DescribeSubnetsCommand).rejects(error("RequestLimitExceeded", 503));
    await observed([byUefi("i-1")], { settings });
    expect(calls()).toStrictEqual({ DescribeSubnets: 1 });
  });
});
