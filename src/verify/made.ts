/**
 * Registers what a run has made, and deletes it. Everything carries the run's vault id in its tag and is deleted by its
 * id.
 * A resource whose creating call lost its answer is found by that tag.
 */
import {
  DeleteVolumeCommand,
  type EC2Client,
  UnlockSnapshotCommand,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
} from "@aws-sdk/client-ec2";
import { deleteSnapshot } from "../vault/aws/ec2Writes";
import type { Cause } from "../vault/model/cause";
import { causeOf, meaningOf } from "../vault/aws/errors";
import { TAG } from "../vault/model/tags/tags";
import { refusalOf, textOf } from "./findings";

export interface Made {
  kind: "volume" | "snapshot";
  region: string;
  id: string;
  /** Set while a lock of this run holds it. */
  locked?: true;
}

/** A resource that could not be deleted. */
export interface Left extends Made {
  why: string;
  /** Command that deletes it by hand. */
  command: string;
}

export type Register = Map<string, Made>;

export function note(made: Register, one: Made): void {
  made.set(one.id, one);
}

/** Returns the command that deletes a resource by hand. */
export function commandFor({ kind, region, id, locked }: Made): string {
  const option = kind === "volume" ? "--volume-id" : "--snapshot-id";
  const unlock = `aws ec2 unlock-snapshot --region ${region} --snapshot-id ${id} && `;
  return `${locked ? unlock : ""}aws ec2 delete-${kind} --region ${region} ${option} ${id}`;
}

export interface Sweeper {
  made: Register;
  /** The vault id of this run. */
  verifyId: string;
  regions: readonly string[];
  client: (region: string) => EC2Client;
  wait: (ms: number) => Promise<void>;
}

const TRIES = 4;
const PAUSE_MS = 5_000;

/** Adds what carries the run's tag and is not known yet. */
async function findTagged({ made, verifyId, client }: Sweeper, region: string): Promise<void> {
  const Filters = [{ Name: `tag:${TAG.vault}`, Values: [verifyId] }];
  const known = client(region);
  const add = (kind: Made["kind"], id: string | undefined) => {
    if (id !== undefined && !made.has(id)) note(made, { kind, region, id });
  };
  const snapshots = paginateDescribeSnapshots({ client: known }, { OwnerIds: ["self"], Filters });
  for await (const { Snapshots = [] } of snapshots) {
    for (const { SnapshotId } of Snapshots) add("snapshot", SnapshotId);
  }
  for await (const { Volumes = [] } of paginateDescribeVolumes({ client: known }, { Filters })) {
    for (const { VolumeId } of Volumes) add("volume", VolumeId);
  }
}

async function deleteOnce(client: EC2Client, { kind, id, locked }: Made): Promise<void> {
  if (kind === "volume") {
    await client.send(new DeleteVolumeCommand({ VolumeId: id }));
    return;
  }
  // EC2 refuses this if the lock is gone already; only the deletion counts.
  if (locked) await refusalOf(() => client.send(new UnlockSnapshotCommand({ SnapshotId: id })));
  await deleteSnapshot(client, id);
}

/** @returns why it is still there; `undefined` once it is gone */
async function remove(sweeper: Sweeper, one: Made): Promise<string | undefined> {
  let last: Cause | undefined;
  for (let tried = 0; tried < TRIES; tried += 1) {
    if (tried > 0) await sweeper.wait(PAUSE_MS);
    try {
      await deleteOnce(sweeper.client(one.region), one);
      return undefined;
    } catch (error) {
      last = causeOf(error);
      const meaning = meaningOf(last);
      if (meaning === "gone") return undefined;
      if (meaning === "denied") break;
    }
  }
  return last === undefined ? undefined : textOf(last);
}

/**
 * Deletes all that a run has made: snapshots first. Never throws.
 * @returns what is left
 */
export async function removeAll(sweeper: Sweeper): Promise<Left[]> {
  const left: Left[] = [];
  for (const region of new Set(sweeper.regions)) {
    try {
      await findTagged(sweeper, region);
    } catch {
      // What is known by its id is deleted all the same.
    }
  }
  const isLater = ({ kind }: Made) => (kind === "volume" ? 1 : 0);
  for (const one of [...sweeper.made.values()].sort((a, b) => isLater(a) - isLater(b))) {
    const why = await remove(sweeper, one);
    if (why === undefined) sweeper.made.delete(one.id);
    else left.push({ ...one, why, command: commandFor(one) });
  }
  return left;
}
