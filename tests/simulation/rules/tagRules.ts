/**
 * Checks tags: what the stack configures is on everything that is made, a volume's own tags are on its snapshot as far
 * as they fit, and afterwards the vault writes no other tag.
 */
import type { CreateTagsCommandInput } from "@aws-sdk/client-ec2";
import { tagRecord } from "../../../src/iam/callRequests";
import { MINUTE_MS } from "../../../src/vault/lib/time";
import { MAX_TAGS, TAG_PREFIX, copyExpiredTag, userTags } from "../../../src/vault/model/tags/tags";
import { type Account, type Region, type SimSnapshot, type TagRecord, strikes } from "../account/account";
import type { SimVolume } from "../account/attachment";
import { awsError } from "../account/awsError";
import type { Call } from "../../../src/iam/call";

type Making = Call & { name: "CreateSnapshots" | "CreateSnapshot" | "CopySnapshot" };

function madeWith({ input }: Making): TagRecord {
  return tagRecord(input.TagSpecifications?.[0]?.Tags);
}

/**
 * Returns true if a call has a person's tags, which an organization's policy may refuse, unlike the vault's and the
 * stack's.
 */
function hasPersons({ settings }: Account, call: Making): boolean {
  if (call.name === "CreateSnapshots" && call.input.CopyTagsFromSource !== undefined) return true;
  return Object.keys(madeWith(call)).some(
    (key) =>
      !Object.hasOwn(settings.tags, key) &&
      (!key.startsWith(TAG_PREFIX) || key.startsWith(`${TAG_PREFIX}instance-tag:`)),
  );
}

/** Applies the organization's tag policy before anything is made, and checks that the stack's tags are there. */
export function checkMaking(account: Account, call: Making): void {
  const { settings, story, faults } = account;
  const made = madeWith(call);
  for (const [key, value] of Object.entries(settings.tags)) {
    if (made[key] !== value) story.violate("everything has the stack's tags", `${call.name}: ${key}`);
  }
  if (hasPersons(account, call) && strikes(account, "tag policy", faults.limits.tagPolicy)) {
    throw awsError("TagPolicyViolation", "simulated: a tag violates the tag policy");
  }
}

/** Time after a volume shows up for which an invocation that has not seen it may still be at work. */
const SEEN_LATE_MS = 15 * MINUTE_MS;

/** Adds the volume tags that EC2 copies: all or none. It refuses a key twice and more than 50. */
export function withCopiedTags(account: Account, volume: SimVolume, given: TagRecord): TagRecord {
  const copied = Object.keys(volume.tags).filter((key) => !key.startsWith("aws:"));
  const twice = copied.find((key) => Object.hasOwn(given, key));
  const tags = { ...volume.tags, ...given };
  if (twice === undefined && Object.keys(tags).length <= MAX_TAGS) return tags;
  // A volume attached minutes ago is in EC2's set before the vault has seen it; then it tries once more without its
  // tags.
  const isNew = [...account.instances.values()].some(({ attached }) =>
    attached.some(
      (one) =>
        one.volumeId === volume.volumeId && Math.max(one.mappedMs, one.listedMs) > account.time.nowMs() - SEEN_LATE_MS,
    ),
  );
  if (!isNew) account.story.violate("a volume's tags fail no call", `${volume.volumeId} ${twice ?? ""}`);
  throw awsError(twice === undefined ? "TagLimitExceeded" : "InvalidParameterValue");
}

/** Kinds of fault by which no tag is lost. */
const HARMLESS = ["zero pages", "busy copy slots", "small limits"];

/** Checks as a snapshot is copied that it lacks a tag of its volume only if it is full. */
export function checkVolumeTags(account: Account, snapshot: SimSnapshot): void {
  const { faults, volumes, drs, story } = account;
  if (faults.kinds.some((kind) => !HARMLESS.includes(kind))) return;
  const volume = volumes.get(snapshot.dataOf);
  if (volume === undefined || Object.keys(snapshot.tags).length >= MAX_TAGS - drs.length) return;
  const lacking = Object.keys(userTags(volume.tags)).find((key) => !(key in snapshot.tags));
  if (lacking === undefined) return;
  story.violate("a snapshot has its volume's tags as they fit", `${snapshot.snapshotId}: ${lacking}`);
}

/** Checks that the vault writes on existing snapshots only copy-expired tags, and on new ones their volume's. */
export function checkKeys(
  account: Account,
  region: Region,
  { Resources = [], Tags = [] }: CreateTagsCommandInput,
  startMs: number,
): void {
  const { drs, primary, story } = account;
  const marks = drs.map(({ name }) => copyExpiredTag(name));
  const others = Tags.filter(({ Key = "" }) => !marks.includes(Key));
  if (others.length === 0) return;
  const isVolumes = Resources.every((id) => {
    const snapshot = region.snapshots.get(id);
    const isNew = snapshot === undefined || snapshot.startMs >= startMs;
    return isNew && snapshot?.sourceId === undefined && region === primary;
  });
  const isPersons = Object.keys(userTags(tagRecord(others))).length === others.length;
  if (isVolumes && isPersons) return;
  story.violate("changes only its own snapshots", "writes a tag of another kind");
}
