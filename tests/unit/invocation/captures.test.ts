/** What a launch needs is on the snapshots of a run, and costs nothing in other invocations. */
import {
  CreateSnapshotsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
} from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { launchFromTags } from "../../../src/vault/model/tags/launchTags";
import { tagsFromList } from "../../../src/vault/model/tags/tags";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { makeRig } from "../../support/rig";
import { NOW, SLOT, snapshot } from "../../support/world";

const rig = makeRig();
const RUN_EVENT = { kind: "run", slot: SLOT };
const denied = Object.assign(new Error("no"), { name: "UnauthorizedOperation", $metadata: { httpStatusCode: 403 } });

function shows(more: object = {}): void {
  const instance = {
    InstanceId: "i-1",
    InstanceType: "m7g.large" as const,
    BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-1" } }],
    NetworkInterfaces: [{ SubnetId: "subnet-1", Attachment: { DeviceIndex: 0 } }],
    ...more,
  };
  rig.primary.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance] }] });
}

beforeEach(() => {
  rig.reset();
  shows();
  rig.primary.on(DescribeSubnetsCommand).resolves({ Subnets: [{ SubnetId: "subnet-1", CidrBlock: "10.0.1.0/24" }] });
});

/** Returns what the snapshots that were asked for last say of a launch. */
function made() {
  const input = rig.writer.commandCalls(CreateSnapshotsCommand).at(-1)?.args[0].input;
  return launchFromTags(tagsFromList(input?.TagSpecifications?.[0]?.Tags));
}

const asked = () => [
  rig.primary.commandCalls(DescribeSubnetsCommand).length,
  rig.primary.commandCalls(DescribeInstanceAttributeCommand).length,
];

test("is on the snapshots of a run", async () => {
  await rig.trigger(RUN_EVENT);
  expect(made()).toStrictEqual({
    launch: { disableApiTermination: false, disableApiStop: false, shutdownBehavior: "stop" },
    interfaces: [{ deviceIndex: 0, subnetId: "subnet-1", subnetCidr: "10.0.1.0/24" }],
    isWhole: true,
  });
});

test("is not asked for if the slot has its snapshots, or none is served", async () => {
  rig.sees([snapshot("snap-1")], []);
  await rig.trigger(RUN_EVENT);
  await rig.trigger({ kind: "follow-up" });
  expect(asked()).toStrictEqual([0, 0]);
});

test("is not asked for if the snapshots could not be read, so that none is made", async () => {
  const [list] = rig.primary.commandCalls(DescribeSubnetsCommand);
  expect(list).toBeUndefined();
  rig.sees([], []);
  rig.primary.rejects(denied);
  await expect(rig.trigger(RUN_EVENT)).rejects.toThrow("could not read");
  expect(asked()).toStrictEqual([0, 0]);
});

test("stops no snapshot where AWS refuses all of it, and the mail says so", async () => {
  rig.primary.on(DescribeSubnetsCommand).rejects(denied);
  rig.primary.on(DescribeInstanceAttributeCommand).rejects(denied);
  const { status, counts } = await rig.trigger(RUN_EVENT);
  expect([status, counts.snapshots]).toStrictEqual(["clean", 1]);
  expect(made()?.interfaces).toStrictEqual([{ deviceIndex: 0, subnetId: "subnet-1" }]);
  expect(rig.mails()).toStrictEqual(["smart-vault-test: 2 notices"]);
});

test("names what a backup cannot bring back once, and again only after a year", async () => {
  shows({ HibernationOptions: { Configured: true } });
  const mailed: number[] = [];
  for (const day of [0, 1, 2, 364, 366]) {
    rig.at(NOW + day * DAY_MS);
    const before = rig.sns.commandCalls(PublishCommand).length;
    await rig.trigger({ kind: "run", slot: isoSeconds(NOW + day * DAY_MS) });
    const bodies = rig.sns
      .commandCalls(PublishCommand)
      .slice(before)
      .map(({ args }) => args[0].input.Message ?? "");
    if (bodies.some((body) => body.includes("a restore of i-1 boots it"))) mailed.push(day);
  }
  expect(mailed).toStrictEqual([0, 366]);
});
