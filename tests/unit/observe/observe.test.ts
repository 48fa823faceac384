import { problem } from "../../../src/vault/model/problem";
import { DescribeInstancesCommand, DescribeSnapshotsCommand, DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { mockClient } from "aws-sdk-client-mock";
import { ec2In, makeClients } from "../../../src/vault/aws/clients";
import { observe, observeInstances } from "../../../src/vault/observe/observe";
import { described } from "../../support/rig";
import { DR, DR2, SETTINGS, snapshot } from "../../support/world";
import { IF_DENIED } from "../../../src/vault/lib/text";

const clients = makeClients(SETTINGS);
const primary = mockClient(ec2In(clients, SETTINGS.primaryRegion).reader);
const dr = mockClient(ec2In(clients, DR.region).reader);
const kms = mockClient(KMSClient);
const down = Object.assign(new Error("no route"), { name: "TimeoutError" });

/** One of the vault's own snapshots, as EC2 shows it. */
const made = (snapshotId: string) => described(snapshot(snapshotId));

beforeEach(() => {
  kms.reset();
  kms.on(DescribeKeyCommand).resolves({ KeyMetadata: { KeyId: "k", KeyState: "Enabled" } });
  primary.reset();
  dr.reset();
  primary.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ InstanceId: "i-1" }] }] });
  primary.on(DescribeVolumesCommand).resolves({ Volumes: [] });
  primary.on(DescribeSnapshotsCommand).resolves({ Snapshots: [made("snap-1")] });
  dr.on(DescribeSnapshotsCommand).resolves({ Snapshots: [made("snap-2")] });
});

/** Returns what an invocation that serves a slot sees. */
async function whole() {
  return observeInstances(clients, SETTINGS, await observe(clients, SETTINGS));
}

test("sees instances, snapshots and copies, each in its region, if it serves a slot", async () => {
  const world = await whole();
  expect(world.instances?.map((i) => i.instanceId)).toStrictEqual(["i-1"]);
  expect(world.snapshots?.map((s) => [s.snapshotId, s.region])).toStrictEqual([["snap-1", "us-east-1"]]);
  expect(Object.keys(world.copies)).toStrictEqual(["us-west-2"]);
  expect(world.copies["us-west-2"]?.map((s) => [s.snapshotId, s.region])).toStrictEqual([["snap-2", "us-west-2"]]);
  expect(world.problems).toStrictEqual([]);
});

test("reads no instances if it serves no slot", async () => {
  const world = await observe(clients, SETTINGS);
  expect(world.instances).toBeUndefined();
  expect(primary.calls().map((call) => call.args[0].constructor.name)).toStrictEqual(["DescribeSnapshotsCommand"]);
});

test("reports a region that is down as a problem, and sees the other", async () => {
  dr.on(DescribeSnapshotsCommand).rejects(down);
  const world = await whole();
  expect([world.instances?.length, world.snapshots?.length, world.copies]).toStrictEqual([1, 1, {}]);
  expect(world.problems).toStrictEqual([
    {
      kind: "not-observed",
      severity: "failure",
      subject: "copies in us-west-2",
      message:
        "nothing was copied to us-west-2 or deleted there, because the vault could not read copies in us-west-2: TimeoutError: no route",
      hint: `The next hourly sweep tries again. ${IF_DENIED} Otherwise check the region's health.`,
    },
  ]);
});

describe("with two DR regions", () => {
  const two = { ...SETTINGS, dr: [DR, DR2] };
  const wide = makeClients(two);
  const readers = [SETTINGS.primaryRegion, DR.region, DR2.region].map((region) =>
    mockClient(ec2In(wide, region).reader),
  );

  beforeEach(() => {
    for (const [index, reader] of readers.entries()) {
      reader.reset();
      const Snapshots = [made(`snap-${index}`)];
      reader.on(DescribeSnapshotsCommand).resolves({ Snapshots });
    }
  });

  const seen = async () => {
    const { snapshots, copies, problems } = await observe(wide, two);
    const ids = Object.entries(copies).map(([region, all]) => [
      region,
      ...all.map((s) => `${s.region} ${s.snapshotId}`),
    ]);
    return { primary: snapshots?.length, ids: ids.sort(), notified: problems.map((p) => p.subject) };
  };

  test("keeps the copies of each region apart", async () => {
    await expect(seen()).resolves.toStrictEqual({
      primary: 1,
      ids: [
        ["eu-west-1", "eu-west-1 snap-2"],
        ["us-west-2", "us-west-2 snap-1"],
      ],
      notified: [],
    });
  });

  test("leaves out and reports a region that is down, and sees the other", async () => {
    readers[2]!.on(DescribeSnapshotsCommand).rejects(down);
    await expect(seen()).resolves.toStrictEqual({
      primary: 1,
      ids: [["us-west-2", "us-west-2 snap-1"]],
      notified: ["copies in eu-west-1"],
    });
  });
});

test("does not see instances whose volumes can't be read, because their tags may exclude some", async () => {
  primary.on(DescribeVolumesCommand).rejects(down);
  const world = await whole();
  expect(world.instances).toBeUndefined();
  expect(world.problems.map((p) => p.subject)).toStrictEqual(["instances in us-east-1"]);
  expect(world.snapshots).toHaveLength(1);
});

test("leaves what was seen before the instances as it was", async () => {
  const unread = problem("not-observed", "copies", "");
  const before = { snapshots: [], copies: {}, problems: [unread], throttled: [] };
  const world = await observeInstances(clients, SETTINGS, before);
  expect(world.instances).toHaveLength(1);
  expect([world.snapshots, world.copies, world.problems]).toStrictEqual([[], {}, [unread]]);
  expect(before).toStrictEqual({ snapshots: [], copies: {}, problems: [unread], throttled: [] });
});

test("does not see a read that remains throttled, and reports no problem yet", async () => {
  const throttled = Object.assign(new Error("too many"), { name: "RequestLimitExceeded" });
  primary.on(DescribeVolumesCommand).rejects(throttled);
  dr.on(DescribeSnapshotsCommand).rejects(throttled);
  const world = await whole();
  expect([world.instances, world.copies, world.problems]).toStrictEqual([undefined, {}, []]);
  expect(world.throttled.map(({ code, problem }) => [code, problem.subject])).toStrictEqual([
    ["RequestLimitExceeded", "copies in us-west-2"],
    ["RequestLimitExceeded", "instances in us-east-1"],
  ]);
});

test("reports three problems instead of failing if nothing can be seen", async () => {
  primary.onAnyCommand().rejects(down);
  dr.onAnyCommand().rejects(down);
  const world = await whole();
  expect(world.problems.map((p) => p.subject).sort()).toStrictEqual([
    "copies in us-west-2",
    "instances in us-east-1",
    "snapshots in us-east-1",
  ]);
});
