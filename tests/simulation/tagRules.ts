/**
 * The rules of tags: what the stack configures is on everything that is made, a volume's own tags are on its snapshot as far as
 * they fit, and afterwards the vault writes no other tag.
 */
import type { CreateTagsCommandInput } from "@aws-sdk/client-ec2";
import { tagRecord } from "../../src/iam/callRequests";
import { MINUTE_MS } from "../../src/vault/lib/time";
import { MAX_TAGS, TAG_PREFIX, copyExpiredTag, userTags } from "../../src/vault/model/tags";
import { type Account, type Region, type SimSnapshot, type TagRecord, strikes } from "./account";
import type { SimVolume } from "./attachment";
import { awsError } from "./awsError";
import type { Call } from "../../src/iam/call";

type Making = Call & { name: "CreateSnapshots" | "CreateSnapshot" | "CopySnapshot" };

function madeWith({ input }: Making): TagRecord {
  return tagRecord(input.TagSpecifications?.[0]?.Tags);
}

/** Tags that an organization's policy may refuse; those of the vault and the stack it takes. */
function hasPersons({ settings }: Account, call: Making): boolean {
  if (call.name === "CreateSnapshots" && call.input.CopyTagsFromSource !== undefined) return true;
  return Object.keys(madeWith(call)).some(
    (key) =>
      !Object.hasOwn(settings.tags, key) &&
      (!key.startsWith(TAG_PREFIX) || key.startsWith(`${TAG_PREFIX}instance-tag:`)),
  );
}

/** Before anything is made: what the organization's tag policy says, and whether the stack's tags are there. */
export function checkMaking(account: Account, call: Making): void {
  const { settings, story, faults } = account;
  const made = madeWith(call);
  for (const [key, value] of Object.entries(settings.tags)) {
    if (made[key] !== value) story.violate("the stack's tags are on all", `${call.name}: ${key}`);
  }
  if (hasPersons(account, call) && strikes(account, "tag policy", faults.limits.tagPolicy)) {
    throw awsError("TagPolicyViolation", "simulated: a tag violates the tag policy");
  }
}

/** How long after a volume shows up an invocation may still be at work that has not seen it. */
const SEEN_LATE_MS = 15 * MINUTE_MS;

/** What EC2 copies of a volume's tags: all or none, and it refuses a key twice and more than 50. */
export function withCopiedTags(account: Account, volume: SimVolume, given: TagRecord): TagRecord {
  const copied = Object.keys(volume.tags).filter((key) => !key.startsWith("aws:"));
  const twice = copied.find((key) => Object.hasOwn(given, key));
  const tags = { ...volume.tags, ...given };
  if (twice === undefined && Object.keys(tags).length <= MAX_TAGS) return tags;
  // A volume that came minutes ago is in EC2's set before the vault has seen it; then it tries once more without.
  const isNew = [...account.instances.values()].some(({ attached }) =>
    attached.some(
      (one) =>
        one.volumeId === volume.volumeId && Math.max(one.mappedMs, one.listedMs) > account.time.nowMs() - SEEN_LATE_MS,
    ),
  );
  if (!isNew) account.story.violate("a volume's tags break no call", `${volume.volumeId} ${twice ?? ""}`);
  throw awsError(twice === undefined ? "TagLimitExceeded" : "InvalidParameterValue");
}

/** Kinds of fault by which no tag is lost. */
const HARMLESS = ["zero pages", "busy copy slots", "small limits"];

/** As a snapshot is copied: it lacks a tag of its volume only where it is full. */
export function checkVolumeTags(account: Account, snapshot: SimSnapshot): void {
  const { faults, volumes, drs, story } = account;
  if (faults.kinds.some((kind) => !HARMLESS.includes(kind))) return;
  const volume = volumes.get(snapshot.dataOf);
  if (volume === undefined || Object.keys(snapshot.tags).length >= MAX_TAGS - drs.length) return;
  const lacking = Object.keys(userTags(volume.tags)).find((key) => !(key in snapshot.tags));
  if (lacking === undefined) return;
  story.violate("a volume's tags are kept as they fit", `${snapshot.snapshotId}: ${lacking}`);
}

/** Of what is there one may be written that says that a copy has lived its time; and on what was just made, its volume's. */
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
  story.violate("only its own", "writes a tag of another kind");
}
