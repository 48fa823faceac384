/**
 * Tests the look for other people's snapshots with the vault's tag: by one sweep a day, in each region, reported until
 * mailed.
 */
import { DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { describe as describeIt } from "../../../src/vault/identity/description";
import { looksForStrangers } from "../../../src/vault/observe/strangers";
import { TAG } from "../../../src/vault/model/tags/tags";
import { HOUR_MS, MINUTE_MS, SECOND_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Trigger } from "../../../src/vault/model/trigger";
import { makeRig } from "../../support/rig";
import { DR, DR2, NOW, SETTINGS, SLOT, snapshot } from "../../support/world";

const SWEEP_EVENT = { kind: "sweep" };
const STRANGER = { SnapshotId: "snap-9", Description: "before the upgrade" };

const rig = makeRig();
const wide = makeRig({ ...SETTINGS, dr: [DR, DR2] });

beforeEach(() => {
  rig.reset();
  wide.reset();
});

/** Input of the calls that look for strangers: by the tag, as narrow and as long as any other. */
const ASKED = {
  OwnerIds: ["self"],
  Filters: [{ Name: "tag:smart-vault:vault", Values: ["smart-vault-test"] }],
  MaxResults: 1000,
  NextToken: undefined,
};

const BY_DESCRIPTION = {
  ...ASKED,
  Filters: [{ Name: "description", Values: ["smart-vault/1 vault=smart-vault-test *"] }],
};

function asked(reader: typeof rig.primary): unknown[] {
  return reader.commandCalls(DescribeSnapshotsCommand).map(({ args: [{ input }] }) => input);
}

function looked(reader = rig.primary): number {
  return asked(reader).filter((input) => JSON.stringify(input).includes("tag:")).length;
}

/** Makes a region's reads by the tag show these from now on. */
function carryTag(reader: typeof rig.primary, Snapshots: object[]): void {
  reader.on(DescribeSnapshotsCommand, { Filters: ASKED.Filters }).resolves({ Snapshots });
  reader.on(DescribeSnapshotsCommand, { Filters: BY_DESCRIPTION.Filters }).resolves({});
}

const trigger = (kind: Trigger["kind"]): Trigger => ({ kind, runId: "r" });
const LATER = { notified: {}, strangersAt: SLOT };

test.each<[string, Parameters<typeof looksForStrangers>, boolean]>([
  ["a sweep of a vault that never looked does", [trigger("sweep"), { notified: {} }, NOW], true],
  ["a sweep 23 hours after the last look does", [trigger("sweep"), LATER, NOW + 23 * HOUR_MS], true],
  ["a sweep before that does not", [trigger("sweep"), LATER, NOW + 23 * HOUR_MS - 1], false],
  ["a sweep does if a person made the time invalid", [trigger("sweep"), { notified: {}, strangersAt: "x" }, NOW], true],
  ["a sweep whose timer is unreadable does not", [trigger("sweep"), undefined, NOW], false],
  ["a run does not", [trigger("run"), { notified: {} }, NOW], false],
  ["a follow-up does not", [trigger("follow-up"), { notified: {} }, NOW], false],
])("decides whether to look for strangers: %s", (_what, given, expected) => {
  expect(looksForStrangers(...given)).toBe(expected);
});

test("asks each region in a sweep once for its own and once for the tag", async () => {
  await wide.trigger(SWEEP_EVENT);
  const readers = [wide.primary, wide.dr, wide.others.get(DR2.region)!.reader];
  for (const reader of readers) expect(asked(reader)).toStrictEqual([BY_DESCRIPTION, ASKED]);
});

test.each([{ kind: "run", slot: SLOT }, { kind: "follow-up" }])("asks during %j only for its own", async (event) => {
  await rig.trigger(event);
  expect(asked(rig.primary)).toStrictEqual([BY_DESCRIPTION]);
  expect(asked(rig.dr)).toStrictEqual([BY_DESCRIPTION]);
});

test("looks in one sweep a day, and sets the timer only for that", async () => {
  for (let hour = 0; hour < 24; hour += 1) {
    rig.at(NOW + hour * HOUR_MS);
    await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
  }
  expect(looked()).toBe(2);
  expect(rig.clockSets().map(({ state, input }) => [state, input])).toStrictEqual([
    ["DISABLED", { kind: "follow-up", notified: {}, dueSince: SLOT, strangersAt: SLOT }],
    ["DISABLED", { kind: "follow-up", notified: {}, dueSince: SLOT, strangersAt: isoSeconds(NOW + 23 * HOUR_MS) }],
  ]);
});

describe("a snapshot that carries the tag", () => {
  const made = snapshot("snap-1");
  const { identity, tags } = made;

  test.each<[string, string | undefined, boolean]>([
    ["is the vault's own if its Description is", describeIt(identity, tags), false],
    ["is the vault's own even if the tags were changed since", describeIt(identity, {}), false],
    ["is a stranger with a person's Description", "before the upgrade", true],
    ["is a stranger without a Description", undefined, true],
    ["is a stranger with another vault's Description", describeIt({ ...identity, vaultId: "v" }, tags), true],
    ["is a stranger with a Description of a later form", describeIt(identity, tags).replace("/1", "/2"), true],
  ])("%s", async (_what, Description, isStranger) => {
    carryTag(rig.primary, [{ SnapshotId: "snap-1", Description }, { Description }]);
    const woken = rig.trigger(SWEEP_EVENT);
    if (isStranger) {
      await expect(woken).rejects.toThrow(
        `snap-1 in us-east-1 carries the vault's tag ${TAG.vault}, but the vault did not make it: its Description is "${Description ?? ""}"`,
      );
    } else await expect(woken).resolves.toMatchObject({ status: "clean" });
    expect(rig.mails()).toHaveLength(isStranger ? 1 : 0);
    expect(rig.writes()).toStrictEqual([]);
  });
});

test("reports a stranger in a DR region with that region, and finds none in the others", async () => {
  carryTag(rig.dr, [STRANGER]);
  await expect(rig.trigger(SWEEP_EVENT)).rejects.toThrow("snap-9 in us-west-2 carries");
  expect(rig.writes()).toStrictEqual([]);
});

test("reports a stranger once a day", async () => {
  carryTag(rig.primary, [STRANGER]);
  await expect(rig.trigger(SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
  rig.at(NOW + HOUR_MS);
  await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
  rig.at(NOW + 23 * HOUR_MS);
  await expect(rig.trigger(SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
  expect([looked(), rig.mails().length]).toStrictEqual([2, 2]);
});

test("looks again in the next sweep for a stranger that could not be mailed", async () => {
  carryTag(rig.primary, [STRANGER]);
  rig.sns.on(PublishCommand).rejects(new Error("SNS is down"));
  await expect(rig.trigger(SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
  expect(rig.clockSets().at(-1)?.input).not.toHaveProperty("strangersAt");
  rig.sns.on(PublishCommand).resolves({});
  rig.at(NOW + HOUR_MS);
  await expect(rig.trigger(SWEEP_EVENT)).rejects.toMatchObject({ name: "BackupFailed" });
  expect(rig.clockSets().at(-1)?.input).toMatchObject({
    strangersAt: isoSeconds(NOW + HOUR_MS),
    notified: { "tampering/snap-9": isoSeconds(NOW + HOUR_MS) },
  });
  rig.at(NOW + 2 * HOUR_MS);
  await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
  expect(looked()).toBe(2);
});

describe("a region that could not be asked for strangers", () => {
  const refused = (name: string) => {
    rig.dr
      .on(DescribeSnapshotsCommand, { Filters: ASKED.Filters })
      .rejects(Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 400 } }));
    rig.dr.on(DescribeSnapshotsCommand, { Filters: BY_DESCRIPTION.Filters }).resolves({});
  };

  test("is reported as a problem, and is asked again by the next sweep", async () => {
    refused("UnauthorizedOperation");
    await expect(rig.trigger(SWEEP_EVENT)).rejects.toThrow(
      "the daily check for other people's snapshots in us-west-2 was left out, because the vault could not read snapshots with the vault's tag in us-west-2: UnauthorizedOperation: no",
    );
    expect(rig.clockSets().at(-1)?.input).not.toHaveProperty("strangersAt");
    carryTag(rig.dr, []);
    rig.at(NOW + HOUR_MS);
    await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    expect(rig.clockSets().at(-1)?.input).toMatchObject({
      strangersAt: isoSeconds(NOW + HOUR_MS),
    });
  });

  test("is asked again without a mail if AWS throttles", async () => {
    refused("RequestLimitExceeded");
    await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    expect(rig.clockSets().at(-1)?.input).not.toHaveProperty("strangersAt");
    carryTag(rig.dr, []);
    rig.at(NOW + HOUR_MS);
    await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    expect([looked(), rig.mails()]).toStrictEqual([2, []]);
    expect(rig.clockSets().at(-1)?.input.strangersAt).toBe(isoSeconds(NOW + HOUR_MS));
  });
});

test("ignores a time in the future in the timer", async () => {
  rig.carries({ notified: {}, strangersAt: isoSeconds(NOW + MINUTE_MS) });
  await rig.trigger(SWEEP_EVENT);
  expect(looked()).toBe(1);
  expect(rig.clockSets().at(-1)?.input.strangersAt).toBe(isoSeconds(NOW - (NOW % SECOND_MS)));
});
