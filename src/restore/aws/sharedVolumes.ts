/** Finds what restores made of volumes that several instances shared. */
import { DescribeVolumesCommand, type EC2Client } from "@aws-sdk/client-ec2";
import type { RestoredShared } from "../choose/shared";
import { RESTORE_TAG } from "../restoreTags";

const USABLE = ["available", "in-use", "creating"];

/** Returns the volumes for several instances that restores made of these snapshots. */
export async function findRestoredShared(client: EC2Client, snapshotIds: readonly string[]): Promise<RestoredShared[]> {
  if (snapshotIds.length === 0) return [];
  const Filters = [
    { Name: "snapshot-id", Values: [...new Set(snapshotIds)] },
    { Name: "tag-key", Values: [RESTORE_TAG.id] },
  ];
  const { Volumes = [] } = await client.send(new DescribeVolumesCommand({ Filters }));
  return Volumes.filter(
    ({ MultiAttachEnabled, State = "" }) => MultiAttachEnabled === true && USABLE.includes(State),
  ).map(({ VolumeId = "", SnapshotId = "", AvailabilityZone = "" }) => ({
    volumeId: VolumeId,
    snapshotId: SnapshotId,
    availabilityZone: AvailabilityZone,
  }));
}
