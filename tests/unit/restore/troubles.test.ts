/** Tests what a restore does where EC2, or a person, is in its way. */
import {
  type Troubles,
  type World,
  change,
  put,
  remove,
  updateInstance,
  updateVolume,
} from "../../support/restore/account";
import { clientOf } from "../../support/restore/ec2";
import { type Ran, restore, resume, settle, undo } from "../../support/restore/runs";
import {
  COLD,
  DATA,
  ORIGINAL,
  RED_HAT,
  RESTORE_ID,
  ROOT,
  SECOND_INTERFACE,
  SHARED,
  SOURCE,
  ZONE,
  emptyRegion,
  launchOrder,
  regionWithOriginal,
  replaceOrder,
  sourceWith,
  volumesOrder,
} from "../../support/restore/shapes";
import { carrying, leftIn } from "../../support/restore/views";
import { observeRestore } from "../../../src/restore/aws/observe";
import { recall } from "../../../src/restore/recall";

const BAD_KEY: Partial<Troubles> = { badKeys: ["key-a"] };

function codeOf(ran: Ran | undefined): string {
  return ran?.outcome.state === "failed" ? ran.outcome.failed.code : (ran?.outcome.state ?? "nothing");
}

function hintOf(ran: Ran | undefined): string {
  return (ran?.outcome.state === "failed" ? ran.outcome.failed.hint : undefined) ?? "";
}

function onlyInstance({ account }: World) {
  const [one, ...others] = Object.values(account.instances).filter(({ state }) => state !== "terminated");
  expect(others).toStrictEqual([]);
  return one!;
}

describe("a key that may not be used", () => {
  test("ends a launch at once, with KMS named, and no second instance", async () => {
    const world = emptyRegion(BAD_KEY);
    const ran = await restore(world, launchOrder());
    expect(codeOf(ran)).toBe("KmsKeyNotUsable");
    expect(hintOf(ran)).toContain("kms:CreateGrant");
    settle(world);
    expect(codeOf(await resume(world, SOURCE))).toBe("KmsKeyNotUsable");
    expect(Object.keys(world.account.instances)).toHaveLength(2);
  });

  test("lets a launch go on once the right was given", async () => {
    const world = emptyRegion(BAD_KEY);
    await restore(world, launchOrder());
    settle(world);
    world.badKeys = [];
    expect(codeOf(await resume(world, SOURCE))).toBe("done");
    expect(onlyInstance(world).state).toBe("running");
    expect(
      Object.values(world.account.volumes).filter(({ tags }) => tags["smart-vault:restore"] === RESTORE_ID),
    ).toHaveLength(3);
  });

  test("ends a restore of volumes with KMS named, and lets it go on once the right was given", async () => {
    const world = emptyRegion(BAD_KEY);
    const ran = await restore(world, volumesOrder());
    expect(codeOf(ran)).toBe("NoEffect");
    expect(hintOf(ran)).toContain("KMS key");
    expect(world.nowMs).toBeLessThan(30_000);
    settle(world);
    world.badKeys = [];
    expect(codeOf((await resume(world, SOURCE)) ?? (await restore(world, { ...volumesOrder(), attempt: "2" })))).toBe(
      "done",
    );
  });

  test("ends a replacement before the instance is stopped", async () => {
    const world = regionWithOriginal(BAD_KEY);
    expect(codeOf(await restore(world, replaceOrder()))).toBe("NoEffect");
    expect(world.account.instances[ORIGINAL]?.state).toBe("running");
  });
});

test("names the lost billing code where there is no public image, and leaves the image to be undone", async () => {
  const world = emptyRegion({ losesBilling: true });
  const ran = await restore(world, launchOrder(sourceWith([ROOT], { usageOperation: RED_HAT })));
  expect(codeOf(ran)).toBe("BillingCodeLost");
  expect(hintOf(ran)).toContain("--base-image");
  expect(carrying(world.account)).toHaveLength(1);
});

test("ends at once where the zone is full, so that another zone is tried with what was made", async () => {
  const world = emptyRegion({ fullZones: [ZONE] });
  const ran = await restore(world, launchOrder());
  expect(codeOf(ran)).toBe("InsufficientInstanceCapacity");
  expect(world.touched.filter(({ call }) => call === "RunInstancesCommand").length).toBeLessThan(2);
  const other = launchOrder(SOURCE, { subnetId: "subnet-b" });
  expect(codeOf(await restore(world, other))).toBe("done");
  expect(onlyInstance(world).zone).toBe("us-west-2b");
  expect(Object.values(world.account.images).filter(({ owner }) => owner === "self")).toStrictEqual([]);
});

test.each(["failed", "failed-detached"] as const)("undoes a root replacement that EC2 ends as %s", async (taskEnds) => {
  const world = regionWithOriginal({ taskEnds });
  const ran = await restore(world, replaceOrder(sourceWith([ROOT]), { isRootTask: true }));
  expect(codeOf(ran)).toBe("RootNotReplaced");
  expect(codeOf(await undo(world))).toBe("done");
  settle(world);
  expect(leftIn(world.account)).toStrictEqual(leftIn(regionWithOriginal().account));
});

test("keeps a root that outlived its instance before, where nothing else was captured", async () => {
  const world = regionWithOriginal();
  const { deleteOnTermination: _ends, ...root } = ROOT;
  change(world, (now) =>
    updateVolume(now, "vol-oldroot", ({ attachments }) => ({
      attachments: attachments.map((one) => ({ ...one, ends: false })),
    })),
  );
  expect(codeOf(await restore(world, replaceOrder(sourceWith([root]), { isRootTask: true })))).toBe("done");
  const made = Object.values(world.account.volumes).find(({ snapshotId }) => snapshotId === "snap-root");
  expect(made?.attachments.map(({ ends }) => ends)).toStrictEqual([false]);
});

/** Returns the world after a replacement that was carried out. */
async function replaced(): Promise<World> {
  const world = regionWithOriginal();
  expect(codeOf(await restore(world, replaceOrder()))).toBe("done");
  settle(world);
  return world;
}

describe("an undo of a replacement", () => {
  test("changes nothing where the old root was deleted", async () => {
    const world = await replaced();
    change(world, (now) => remove(now, "volumes", "vol-oldroot"));
    const before = world.account;
    expect(codeOf(await undo(world))).toBe("OldRootGone");
    expect(world.account).toBe(before);
  });

  test("changes nothing where the old root is being deleted", async () => {
    const world = await replaced();
    change(world, (now) => updateVolume(now, "vol-oldroot", () => ({ state: "deleting" })));
    const before = world.account;
    expect(codeOf(await undo(world))).toBe("OldRootGone");
    expect(world.account).toBe(before);
  });

  test("changes nothing where an old volume is attached to another instance", async () => {
    const world = await replaced();
    const at = { instanceId: "i-other", device: "/dev/sdz", state: "attached" as const, ends: false };
    change(world, (now) => updateVolume(now, "vol-olddata", () => ({ state: "in-use", attachments: [at] })));
    const before = world.account;
    const ran = await undo(world);
    expect(codeOf(ran)).toBe("OldVolumeInUse");
    expect(world.account).toBe(before);
  });

  test("deletes what was restored where the instance was terminated, and keeps the old volumes unmarked", async () => {
    const world = await replaced();
    change(world, (now) => {
      const ended = updateInstance(now, ORIGINAL, () => ({ state: "terminated" }));
      return Object.keys(now.volumes).reduce(
        (all, id) => updateVolume(all, id, () => ({ state: "available", attachments: [] })),
        ended,
      );
    });
    expect(codeOf(await undo(world))).toBe("done");
    settle(world);
    expect(carrying(world.account)).toStrictEqual([]);
    expect(Object.keys(world.account.volumes)).toEqual(expect.arrayContaining(["vol-oldroot", "vol-olddata"]));
  });

  test("removes every tag of its own where the choices fill several", async () => {
    const world = regionWithOriginal();
    const kmsKeyId = `arn:aws:kms:us-west-2:111122223333:key/${"k".repeat(180)}`;
    const order = replaceOrder({ ...SOURCE, volumes: SOURCE.volumes });
    const words = [...order.choices, ["kms", kmsKeyId] as const];
    expect(codeOf(await restore(world, { ...order, choices: words }))).toBe("done");
    expect(world.account.volumes["vol-oldroot"]?.tags).toHaveProperty(["smart-vault:restore-choices-2"]);
    await undo(world);
    expect(world.account.volumes["vol-oldroot"]?.tags).toStrictEqual({ Name: "old /dev/sda1" });
  });
});

test("stops no instance whose volume has no room for a tag", async () => {
  const world = regionWithOriginal();
  const tags = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`tag-${index}`, ""]));
  change(world, (now) => updateVolume(now, "vol-olddata", () => ({ tags })));
  expect(codeOf(await restore(world, replaceOrder()))).toBe("TagLimitExceeded");
  expect(world.account.instances[ORIGINAL]?.state).toBe("running");
});

describe("a restore that was done", () => {
  test("is not done again: what a person changed since stays", async () => {
    const world = await replaced();
    change(world, (now) => updateInstance(now, ORIGINAL, () => ({ state: "stopped" })));
    const before = world.account;
    expect(codeOf(await resume(world, SOURCE))).toBe("done");
    expect(world.account).toBe(before);
  });

  test("leaves a person's own volume alone, on resume and on undo", async () => {
    const world = emptyRegion();
    await restore(world, launchOrder());
    const instanceId = onlyInstance(world).id;
    const at = { instanceId, device: "/dev/sdz", state: "attached" as const, ends: false };
    change(world, (now) => updateVolume(now, "vol-stranger", () => ({ state: "in-use", attachments: [at] })));
    // As if it had not been marked yet.
    change(world, (now) =>
      updateInstance(now, instanceId, ({ tags }) => {
        const { "smart-vault:restore-state": _done, ...rest } = tags;
        return { tags: rest };
      }),
    );
    expect(codeOf(await resume(world, SOURCE))).toBe("done");
    expect(codeOf(await undo(world))).toBe("done");
    settle(world);
    expect(world.account.volumes["vol-stranger"]?.tags).toStrictEqual({ Name: "old /dev/sdz" });
    expect(leftIn(world.account)).toStrictEqual(leftIn(emptyRegion().account));
  });

  test("is undone only once a restored volume is taken off an instance that it was not restored for", async () => {
    const world = regionWithOriginal();
    await restore(world, volumesOrder(sourceWith([COLD])));
    settle(world);
    const [made = ""] = carrying(world.account);
    const at = { instanceId: ORIGINAL, device: "/dev/sdz", state: "attached" as const, ends: false };
    change(world, (now) => updateVolume(now, made, () => ({ state: "in-use", attachments: [at] })));
    expect(codeOf(await undo(world))).toBe("VolumeInUse");
    expect(world.account.volumes[made]?.attachments).toHaveLength(1);
  });
});

test("does not launch beside what an ended instance left, which may hold data", async () => {
  const world = emptyRegion();
  const source = sourceWith([ROOT, DATA], {}, [...(SOURCE.captured?.interfaces ?? []), SECOND_INTERFACE]);
  await restore(world, launchOrder(source), { stopsAfter: 3 });
  settle(world);
  const { id } = onlyInstance(world);
  const { client } = clientOf(world);
  const { TerminateInstancesCommand } = await import("@aws-sdk/client-ec2");
  await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  settle(world);
  const ran = await resume(world, source);
  expect(codeOf(ran)).toBe("LeftBehind");
  expect(codeOf(await undo(world))).toBe("done");
  settle(world);
  expect(leftIn(world.account)).toStrictEqual(leftIn(emptyRegion().account));
});

test("uses a shared volume again that an ended instance left", async () => {
  const world = emptyRegion();
  const source = sourceWith([ROOT, SHARED]);
  const order = launchOrder(source);
  await restore(world, order, { stopsAfter: 5 });
  settle(world);
  const { TerminateInstancesCommand } = await import("@aws-sdk/client-ec2");
  await clientOf(world).client.send(new TerminateInstancesCommand({ InstanceIds: [onlyInstance(world).id] }));
  settle(world);
  expect(codeOf(await resume(world, source))).toBe("done");
  expect(carrying(world.account)).toHaveLength(4);
});

test("fails with what is in the way where a device is in use", async () => {
  const world = regionWithOriginal();
  const ran = await restore(world, volumesOrder(sourceWith([DATA]), ORIGINAL));
  expect(codeOf(ran)).toBe("DeviceInUse");
  expect(hintOf(ran)).toContain("--replace");
});

test.each(["terminated", "shutting-down"] as const)("does not work on an instance that is %s", async (state) => {
  const world = regionWithOriginal();
  change(world, (now) => updateInstance(now, ORIGINAL, () => ({ state })));
  expect(codeOf(await restore(world, replaceOrder()))).toBe("NoInstance");
  expect(codeOf(await restore(world, volumesOrder(sourceWith([COLD]), ORIGINAL)))).toBe("NoInstance");
});

describe("recalling", () => {
  const ALL = { restoreId: RESTORE_ID, isLaunch: true, readsProtection: false, skips: [] };

  test("finds nothing for an id that nothing carries", async () => {
    const world = emptyRegion();
    await restore(world, launchOrder());
    const found = await observeRestore(clientOf(world).client, { ...ALL, restoreId: "r-20261129T121500-0000" });
    expect(recall(found)).toBe("nothing");
  });

  test.each([
    ["launch", emptyRegion(), launchOrder(SOURCE, { isIsolated: true })],
    ["replace", regionWithOriginal(), replaceOrder()],
    ["volumes", regionWithOriginal(), volumesOrder(sourceWith([COLD]), ORIGINAL)],
  ])("reads the same from each single resource of a %s", async (_name, world, order) => {
    await restore(world, order);
    const found = await observeRestore(clientOf(world).client, ALL);
    const whole = recall(found);
    expect(whole).toMatchObject({ instanceId: ORIGINAL, slot: SOURCE.slot, choices: { mode: order.mode } });
    const none = { ...found, volumes: [], groups: [], images: [], interfaces: [] };
    const { instance: _instance, ...without } = none;
    for (const one of found.volumes) expect(recall({ ...without, volumes: [one] })).toStrictEqual(whole);
    for (const one of found.groups) expect(recall({ ...without, groups: [one] })).toStrictEqual(whole);
    if (order.mode === "launch") expect(recall(none)).toStrictEqual(whole);
  });

  test("distinguishes a resource whose tags somebody changed from nothing", async () => {
    const world = emptyRegion();
    await restore(world, volumesOrder(sourceWith([COLD])));
    const [id = ""] = carrying(world.account);
    change(world, (now) => put(now, "volumes", { ...now.volumes[id]!, tags: { "smart-vault:restore": RESTORE_ID } }));
    expect(recall(await observeRestore(clientOf(world).client, ALL))).toBe("unreadable");
  });
});
