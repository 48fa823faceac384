/** Tests what a restore comes to: volumes, instance and image as the recovery point has them. */
import fc from "fast-check";
import type { World } from "../../support/restore/account";
import { restore, settle } from "../../support/restore/runs";
import { SCENARIOS, type Scenario, anyScenario } from "../../support/restore/scenarios";
import { ORIGINAL, RESTORE_ID } from "../../support/restore/shapes";
import type { LaunchOrder, Order } from "../../../src/restore/order";
import type { SourceVolume } from "../../../src/restore/source";

const WITH_IOPS = ["gp3", "io1", "io2"];

/** Returns the volume that a restore made for a device. */
function madeFor({ account }: World, device: string) {
  const all = Object.values(account.volumes).filter(
    ({ tags }) => tags["smart-vault:restore"] === RESTORE_ID && tags["smart-vault:restore-role"] === device,
  );
  expect([device, all.length]).toStrictEqual([device, 1]);
  return all[0]!;
}

function expectVolume(world: World, order: Order, wanted: SourceVolume): void {
  const made = madeFor(world, wanted.device);
  const { type = "", iops, throughputMiBps } = wanted;
  expect(made).toMatchObject({
    snapshotId: wanted.snapshotId,
    sizeGiB: wanted.sizeGiB,
    type,
    isShared: wanted.isMultiAttach === true,
    tags: { ...wanted.tags, "smart-vault:restore-state": "done" },
  });
  expect(made.iops).toBe(WITH_IOPS.includes(type) ? iops : undefined);
  expect(made.throughput).toBe(type === "gp3" ? throughputMiBps : undefined);
  expect(made.kmsKeyId).toBe(order.kmsKeyId ?? wanted.kmsKeyId);
  expect(made.rate).toBe(order.initializationRate);
}

function expectPlace(world: World, instanceId: string, wanted: SourceVolume, ends: boolean): void {
  const { rootDevice } = world.account.instances[instanceId]!;
  expect(madeFor(world, wanted.device).attachments).toStrictEqual([
    { instanceId, device: wanted.isRoot ? rootDevice : wanted.device, state: "attached", ends },
  ]);
}

function expectLaunched(world: World, order: LaunchOrder): void {
  const [instance, ...others] = Object.values(world.account.instances);
  expect(others).toStrictEqual([]);
  const { id } = instance!;
  const { disableApiTermination = false, disableApiStop = false } = order.as.launch;
  expect(instance).toMatchObject({
    state: "running",
    isHealthy: true,
    noTermination: disableApiTermination,
    noStop: disableApiStop,
    tags: { Name: "db", "smart-vault:restore-state": "done" },
  });
  for (const wanted of order.volumes) {
    expectPlace(world, id, wanted, wanted.deleteOnTermination ?? wanted.isRoot);
  }
  for (const { volumeId, device } of order.shared) {
    const { attachments = [] } = world.account.volumes[volumeId] ?? {};
    expect(attachments.map(({ instanceId }) => instanceId)).toStrictEqual(["i-other", id]);
    expect(attachments[1]).toStrictEqual({ instanceId: id, device, state: "attached", ends: false });
  }
  const interfaces = Object.values(world.account.interfaces);
  for (const one of order.as.interfaces) {
    const made = interfaces.find(({ index }) => index === one.deviceIndex)!;
    expect(made).toMatchObject({ subnetId: one.subnetId, checksPackets: one.sourceDestCheck !== false });
    const [group, ...more] = made.groups;
    expect(more).toStrictEqual([]);
    const { egress } = world.account.groups[group ?? ""]!;
    expect([group === "sg-db", egress]).toStrictEqual(order.isolatedIn === undefined ? [true, 1] : [false, 0]);
  }
  expect(Object.values(world.account.images).filter(({ owner }) => owner === "self")).toStrictEqual([]);
  const extra = Object.values(world.account.volumes).filter(({ tags }) => tags["smart-vault:restore"] === RESTORE_ID);
  expect(extra).toHaveLength(order.volumes.length);
}

/** Returns whether the volume at a device of the original ended with it. */
function endedBefore({ world }: Scenario, device: string): boolean {
  const { volumes } = world().account;
  return Object.values(volumes).some(({ attachments }) => attachments.some((one) => one.device === device && one.ends));
}

async function expectEnd(scenario: Scenario): Promise<void> {
  const { order } = scenario;
  const world = scenario.world();
  const { outcome } = await restore(world, order);
  expect(outcome).toMatchObject({ state: "done" });
  for (const wanted of order.volumes) expectVolume(world, order, wanted);
  const [first] = Object.values(world.account.instances);
  if (order.mode === "launch") expect(first?.isHealthy).toBe(true);
  settle(world);
  if (order.mode === "launch") {
    expectLaunched(world, order);
    return;
  }
  const isAttached = order.mode === "replace" || order.attachTo !== undefined;
  for (const wanted of order.volumes) {
    const captured = order.mode === "replace" ? wanted.deleteOnTermination : false;
    if (isAttached) expectPlace(world, ORIGINAL, wanted, captured ?? endedBefore(scenario, wanted.device));
    else expect(madeFor(world, wanted.device).attachments).toStrictEqual([]);
  }
  expect(world.account.instances[ORIGINAL]?.state).toBe(scenario.world().account.instances[ORIGINAL]?.state);
}

test.each(SCENARIOS.map((one) => [one.name, one] as const))("is all there: %s", async (_name, scenario) => {
  await expectEnd(scenario);
});

test("is all there, whatever the shape", async () => {
  await fc.assert(fc.asyncProperty(anyScenario, expectEnd), { numRuns: 60 });
});
