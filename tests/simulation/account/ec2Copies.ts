/**
 * Models CopySnapshot: 20 in flight per destination region, the key checked only afterwards, failures minutes later.
 */
import type { CopySnapshotCommandInput, CopySnapshotCommandOutput } from "@aws-sdk/client-ec2";
import { tagRecord } from "../../../src/iam/callRequests";
import { HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import { type Account, type Region, type SimSnapshot, enter, regionOf, strikes, touched } from "./account";
import { awsError } from "./awsError";
import type { Crowds } from "../people/crowds";
import { durationMs, finish } from "./ec2Creates";

/** Longer than a person wants to wait unasked (settings.ts), and done before the next night. */
const SLOW_MS: [min: number, max: number] = [3 * HOUR_MS, 9 * HOUR_MS];

function inFlight({ copying }: Region): number {
  for (const copy of copying) {
    if (copy.state !== "pending" || copy.deleted) copying.delete(copy);
  }
  return copying.size;
}

/** Returns the snapshot to copy, or throws the refusal. */
function sourceOf(account: Account, input: CopySnapshotCommandInput): SimSnapshot {
  const { SourceRegion = "", SourceSnapshotId = "" } = input;
  const source = regionOf(account, SourceRegion).snapshots.get(SourceSnapshotId);
  if (source === undefined || source.deleted) {
    throw awsError("InvalidSnapshot.NotFound", `The snapshot '${SourceSnapshotId}' does not exist`);
  }
  if (source.state !== "completed") {
    throw awsError("IncorrectState", `${SourceSnapshotId} is ${source.state}`);
  }
  return source;
}

function planEnd(account: Account, copy: SimSnapshot): void {
  if (account.keyDisabledIn === copy.region) {
    account.time.after(3 * MINUTE_MS, () => {
      finish(account, copy, "error", "Given key ID is not accessible");
    });
    return;
  }
  const failing = strikes(account, "copy error", account.faults.limits.copyError);
  const slow = strikes(account, "slow copy", account.faults.limits.slowCopy);
  const { copyMs, drawCopyMs } = account.faults.nature;
  const takesMs = drawCopyMs?.() ?? durationMs(account, slow ? SLOW_MS : copyMs);
  account.time.after(takesMs, () => {
    if (failing) finish(account, copy, "error", "simulated: the copy failed");
    else finish(account, copy, "completed");
  });
}

export function copySnapshot(
  account: Account,
  crowds: Crowds,
  region: Region,
  input: CopySnapshotCommandInput,
): Omit<CopySnapshotCommandOutput, "$metadata"> {
  const source = sourceOf(account, input);
  const { copySlots } = account.faults.limits;
  const others = crowds("busyCopySlots") ? copySlots - 1 : 0;
  if (inFlight(region) + others >= copySlots) {
    region.fullMs = account.time.nowMs();
    const message = `Too many snapshot copies in progress. The limit is ${copySlots}`;
    throw awsError("ResourceLimitExceeded", message);
  }
  const tags = tagRecord(input.TagSpecifications?.[0]?.Tags);
  const copy: SimSnapshot = {
    snapshotId: `snap-${account.random.hex(17)}`,
    region: region.name,
    volumeId: "vol-ffffffff",
    description: input.Description ?? "",
    tags,
    madeTags: tags,
    state: "pending",
    startMs: account.time.nowMs(),
    sizeGiB: source.sizeGiB,
    encrypted: input.Encrypted ?? source.encrypted,
    kmsKeyId: input.KmsKeyId,
    sourceId: source.snapshotId,
    ...(source.markedIn && { markedIn: [...source.markedIn] }),
    dataOf: source.dataOf,
    dataSinceMs: source.dataSinceMs,
    heldByAmi: false,
    goesWhenDone: false,
    settledMs: 0,
    deleted: false,
  };
  touched(account, copy);
  enter(account, region, copy);
  planEnd(account, copy);
  return { SnapshotId: copy.snapshotId };
}
