/** Models DeleteSnapshot and CreateTags. */
import type { CreateTagsCommandInput, DeleteSnapshotCommandInput } from "@aws-sdk/client-ec2";
import { tagRecord } from "../../../src/iam/callRequests";
import { copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { type Account, type Region, type SimSnapshot, isLocked, removeSnapshot, retag } from "./account";
import { awsError } from "./awsError";

export function existing(region: Region, snapshotId = ""): SimSnapshot {
  const snapshot = region.snapshots.get(snapshotId);
  if (snapshot === undefined || snapshot.deleted) {
    throw awsError("InvalidSnapshot.NotFound", `The snapshot '${snapshotId}' does not exist`);
  }
  return snapshot;
}

/** Deletes a snapshot. An AMI holds its own; a pending one is deleted when it ends. */
export function deleteSnapshot(account: Account, region: Region, input: DeleteSnapshotCommandInput): object {
  const snapshot = existing(region, input.SnapshotId);
  if (snapshot.heldByAmi) {
    const message = `The snapshot ${snapshot.snapshotId} is currently in use by ami-1`;
    throw awsError("InvalidSnapshot.InUse", message);
  }
  if (isLocked(account, snapshot)) {
    // AWS documents no code for it.
    throw awsError("OperationNotPermitted", `The snapshot ${snapshot.snapshotId} is locked`);
  }
  if (snapshot.state === "pending") snapshot.goesWhenDone = true;
  else removeSnapshot(account, snapshot, "vault");
  return {};
}

export function createTags(account: Account, region: Region, input: CreateTagsCommandInput): object {
  const snapshots = (input.Resources ?? []).map((id) => existing(region, id));
  const given = tagRecord(input.Tags);
  for (const snapshot of snapshots) {
    const tags = { ...snapshot.tags, ...given };
    if (Object.keys(tags).length > 50) throw awsError("TagLimitExceeded");
    retag(account, snapshot, tags);
    const marked = account.drs.map(({ name }) => name).filter((name) => copyExpiredTag(name) in given);
    snapshot.markedIn = [...(snapshot.markedIn ?? []), ...marked];
  }
  return {};
}
