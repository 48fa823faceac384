/** What EC2 does not make with all its tags is made with the vault's own, and a person is told. */
import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { apply } from "../../src/vault/apply";
import { makeClients } from "../../src/vault/clients";
import { brokenSets, fullAccounts, leftTags } from "../../src/vault/creationNotices";
import { INSTANCE_TAG_PREFIX, TAG, tagsFromList } from "../../src/vault/tags";
import type { Action, Outcome } from "../../src/vault/types";
import { copyAction, snapshotAction } from "../support/actions";
import { NOW, SETTINGS, SLOT, volume } from "../support/world";

const ec2 = mockClient(EC2Client);
const clients = makeClients(SETTINGS);
const $metadata = { requestId: "r-1" };
const refusal = (name: string) =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 400 } });
const own = { [TAG.vault]: SETTINGS.vaultId, [TAG.slot]: SLOT };
const tags = { ...own, [`${INSTANCE_TAG_PREFIX}team`]: "blue", team: "blue" };

const run = (action: Action) =>
  apply(clients, [action], SETTINGS, { now: () => NOW, deadlineMs: NOW + 1 });
const told = (outcomes: Outcome[]) =>
  [...fullAccounts(outcomes), ...brokenSets(outcomes), ...leftTags(outcomes)].map(
    ({ kind, subject, notice = false }) => ({ kind, subject, notice }),
  );

beforeEach(() => {
  ec2.reset();
});

describe.each(["TagPolicyViolation", "TagLimitExceeded"])("%s", (code) => {
  test("on a set: it is made once more, with the vault's own tags and none of the volumes'", async () => {
    ec2.on(CreateSnapshotsCommand).rejectsOnce(refusal(code)).resolves({ Snapshots: [{ SnapshotId: "a" }], $metadata }); // prettier-ignore
    const outcomes = await run(snapshotAction({ tags }));
    const [all, bare] = ec2.commandCalls(CreateSnapshotsCommand).map(({ args }) => args[0].input);
    expect(all?.CopyTagsFromSource).toBe("volume");
    expect(bare?.CopyTagsFromSource).toBeUndefined();
    expect(tagsFromList(bare?.TagSpecifications?.[0]?.Tags as never)).toStrictEqual({ ...own, [TAG.crashConsistent]: "true" }); // prettier-ignore
    expect(outcomes[0]).toMatchObject({ status: "done", snapshotIds: ["a"] });
    expect(told(outcomes)).toStrictEqual([{ kind: "tags-left-out", subject: "i-1", notice: true }]);
  });

  test("on single snapshots: each is made once more, and one notice says so", async () => {
    ec2.on(CreateSnapshotCommand).rejectsOnce(refusal(code)).resolvesOnce({ SnapshotId: "a", $metadata }).rejectsOnce(refusal(code)).resolves({ SnapshotId: "b", $metadata }); // prettier-ignore
    const volumes = [volume("vol-1", { tags: { cost: "1" } }), volume("vol-2")];
    const outcomes = await run(snapshotAction({ mode: "each", volumes, tags }));
    const made = ec2.commandCalls(CreateSnapshotCommand).map(({ args }) => args[0].input);
    expect(made.map(({ VolumeId }) => VolumeId)).toStrictEqual(["vol-1", "vol-1", "vol-2", "vol-2"]); // prettier-ignore
    expect(tagsFromList(made[1]?.TagSpecifications?.[0]?.Tags as never)).toStrictEqual({ ...own, [TAG.crashConsistent]: "false" }); // prettier-ignore
    expect(outcomes[0]).toMatchObject({ status: "done", snapshotIds: ["a", "b"] });
    expect(told(outcomes)).toStrictEqual([{ kind: "tags-left-out", subject: "i-1", notice: true }]);
  });

  test("on a copy: it is made once more, and the notice names its source", async () => {
    ec2.on(CopySnapshotCommand).rejectsOnce(refusal(code)).resolves({ SnapshotId: "c", $metadata });
    const outcomes = await run({ ...copyAction("snap-1"), tags });
    const [, bare] = ec2.commandCalls(CopySnapshotCommand).map(({ args }) => args[0].input);
    expect(tagsFromList(bare?.TagSpecifications?.[0]?.Tags as never)).toStrictEqual(own);
    expect(told(outcomes)).toStrictEqual([{ kind: "tags-left-out", subject: "snap-1", notice: true }]); // prettier-ignore
  });

  test("twice in a row is a failure like another", async () => {
    ec2.on(CreateSnapshotsCommand).rejects(refusal(code));
    ec2.on(CreateSnapshotCommand).rejects(refusal(code));
    const outcomes = await run(snapshotAction({ tags }));
    expect(outcomes[0]).toMatchObject({ status: "failed", code });
  });
});

test.each(["IncorrectState", "InvalidState", "RetryableError"])(
  "a set that EC2 answers with %s waits as a set",
  async (code) => {
    ec2.on(CreateSnapshotsCommand).rejects(refusal(code));
    const outcomes = await run(snapshotAction());
    expect(outcomes[0]).toMatchObject({ status: "deferred", code });
    expect(ec2.commandCalls(CreateSnapshotCommand)).toHaveLength(0);
    expect(told(outcomes)).toStrictEqual([]);
  },
);

test("a set that EC2 refuses is taken volume by volume, and a notice says so", async () => {
  ec2.on(CreateSnapshotsCommand).rejects(refusal("InvalidParameterValue"));
  ec2.on(CreateSnapshotCommand).resolves({ SnapshotId: "a", $metadata });
  const outcomes = await run(snapshotAction());
  expect(outcomes[0]).toMatchObject({ status: "done", snapshotIds: ["a", "a"] });
  expect(told(outcomes)).toStrictEqual([{ kind: "not-crash-consistent", subject: "i-1", notice: true }]); // prettier-ignore
  const [notice] = brokenSets(outcomes);
  expect(notice?.message).toContain("EC2 refused the set (InvalidParameterValue: no)");
});

test("a full quota stops the lane, and is reported once a region", async () => {
  ec2.on(CopySnapshotCommand).rejects(refusal("SnapshotLimitExceeded"));
  const outcomes = await apply(clients, [copyAction("a"), copyAction("b")], SETTINGS, { now: () => NOW, deadlineMs: NOW + 1 }); // prettier-ignore
  expect(outcomes.map(({ status }) => status)).toStrictEqual(["deferred", "deferred"]);
  expect(told(outcomes)).toStrictEqual([{ kind: "snapshot-limit", subject: "us-west-2", notice: false }]); // prettier-ignore
});
