/** Tests what contradicts a Description: the vault's tags and what EC2 records of the snapshot itself. */
import { describe as describeIt, parseDescription } from "../../../src/vault/identity/description";
import {
  type Recorded,
  SLOT_AHEAD_MS,
  SLOT_LAG_MS,
  doubtOf,
  doubtProblems,
  strangerProblems,
} from "../../../src/vault/identity/doubts";
import { INSTANCE_TAG_PREFIX, TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { HOUR_MS, MINUTE_MS, SECOND_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Doubt, Identity } from "../../../src/vault/model/identity";
import type { Tags } from "../../../src/vault/model/world";
import { DR, NOW, SETTINGS, SLOT, copyOf, snapshot } from "../../support/world";

const ORIGINAL: Identity = { vaultId: SETTINGS.vaultId, instanceId: "i-1", slot: SLOT };
const COPY: Identity = {
  ...ORIGINAL,
  source: { volumeId: "vol-1", snapshotId: "snap-0", startedMs: NOW },
};
const TAGS: Tags = {
  [TAG.vault]: SETTINGS.vaultId,
  [TAG.instance]: "i-1",
  [TAG.slot]: SLOT,
  [TAG.run]: "run-1",
  [TAG.keep]: "daily=30",
  Name: "web",
};
const COPY_TAGS: Tags = {
  ...TAGS,
  [TAG.sourceVolume]: "vol-1",
  [TAG.sourceSnapshot]: "snap-0",
  [TAG.sourceStarted]: "2026-11-22T03:00:00.000Z",
};
const HERE: Recorded = { ec2VolumeId: "vol-1", startTimeMs: NOW };
const THERE: Recorded = { ec2VolumeId: "vol-ffffffff", startTimeMs: NOW + MINUTE_MS };

function doubt(identity: Identity, made: Tags | undefined, recorded: Recorded, now: Tags): Doubt | undefined {
  return doubtOf(parseDescription(describeIt(identity, made))!, recorded, now);
}

function without(tags: Tags, key: string): Tags {
  const { [key]: _gone, ...left } = tags;
  return left;
}

test.each<[string, Identity, Tags, Recorded]>([
  ["an original", ORIGINAL, TAGS, HERE],
  ["a copy", COPY, COPY_TAGS, THERE],
])(
  "finds no doubt in %s as the vault made it, nor with a later copy-expired tag or a person's tag",
  (_what, identity, tags, recorded) => {
    expect(doubt(identity, tags, recorded, tags)).toBeUndefined();
    const later = { ...without(tags, "Name"), Owner: "x", [copyExpiredTag(DR.region)]: SLOT };
    expect(doubt(identity, tags, recorded, later)).toBeUndefined();
  },
);

const NAMED = [TAG.vault, TAG.instance, TAG.slot];
const OF_COPIES = [...NAMED, TAG.sourceVolume, TAG.sourceSnapshot];

describe.each<[string, Identity, Tags, Recorded, readonly string[]]>([
  ["an original", ORIGINAL, TAGS, HERE, NAMED],
  ["a copy", COPY, COPY_TAGS, THERE, OF_COPIES],
])("doubts about %s", (_what, identity, tags, recorded, named) => {
  test.each(named)("name the tag %s that was changed, with its former and present value", (key) => {
    expect(doubt(identity, tags, recorded, { ...tags, [key]: "x" })).toStrictEqual({
      of: "tags",
      what: `its tag ${key} is "x"; it was made with "${tags[key]}"`,
    });
  });

  test.each(named)("name the tag %s that was removed, with its former value", (key) => {
    expect(doubt(identity, tags, recorded, without(tags, key))).toStrictEqual({
      of: "tags",
      what: `its tag ${key} is gone; it was made with "${tags[key]}"`,
    });
  });

  const others = Object.keys(tags).filter((key) => key !== "Name" && !named.includes(key));
  const some = { of: "tags", what: "its smart-vault tags are not those that it was made with" };

  test.each(others)("arise if the tag %s was changed or removed", (key) => {
    expect(doubt(identity, tags, recorded, { ...tags, [key]: "x" })).toStrictEqual(some);
    expect(doubt(identity, tags, recorded, without(tags, key))).toStrictEqual(some);
  });

  test.each([TAG.drKeep, TAG.policy, `${INSTANCE_TAG_PREFIX}Backup`, "smart-vault:new", "smart-vault:constructor"])(
    "arise if the tag %s was added",
    (key) => {
      expect(doubt(identity, tags, recorded, { ...tags, [key]: "" })).toStrictEqual(some);
    },
  );

  test("name only the first of several tags", () => {
    expect(doubt(identity, tags, recorded, {})?.what).toBe(
      `its tag ${TAG.vault} is gone; it was made with "${SETTINGS.vaultId}"`,
    );
  });
});

test("are kept by a copy of what was in doubt, even with all the tags it was made with", () => {
  expect(doubt(COPY, undefined, THERE, COPY_TAGS)).toStrictEqual({
    of: "tags",
    what: "its smart-vault tags are not those that it was made with",
  });
});

const slotAt = (ms: number): Identity => ({ ...ORIGINAL, slot: isoSeconds(NOW + ms) });
const copyFor = (slotMs: number, startedMs: number): Identity => ({
  ...slotAt(slotMs),
  source: { volumeId: "vol-1", snapshotId: "snap-0", startedMs: NOW + startedMs },
});
const started = `it was started at ${SLOT}`;

describe("a contradiction by EC2's own records", () => {
  test.each<[string, Identity, Recorded, string | undefined]>([
    [
      "a slot of next year",
      slotAt(365 * 24 * HOUR_MS),
      HERE,
      `its Description says that it is for 2027-11-22T03:00:00Z, but ${started}`,
    ],
    [
      "a slot more than five minutes ahead",
      slotAt(SLOT_AHEAD_MS + SECOND_MS),
      HERE,
      `its Description says that it is for 2026-11-22T03:05:01Z, but ${started}`,
    ],
    ["no slot five minutes ahead", slotAt(SLOT_AHEAD_MS), HERE, undefined],
    [
      "a slot 26 hours before the data",
      slotAt(-26 * HOUR_MS),
      HERE,
      `its Description says that it is for 2026-11-21T01:00:00Z, but ${started}`,
    ],
    [
      "a slot more than 25 hours before",
      slotAt(-SLOT_LAG_MS - SECOND_MS),
      HERE,
      `its Description says that it is for 2026-11-21T01:59:59Z, but ${started}`,
    ],
    ["no slot 25 hours before", slotAt(-SLOT_LAG_MS), HERE, undefined],
    [
      "a copy's slot 26 hours before its data, as old as itself",
      copyFor(-26 * HOUR_MS, 0),
      THERE,
      `its Description says that it is for 2026-11-21T01:00:00Z, but its data was taken at ${SLOT}`,
    ],
    [
      "a copy's slot after its data",
      copyFor(0, -HOUR_MS),
      THERE,
      `its Description says that it is for ${SLOT}, but its data was taken at 2026-11-22T02:00:00Z`,
    ],
    [
      "no copy made a year after its data",
      copyFor(0, 0),
      { ...THERE, startTimeMs: NOW + 365 * 24 * HOUR_MS },
      undefined,
    ],
    [
      "a copy started before its source",
      copyFor(0, HOUR_MS),
      { ...THERE, startTimeMs: NOW },
      `its source is said to be started at 2026-11-22T04:00:00Z, but ${started}`,
    ],
    [
      "a copy started five minutes and a second before it",
      copyFor(0, SLOT_AHEAD_MS + SECOND_MS),
      { ...THERE, startTimeMs: NOW },
      `its source is said to be started at 2026-11-22T03:05:01Z, but ${started}`,
    ],
    ["no copy started five minutes before it", copyFor(0, SLOT_AHEAD_MS), { ...THERE, startTimeMs: NOW }, undefined],
    [
      "an original's Description on a copy",
      ORIGINAL,
      { ...HERE, ec2VolumeId: "vol-ffffffff" },
      "its Description is that of an original, but it is a copy",
    ],
    ["no copy with another volume than the arbitrary one", COPY, { ...THERE, ec2VolumeId: "vol-2" }, undefined],
  ])("is found: %s", (_what, identity, recorded, what) => {
    const expected = what === undefined ? undefined : { of: "identity", what };
    expect(doubt(identity, TAGS, recorded, TAGS)).toStrictEqual(expected);
  });

  test("is found in the Description before the tags are checked, so the snapshot is not the vault's own", () => {
    expect(doubt(slotAt(HOUR_MS), TAGS, HERE, {})?.of).toBe("identity");
  });
});

const PUT_BACK = "Put back the tags that it was made with; its Description names them.";

/** The command that a mail gives to look who changed the snapshot. */
function whoWrote(region: string): string {
  return `See who wrote the tags:\naws cloudtrail lookup-events --region ${region} --lookup-attributes AttributeKey=EventName,AttributeValue=CreateTags --query "Events[?contains(CloudTrailEvent, 'smart-vault:')].[EventTime,Username,EventId]" --output table\nRun it again with DeleteTags.`;
}

test("reports each snapshot in doubt, with the command that shows in its region who changed it", () => {
  const source = snapshot("snap-1", { doubt: { of: "tags", what: "its slot" } });
  const copy = copyOf(source, "copy-1", { doubt: { of: "identity", what: "its age" } });
  expect(doubtProblems([source, snapshot("fine"), copy])).toStrictEqual([
    {
      kind: "tampering",
      severity: "failure",
      subject: "snap-1",
      message:
        "snap-1 in us-east-1 was changed, or is not what it says: its slot. The vault keeps it and deletes nothing because of it.",
      hint: `${PUT_BACK} ${whoWrote("us-east-1")}`,
    },
    {
      kind: "tampering",
      severity: "failure",
      subject: "copy-1",
      message:
        "copy-1 in us-west-2 was changed, or is not what it says: its age. The vault keeps it and deletes nothing because of it.",
      hint: `${PUT_BACK} ${whoWrote("us-west-2")}`,
    },
  ]);
});

test("reports each stranger with its Description and the same command", () => {
  const stranger = { snapshotId: "snap-9", region: "us-west-2", description: "mine" };
  expect(strangerProblems([stranger])).toStrictEqual([
    {
      kind: "tampering",
      severity: "failure",
      subject: "snap-9",
      message:
        'snap-9 in us-west-2 carries the vault\'s tag smart-vault:vault, but the vault did not make it: its Description is "mine". The vault never changes, deletes or counts it.',
      hint: `If the tag is a mistake, remove it. ${whoWrote("us-west-2")}`,
    },
  ]);
});
