/** Makes the volume, the snapshot and the copies of a run by the vault's own functions, with the vault's own tags. */
import {
  CreateVolumeCommand,
  DescribeAvailabilityZonesCommand,
  type EC2Client,
  type Snapshot as Ec2Snapshot,
} from "@aws-sdk/client-ec2";
import { copyIdentity, drCopyTags } from "../vault/plan/copies/copyTags";
import { parseDescription } from "../vault/identity/description";
import { copySnapshot, createSingle } from "../vault/aws/ec2Writes";
import { TAG, maxSnapshotTags, tagsFromList } from "../vault/model/tags/tags";
import { isoSeconds } from "../vault/lib/time";
import type { CopyAction, SnapshotAction } from "../vault/model/actions";
import type { Snapshot } from "../vault/model/world";
import { note } from "./made";
import { type Stage, readSnapshot, soon } from "./stage";

/** No instance: the volume is never attached. */
const NO_INSTANCE = "i-00000000000000000";
const NAME = "smart-vault verify:aws, to be deleted";
const VOLUME_GIB = 1;

async function zoneIn(client: EC2Client): Promise<string> {
  const { AvailabilityZones: zones = [] } = await client.send(
    new DescribeAvailabilityZonesCommand({
      Filters: [
        { Name: "state", Values: ["available"] },
        { Name: "zone-type", Values: ["availability-zone"] },
      ],
    }),
  );
  const zone = zones[0]?.ZoneName;
  if (zone === undefined) throw new Error("the region shows no availability zone");
  return zone;
}

/** Makes the volume, encrypted under the account's default key: copies of encrypted snapshots are the harder case. */
export async function makeVolume({ target, verifyId, made, caller }: Stage): Promise<string> {
  const region = target.primaryRegion;
  const client = caller.ec2(region);
  const { VolumeId: id = "" } = await client.send(
    new CreateVolumeCommand({
      AvailabilityZone: await zoneIn(client),
      ClientToken: verifyId,
      Encrypted: true,
      Size: VOLUME_GIB,
      VolumeType: "gp3",
      TagSpecifications: [
        {
          ResourceType: "volume",
          Tags: [
            { Key: TAG.vault, Value: verifyId },
            { Key: "Name", Value: NAME },
          ],
        },
      ],
    }),
  );
  note(made, { kind: "volume", region, id });
  return id;
}

/** Makes the snapshot as the vault makes one of a single volume. */
export async function makeSnapshot(stage: Stage, volumeId: string): Promise<Ec2Snapshot> {
  const { target, verifyId, made, caller, now } = stage;
  const region = target.primaryRegion;
  const slot = isoSeconds(now());
  const tags = {
    [TAG.vault]: verifyId,
    [TAG.instance]: NO_INSTANCE,
    [TAG.slot]: slot,
    [TAG.run]: verifyId,
  };
  const volume = { volumeId, deviceName: "/dev/sdf", isRoot: false, tags: { Name: NAME } };
  const action: SnapshotAction = {
    kind: "snapshot",
    region,
    instanceId: NO_INSTANCE,
    slot,
    mode: "each",
    volumes: [volume],
    excludeBootVolume: false,
    excludeDataVolumeIds: [],
    copyVolumeTags: false,
    maxTags: maxSnapshotTags({ dr: [target.drRegion] }),
    tags,
    reason: "verify:aws",
  };
  const { snapshotIds } = await createSingle(caller.ec2(region), action, volume);
  return shown(stage, region, snapshotIds[0] ?? "", () => {
    for (const id of snapshotIds) note(made, { kind: "snapshot", region, id });
  });
}

/** Registers what was made, then reads it. */
async function shown(stage: Stage, region: string, id: string, register: () => void) {
  register();
  const snapshot = await soon(stage, () => readSnapshot(stage, region, id));
  if (snapshot === undefined) throw new Error(`EC2 made ${id} in ${region} and does not show it`);
  stage.evidence.first.push(snapshot);
  return snapshot;
}

/**
 * Turns EC2's record into the vault's.
 * @throws where its Description is not the vault's: see A6
 */
function recordOf(region: string, snapshot: Ec2Snapshot): Snapshot {
  const described = parseDescription(snapshot.Description);
  if (described === undefined) throw new Error(`the Description is "${snapshot.Description ?? ""}"`);
  return {
    snapshotId: snapshot.SnapshotId ?? "",
    region,
    identity: described.identity,
    volumeId: snapshot.VolumeId ?? "",
    state: snapshot.State ?? "",
    startTimeMs: snapshot.StartTime?.getTime() ?? 0,
    sizeGiB: snapshot.VolumeSize ?? 0,
    encrypted: snapshot.Encrypted ?? false,
    tags: tagsFromList(snapshot.Tags),
  };
}

/** Returns what the vault would ask for to copy the snapshot. */
export function copyActionOf({ target }: Stage, source: Ec2Snapshot, keyArn: string): CopyAction {
  const record = recordOf(target.primaryRegion, source);
  return {
    kind: "copy",
    region: target.drRegion,
    sourceSnapshotId: record.snapshotId,
    sourceRegion: target.primaryRegion,
    kmsKeyArn: keyArn,
    sinceMs: record.startTimeMs,
    identity: copyIdentity(record),
    tags: drCopyTags(record),
    reason: "verify:aws",
  };
}

/** Starts a copy with a client of the DR region, and returns it as EC2 shows it first. */
export async function makeCopy(
  stage: Stage,
  client: EC2Client,
  source: Ec2Snapshot,
  keyArn: string,
): Promise<Ec2Snapshot> {
  const region = stage.target.drRegion;
  const { snapshotIds } = await copySnapshot(client, copyActionOf(stage, source, keyArn));
  const [id = ""] = snapshotIds;
  return shown(stage, region, id, () => {
    note(stage.made, { kind: "snapshot", region, id });
  });
}
