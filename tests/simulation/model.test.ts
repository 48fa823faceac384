/**
 * Tests that the model refuses what AWS refuses, so that a green simulation means something. Method: one small account,
 * one call after the other, no vault.
 */
import { type Account, type Region, makeAccount, removeSnapshot } from "./account/account";
import { makeCrowds } from "./people/crowds";
import { copySnapshot } from "./account/ec2Copies";
import { createSnapshot, createSnapshots } from "./account/ec2Creates";
import { createTags, deleteSnapshot } from "./account/ec2Deletes";
import { describeSharing, listLocks, lockSnapshot } from "./account/ec2Locks";
import { listSnapshots, makePager } from "./account/ec2Reads";
import { type Faults, NO_LIMIT_FAULTS, drawFaults } from "./people/faults";
import { attach, newInstance, newVolume } from "./account/fleet";
import { makeRandom } from "./random";
import { drawSettings } from "./settings";
import { makeStory } from "./story";
import { makeBuckets } from "./account/tokenBucket";
import { type VirtualTime, makeTime } from "./virtualTime";

const START_MS = Date.parse("2026-03-01T00:00:00Z");
const MINUTE_MS = 60_000;

interface Rig {
  account: Account;
  time: VirtualTime;
  crowds: ReturnType<typeof makeCrowds>;
}

/** Faults of an account where nothing fails, everything takes a minute, and nothing is seen late. */
function rig(change: (faults: Faults) => void = () => undefined): Rig {
  const random = makeRandom(1);
  const faults: Faults = { ...drawFaults(random), kinds: [] };
  faults.limits = { ...NO_LIMIT_FAULTS };
  faults.calls = { ...faults.calls, zeroPage: 0 };
  faults.nature = {
    ...faults.nature,
    snapshotMs: [MINUTE_MS, MINUTE_MS],
    copyMs: [MINUTE_MS, MINUTE_MS],
    consistencyMs: 0,
    pageSize: 1_000,
  };
  change(faults);
  const time = makeTime(START_MS);
  const account = makeAccount(drawSettings(random), faults, time, makeStory(time), random);
  return { account, time, crowds: makeCrowds(account) };
}

function pass({ time }: Rig, ms: number): void {
  const untilMs = time.nowMs() + ms;
  while (time.step(untilMs));
}

/** Makes a completed snapshot of a new volume. */
function someSnapshot(it: Rig): string {
  const { volumeId } = newVolume(it.account, true);
  const { SnapshotId = "" } = createSnapshot(it.account, it.crowds, { VolumeId: volumeId });
  pass(it, MINUTE_MS);
  return SnapshotId;
}

function firstDr({ account: { drs } }: Rig): Region {
  return drs[0] as Region;
}

function copy(it: Rig, SourceSnapshotId: string) {
  const { primary, settings } = it.account;
  const KmsKeyId = settings.dr[0]?.keyArn;
  const input = { SourceRegion: primary.name, SourceSnapshotId, Encrypted: true, KmsKeyId };
  return copySnapshot(it.account, it.crowds, firstDr(it), input);
}

/** Returns the name of the error with which a call is refused. */
function refusal(call: () => unknown): string {
  try {
    call();
    return "nothing";
  } catch (error) {
    return (error as Error).name;
  }
}

describe("limits of snapshots", () => {
  test("allow one snapshot of a volume in 15 seconds, and five at a time", () => {
    const it = rig((faults) => {
      faults.nature.snapshotMs = [1e9, 1e9];
    });
    const { volumeId } = newVolume(it.account, true);
    const take = () => createSnapshot(it.account, it.crowds, { VolumeId: volumeId });
    take();
    expect(refusal(take)).toBe("SnapshotCreationPerVolumeRateExceeded");
    for (let count = 1; count < 5; count += 1) {
      pass(it, 15_000);
      take();
    }
    pass(it, 15_000);
    expect(refusal(take)).toBe("ConcurrentSnapshotLimitExceeded");
  });

  test("allow an account a hundred pending snapshots", () => {
    const it = rig();
    const take = () => createSnapshot(it.account, it.crowds, { VolumeId: newVolume(it.account, true).volumeId });
    for (let count = 0; count < 100; count += 1) take();
    expect(refusal(take)).toBe("PendingSnapshotLimitExceeded");
    pass(it, MINUTE_MS);
    expect(refusal(take)).toBe("nothing");
  });

  test("apply to a set, which takes attached volumes that are not excluded, and fails as a whole", () => {
    const it = rig((faults) => {
      faults.limits.snapshotError = 1;
    });
    const instance = newInstance(it.account, true);
    const excluded = newVolume(it.account, false);
    attach(it.account, instance, excluded);
    const set = (ids: string[]) =>
      createSnapshots(it.account, it.crowds, {
        InstanceSpecification: { InstanceId: instance.instanceId, ExcludeDataVolumeIds: ids },
      });
    const { Snapshots = [] } = set([excluded.volumeId]);
    pass(it, MINUTE_MS);

    expect(Snapshots).toHaveLength(instance.attached.length - 1);
    const states = Snapshots.map((s) => it.account.primary.snapshots.get(s.SnapshotId ?? ""));
    expect(states.map((s) => s?.state)).toEqual(Snapshots.map(() => "error"));
    expect(refusal(() => set(["vol-unknown"]))).toBe("InvalidParameterValue");
    instance.state = "terminated";
    expect(refusal(() => set([]))).toBe("InvalidInstanceID.NotFound");
  });
});

describe("limits of copies", () => {
  test("allow twenty in flight to a destination region", () => {
    const it = rig();
    const source = someSnapshot(it);
    for (let count = 0; count < 20; count += 1) copy(it, source);
    expect(refusal(() => copy(it, source))).toBe("ResourceLimitExceeded");
    pass(it, MINUTE_MS);
    expect(refusal(() => copy(it, source))).toBe("nothing");
  });

  test("require that the source exists and is completed", () => {
    const it = rig();
    const { volumeId } = newVolume(it.account, true);
    const { SnapshotId = "" } = createSnapshot(it.account, it.crowds, { VolumeId: volumeId });
    expect(refusal(() => copy(it, SnapshotId))).toBe("IncorrectState");
    expect(refusal(() => copy(it, "snap-0"))).toBe("InvalidSnapshot.NotFound");
  });

  test("show a disabled key minutes later, in the state message", () => {
    const it = rig();
    const source = someSnapshot(it);
    it.account.keyDisabledIn = firstDr(it).name;
    const made = firstDr(it).snapshots.get(copy(it, source).SnapshotId ?? "");
    expect(made?.state).toBe("pending");
    pass(it, 5 * MINUTE_MS);
    expect(made).toMatchObject({ state: "error", stateMessage: "Given key ID is not accessible" });
  });
});

describe("deletions, tags and reads", () => {
  test("refuse a snapshot that an AMI holds or that is gone, and delete a pending one when it ends", () => {
    const it = rig();
    const { account } = it;
    const SnapshotId = someSnapshot(it);
    const held = account.primary.snapshots.get(SnapshotId)!;
    const remove = (id: string) => deleteSnapshot(account, account.primary, { SnapshotId: id });
    held.heldByAmi = true;
    expect(refusal(() => remove(SnapshotId))).toBe("InvalidSnapshot.InUse");
    held.heldByAmi = false;
    remove(SnapshotId);
    expect(refusal(() => remove(SnapshotId))).toBe("InvalidSnapshot.NotFound");

    const { volumeId } = newVolume(account, true);
    const pending = createSnapshot(account, it.crowds, { VolumeId: volumeId }).SnapshotId ?? "";
    remove(pending);
    expect(account.primary.snapshots.get(pending)?.deleted).toBe(false);
    pass(it, MINUTE_MS);
    expect(account.primary.snapshots.get(pending)?.deleted).toBe(true);
  });

  test("refuse a locked snapshot until its lock ends, and never weaken a compliance lock", () => {
    const it = rig();
    const { account } = it;
    const { primary } = account;
    const SnapshotId = someSnapshot(it);
    const lock = (LockMode: "governance" | "compliance", LockDuration: number) =>
      lockSnapshot(account, primary, { SnapshotId, LockMode, LockDuration });
    const states = (Values: string[]) =>
      listLocks(account, primary, { Filters: [{ Name: "lock-state", Values }] }).map((l) => l.LockState);
    const remove = () => deleteSnapshot(account, primary, { SnapshotId });

    expect(states(["governance", "compliance", "expired"])).toEqual([]);
    lock("governance", 2);
    lock("governance", 1);
    expect(states(["governance"])).toEqual(["governance"]);
    lock("compliance", 1);
    expect(refusal(() => lock("governance", 9))).toBe("IncorrectState");
    lock("compliance", 2);
    expect(refusal(() => lock("compliance", 1))).toBe("IncorrectState");
    expect(refusal(() => lock("compliance", 36_501))).toBe("InvalidParameterValue");
    expect(refusal(remove)).toBe("OperationNotPermitted");

    pass(it, 2 * 86_400_000);
    expect(states(["governance", "compliance"])).toEqual([]);
    expect(states(["expired"])).toEqual(["expired"]);
    expect(refusal(remove)).toBe("nothing");
    expect(states(["expired"])).toEqual([]);
  });

  test("show a share only in the attribute, until it ends", () => {
    const it = rig();
    const { primary } = it.account;
    const SnapshotId = someSnapshot(it);
    const asked = () => describeSharing(it.account, primary, { SnapshotId, Attribute: "createVolumePermission" });
    expect(asked()).toEqual({ CreateVolumePermissions: [] });
    const snapshot = primary.snapshots.get(SnapshotId)!;
    snapshot.shared = { with: "2", seenMs: it.time.nowMs() };
    expect(asked()).toEqual({ CreateVolumePermissions: [{ UserId: "2" }] });
    snapshot.shared.endedMs = it.time.nowMs();
    expect(asked()).toEqual({ CreateVolumePermissions: [] });
  });

  test("allow a resource fifty tags at most", () => {
    const it = rig();
    const Resources = [someSnapshot(it)];
    const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: "" }));
    const tag = () => createTags(it.account, it.account.primary, { Resources, Tags });
    expect(refusal(tag)).toBe("TagLimitExceeded");
  });

  test("show what was just made or deleted in some describes only", () => {
    const it = rig((faults) => {
      faults.nature.consistencyMs = 1e9;
    });
    const { account } = it;
    const input = { OwnerIds: ["self"] };
    const looks = () =>
      new Set(Array.from({ length: 50 }, () => listSnapshots(account, account.primary, input).length));
    const id = someSnapshot(it);
    expect(looks()).toEqual(new Set([0, 1]));
    account.stormy = false;
    removeSnapshot(account, account.primary.snapshots.get(id)!, "person");
    expect(looks()).toEqual(new Set([0]));
  });

  test("give every item once over all pages, and answer a page again", () => {
    const { account } = rig((faults) => {
      faults.nature.pageSize = 2;
    });
    const pager = makePager();
    const first = pager.page(account, {}, () => [1, 2, 3]);
    const rest = { NextToken: first.nextToken };
    expect(first.items).toEqual([1, 2]);
    expect(pager.page(account, rest, () => [])).toEqual({ items: [3] });
    expect(pager.page(account, rest, () => [])).toEqual({ items: [3] });
  });

  test("fail at a filter that is not modeled", () => {
    const { account } = rig();
    const input = { OwnerIds: ["self"], Filters: [{ Name: "volume-id", Values: ["vol-1"] }] };
    account.primary.snapshots.set("snap-1", {} as never);
    expect(() => listSnapshots(account, account.primary, input)).toThrow(/not modelled/);
  });

  test("empty a token bucket and refill it", () => {
    const buckets = makeBuckets();
    const take = (nowMs: number) => buckets.take("CreateSnapshots", nowMs, 1);
    for (let count = 0; count < 100; count += 1) expect(take(0)).toBe(true);
    expect(take(0)).toBe(false);
    expect(take(200)).toBe(true);
    expect(take(200)).toBe(false);
  });
});
