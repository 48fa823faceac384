/** Models LockSnapshot, DescribeLockedSnapshots and DescribeSnapshotAttribute. A recent change may be shown or not. */
import type {
  CreateVolumePermission,
  DescribeSnapshotAttributeCommandInput,
  LockSnapshotCommandInput,
  LockedSnapshotsInfo,
} from "@aws-sdk/client-ec2";
import { DAY_MS } from "../../../src/vault/lib/time";
import { type Account, type Region, type SimSnapshot, isShared, settledFrom } from "./account";
import { awsError } from "./awsError";
import { existing } from "./ec2Deletes";
import type { DescribeInput } from "../../../src/iam/call";
import { filtered } from "./filters";

/** Returns true if one answer shows the change: every one from its time on, some before. */
function reports(account: Account, seenMs: number): boolean {
  return account.time.nowMs() >= seenMs || account.random.chance(0.5);
}

/** Sets a lock, as the vault or a person does. Compliance can be made longer, never shorter or milder. */
export function setLock(
  account: Account,
  snapshot: SimSnapshot,
  mode: "governance" | "compliance",
  days: number,
): void {
  const sinceMs = account.time.nowMs();
  const untilMs = sinceMs + days * DAY_MS;
  const { lock } = snapshot;
  if (lock?.mode === "compliance" && lock.untilMs > sinceMs) {
    if (mode === "governance" || untilMs < lock.untilMs) throw awsError("IncorrectState");
  }
  snapshot.lock = { mode, sinceMs, untilMs, days, seenMs: settledFrom(account) };
}

export function lockSnapshot(
  account: Account,
  region: Region,
  { SnapshotId, LockMode, LockDuration = 0, CoolOffPeriod }: LockSnapshotCommandInput,
): object {
  const snapshot = existing(region, SnapshotId);
  if (LockMode === undefined || LockDuration < 1 || LockDuration > 36_500) {
    throw awsError("InvalidParameterValue", `LockDuration ${LockDuration}`);
  }
  if (LockMode === "governance" && CoolOffPeriod !== undefined) {
    throw awsError("InvalidParameterCombination", "CoolOffPeriod");
  }
  if (snapshot.state === "error") throw awsError("IncorrectState", `it is ${snapshot.state}`);
  setLock(account, snapshot, LockMode, LockDuration);
  return { SnapshotId };
}

export function listLocks(account: Account, region: Region, input: DescribeInput): LockedSnapshotsInfo[] {
  const nowMs = account.time.nowMs();
  const stateOf = ({ lock }: SimSnapshot) =>
    lock === undefined ? undefined : lock.untilMs > nowMs ? lock.mode : "expired";
  const wanted = filtered<SimSnapshot>(input, () => ({}), { "lock-state": stateOf });
  const found: LockedSnapshotsInfo[] = [];
  for (const snapshot of region.snapshots.values()) {
    const { lock, deleted, snapshotId } = snapshot;
    if (lock === undefined || deleted || !wanted(snapshot) || !reports(account, lock.seenMs)) continue;
    found.push({
      SnapshotId: snapshotId,
      LockState: lock.untilMs > nowMs ? lock.mode : "expired",
      LockDuration: lock.days,
      LockCreatedOn: new Date(lock.sinceMs),
      LockExpiresOn: new Date(lock.untilMs),
    });
  }
  return found;
}

export function describeSharing(
  account: Account,
  region: Region,
  { SnapshotId, Attribute }: DescribeSnapshotAttributeCommandInput,
): { CreateVolumePermissions: CreateVolumePermission[] } {
  if (Attribute !== "createVolumePermission") throw new Error("the attribute is not modelled");
  const snapshot = existing(region, SnapshotId);
  const { shared } = snapshot;
  const notified = shared !== undefined && isShared(snapshot) && reports(account, shared.seenMs);
  return { CreateVolumePermissions: notified ? [{ UserId: shared.with }] : [] };
}
