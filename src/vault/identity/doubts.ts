/**
 * Finds what contradicts a snapshot's Description. Anybody with ec2:CreateTags can rewrite tags, and can plant a
 * Description on a new snapshot. So the Description is compared with the tags, and with what EC2 itself records: volume
 * and start time. A snapshot in doubt is kept, replaces no other, and is reported. Pure. See docs/adr/0017.
 */
import { type Described, type DigestForm, tagsDigest } from "./description";
import { isClear } from "./ownership";
import { TAG, TAG_PREFIX } from "../model/tags/tags";
import { HOUR_MS, MINUTE_MS, isoSeconds, parseIso } from "../lib/time";
import type { Doubt, Identity, Stranger } from "../model/identity";
import { type Problem, problem } from "../model/problem";
import { withCommand } from "../lib/text";
import type { Snapshot, Tags } from "../model/world";

/** Tolerance for clocks that differ: how far a slot may lie ahead of what it is compared with. */
export const SLOT_AHEAD_MS = 5 * MINUTE_MS;

/** Longest time from a slot to its snapshot: `startWindowHours` is at most 24, and an invocation takes minutes. */
export const SLOT_LAG_MS = 25 * HOUR_MS;

/** Volume id that EC2 shows for every copy (API reference, CopySnapshot: "an arbitrary volume ID"). */
const NO_VOLUME = "vol-ffffffff";

/** Returns the vault's tags that repeat the Description. */
function statedByTags({ vaultId, instanceId, slot, source }: Identity): Record<string, string> {
  return {
    [TAG.vault]: vaultId,
    [TAG.instance]: instanceId,
    [TAG.slot]: slot,
    ...(source && {
      [TAG.sourceVolume]: source.volumeId,
      [TAG.sourceSnapshot]: source.snapshotId,
    }),
  };
}

/** Names the first tag that contradicts the Description, if the Description spells it out. */
function tagFault(identity: Identity, tags: Tags): string {
  for (const [key, made] of Object.entries(statedByTags(identity))) {
    const now = tags[key];
    if (now === undefined) return `its tag ${key} is gone; it was made with "${made}"`;
    if (now !== made) return `its tag ${key} is "${now}"; it was made with "${made}"`;
  }
  return "its smart-vault tags are not those that it was made with";
}

/** Records of EC2 that nobody can write. */
export interface Recorded {
  /** From EC2; arbitrary for a copy. */
  ec2VolumeId: string;
  startTimeMs: number;
}

function recordedFault({ slot, source }: Identity, recorded: Recorded): string | undefined {
  const { ec2VolumeId, startTimeMs } = recorded;
  const dataMs = source?.startedMs ?? startTimeMs;
  const slotMs = parseIso(slot) ?? Infinity;
  const started = () => `it was started at ${isoSeconds(startTimeMs)}`;
  if (source === undefined && ec2VolumeId === NO_VOLUME) {
    return "its Description is that of an original, but it is a copy";
  }
  if (dataMs > startTimeMs + SLOT_AHEAD_MS) {
    return `its source is said to be started at ${isoSeconds(dataMs)}, but ${started()}`;
  }
  if (slotMs > dataMs + SLOT_AHEAD_MS || slotMs < dataMs - SLOT_LAG_MS) {
    const taken = source === undefined ? started() : `its data was taken at ${isoSeconds(dataMs)}`;
    return `its Description says that it is for ${slot}, but ${taken}`;
  }
  return undefined;
}

/**
 * Returns what contradicts a Description, or undefined.
 * @param form of the digest of these tags, if it is known
 */
export function doubtOf(
  { identity, digest }: Described,
  recorded: Recorded,
  tags: Tags,
  form?: DigestForm,
): Doubt | undefined {
  const fact = recordedFault(identity, recorded);
  if (fact !== undefined) return { of: "identity", what: fact };
  if (tagsDigest(tags, form) === digest) return undefined;
  return { of: "tags", what: tagFault(identity, tags) };
}

/**
 * Returns the command that shows who wrote the vault's tags. CloudTrail keeps such events for 90 days without any
 * trail.
 */
function whoWrote(region: string): string {
  return withCommand(
    "See who wrote the tags",
    `aws cloudtrail lookup-events --region ${region} --lookup-attributes AttributeKey=EventName,AttributeValue=CreateTags --query "Events[?contains(CloudTrailEvent, '${TAG_PREFIX}')].[EventTime,Username,EventId]" --output table`,
    "Run it again with DeleteTags.",
  );
}

/** Reports snapshots of others that carry the vault's tag. The vault never touches them. */
export function strangerProblems(strangers: readonly Stranger[]): Problem[] {
  return strangers.map(({ snapshotId, region, description }) =>
    problem(
      "tampering",
      snapshotId,
      `${snapshotId} in ${region} carries the vault's tag ${TAG.vault}, but the vault did not make it: its Description is "${description}". The vault never changes, deletes or counts it.`,
      `If the tag is a mistake, remove it. ${whoWrote(region)}`,
    ),
  );
}

/** Reports each snapshot in doubt once a day, as long as it is in doubt. */
export function doubtProblems(snapshots: readonly Snapshot[]): Problem[] {
  return snapshots.flatMap((snapshot): Problem[] => {
    const { snapshotId, region, doubt } = snapshot;
    if (doubt === undefined || isClear(snapshot)) return [];
    return [
      problem(
        "tampering",
        snapshotId,
        `${snapshotId} in ${region} was changed, or is not what it says: ${doubt.what}. The vault keeps it and deletes nothing because of it.`,
        `Put back the tags that it was made with; its Description names them. ${whoWrote(region)}`,
      ),
    ];
  });
}
