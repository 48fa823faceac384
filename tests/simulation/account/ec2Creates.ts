/** Models CreateSnapshots and CreateSnapshot: limits, the set that fails as a whole, and completion minutes later. */
import type {
  CreateSnapshotCommandInput,
  CreateSnapshotCommandOutput,
  CreateSnapshotsCommandInput,
  CreateSnapshotsCommandOutput,
} from "@aws-sdk/client-ec2";
import {
  type Account,
  type SimInstance,
  type SimSnapshot,
  type TagRecord,
  enter,
  removeSnapshot,
  strikes,
  touched,
} from "./account";
import { tagRecord } from "../../../src/iam/callRequests";
import { HOUR_MS } from "../../../src/vault/lib/time";
import type { SimVolume } from "./attachment";
import { awsError } from "./awsError";
import type { Crowds } from "../people/crowds";
import { withCopiedTags } from "../rules/tagRules";
import { isVaults } from "./ownership";

const PER_VOLUME_MS = 15_000;

/** Returns the volumes that CreateSnapshots would take, or throws the refusal. */
export function volumesOfSet(account: Account, input: CreateSnapshotsCommandInput): SimVolume[] {
  const rest = input.InstanceSpecification;
  const InstanceId = rest?.InstanceId ?? "";
  const instance: SimInstance | undefined = account.instances.get(InstanceId);
  if (instance === undefined || instance.state === "terminated") {
    throw awsError("InvalidInstanceID.NotFound", `The instance ID '${InstanceId}' does not exist`);
  }
  const [root, ...data] = instance.attached.map(({ volumeId }) => volumeId);
  const excluded = rest?.ExcludeDataVolumeIds ?? [];
  if (excluded.length > 40) throw awsError("InvalidParameterValue", "more than 40 excluded");
  const unknown = excluded.find((id) => !data.includes(id));
  if (unknown !== undefined) {
    throw awsError("InvalidParameterValue", `${unknown} is not a data volume of ${InstanceId}`);
  }
  const taken = data.filter((id) => !excluded.includes(id));
  if (root !== undefined && rest?.ExcludeBootVolume !== true) taken.unshift(root);
  if (taken.length === 0) throw awsError("InvalidParameterValue", "no volume left to snapshot");
  return taken.flatMap((id) => account.volumes.get(id) ?? []);
}

function checkVolume(account: Account, volume: SimVolume): void {
  const nowMs = account.time.nowMs();
  const own = (account.byVolume.get(volume.volumeId) ?? []).filter((s) => s.sourceId === undefined && !s.deleted);
  if (own.some((s) => nowMs - s.startMs < PER_VOLUME_MS)) {
    throw awsError("SnapshotCreationPerVolumeRateExceeded", "one snapshot a volume and 15 seconds");
  }
  const max = ["st1", "sc1"].includes(volume.volumeType) ? 1 : 5;
  if (own.filter((s) => s.state !== "completed").length >= max) {
    throw awsError("ConcurrentSnapshotLimitExceeded", `at most ${max} of ${volume.volumeId}`);
  }
}

function checkPending(account: Account, crowds: Crowds, more: number): void {
  const { pendingSlots } = account.faults.limits;
  let pending = crowds("busyPending") ? pendingSlots - 1 : 0;
  for (const { state, deleted } of account.primary.snapshots.values()) {
    if (state === "pending" && !deleted) pending += 1;
  }
  if (pending + more > pendingSlots) {
    throw awsError("PendingSnapshotLimitExceeded", `at most ${pendingSlots} pending snapshots`);
  }
}

/** Returns how long something takes: mostly near the minimum, now and then near the maximum. */
export function durationMs(account: Account, [min, max]: readonly [number, number]): number {
  return min + (max - min) * account.random.next() ** 2;
}

/** Input that a snapshot is made with. */
export interface Given {
  tags: TagRecord;
  description?: string;
}

export function begin(account: Account, volume: SimVolume, given: Given): SimSnapshot {
  const { tags, description = "" } = given;
  const snapshot: SimSnapshot = {
    snapshotId: `snap-${account.random.hex(17)}`,
    region: account.primary.name,
    volumeId: volume.volumeId,
    description,
    tags,
    madeTags: tags,
    state: "pending",
    startMs: account.time.nowMs(),
    sizeGiB: volume.sizeGiB,
    encrypted: volume.encrypted,
    ...(volume.encrypted && { kmsKeyId: `arn:aws:kms:${account.primary.name}:1:key/volumes` }),
    dataOf: volume.volumeId,
    dataSinceMs: account.time.nowMs(),
    heldByAmi: false,
    goesWhenDone: false,
    settledMs: 0,
    deleted: false,
  };
  touched(account, snapshot);
  enter(account, account.primary, snapshot);
  return snapshot;
}

/** Ends a snapshot or copy: its state changes, and it is deleted if that was requested meanwhile. */
export function finish(account: Account, snapshot: SimSnapshot, state: "completed" | "error", message?: string): void {
  if (snapshot.deleted) return;
  snapshot.state = state;
  if (state === "completed") snapshot.completedMs = account.time.nowMs();
  else snapshot.failedMs = account.time.nowMs();
  snapshot.stateMessage = message;
  snapshot.described = undefined;
  if (snapshot.goesWhenDone) {
    removeSnapshot(account, snapshot, "vault");
    return;
  }
  const what = snapshot.sourceId === undefined ? "snapshot" : "copy";
  account.story.count(`${what}: ${state}`);
  const own = isVaults(account, snapshot) ? "" : " (a person's)";
  account.story.say(`${what} ${snapshot.snapshotId} ${state}${own} ${message ?? ""}`);
}

/** Probability that the cause of a failed snapshot lasts, and for how long. */
const LASTING = 0.3;
const LASTS_MS = [HOUR_MS, 12 * HOUR_MS] as const;

/** Returns true if EC2 will fail the set. */
function isFailing(account: Account, set: readonly SimSnapshot[]): boolean {
  const { faults, random, stormy, time, volumes } = account;
  const nowMs = time.nowMs();
  const lasting = set.some((s) => (volumes.get(s.volumeId)?.failsUntilMs ?? 0) > nowMs);
  if (stormy && lasting) return true;
  if (!strikes(account, "snapshot error", faults.limits.snapshotError)) return false;
  const volume = volumes.get(random.pick(set).volumeId);
  if (volume !== undefined && random.chance(LASTING)) volume.failsUntilMs = nowMs + random.skewed(...LASTS_MS);
  return true;
}

function plan(account: Account, set: readonly SimSnapshot[]): void {
  const failing = isFailing(account, set);
  const wholeMs = durationMs(account, account.faults.nature.snapshotMs);
  for (const snapshot of set) {
    account.time.after(failing ? wholeMs : wholeMs * (0.8 + 0.2 * account.random.next()), () => {
      if (failing) finish(account, snapshot, "error", "simulated: the set failed");
      else finish(account, snapshot, "completed");
    });
  }
}

/** Called for what EC2 has started. */
type OnMade = (made: readonly SimSnapshot[]) => void;

export function createSnapshots(
  account: Account,
  crowds: Crowds,
  input: CreateSnapshotsCommandInput,
  onMade?: OnMade,
): Omit<CreateSnapshotsCommandOutput, "$metadata"> {
  const volumes = volumesOfSet(account, input);
  for (const volume of volumes) checkVolume(account, volume);
  checkPending(account, crowds, volumes.length);
  const given = tagRecord(input.TagSpecifications?.[0]?.Tags);
  const isCopied = input.CopyTagsFromSource === "volume";
  // All or none: a volume whose tags are refused leaves no snapshots of the others.
  const givenTo = volumes.map((volume) => {
    const tags = isCopied ? withCopiedTags(account, volume, given) : given;
    if (Object.keys(tags).length > 50) throw awsError("TagLimitExceeded");
    return { volume, tags: { ...tags } };
  });
  const { Description: description } = input;
  const set = givenTo.map(({ volume, tags }) => begin(account, volume, { tags, description }));
  onMade?.(set);
  plan(account, set);
  const named = set.map((one) => ({ SnapshotId: one.snapshotId, VolumeId: one.volumeId }));
  return { Snapshots: named };
}

export function createSnapshot(
  account: Account,
  crowds: Crowds,
  input: CreateSnapshotCommandInput,
  onMade?: OnMade,
): Omit<CreateSnapshotCommandOutput, "$metadata"> {
  const volume = account.volumes.get(input.VolumeId ?? "");
  if (volume === undefined) throw awsError("InvalidVolume.NotFound");
  checkVolume(account, volume);
  checkPending(account, crowds, 1);
  const tags = tagRecord(input.TagSpecifications?.[0]?.Tags);
  const snapshot = begin(account, volume, { tags, description: input.Description });
  onMade?.([snapshot]);
  plan(account, [snapshot]);
  return { SnapshotId: snapshot.snapshotId };
}
