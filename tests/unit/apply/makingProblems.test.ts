/** Tests the problems about tags left out, sets that were split, and the account's snapshot quota. */
import { makingProblems } from "../../../src/vault/apply/makingProblems";
import type { Outcome } from "../../../src/vault/model/actions";
import type { Problem } from "../../../src/vault/model/problem";
import { copyAction, deleteAction, snapshotAction } from "../../support/actions";
import { DR, SLOT, volume } from "../../support/world";

const DONE: Outcome = {
  action: snapshotAction(),
  status: "done",
  detail: "",
  snapshotIds: ["snap-a", "snap-b"],
};
const LEFT = { code: "TagPolicyViolation", message: "Owner must be an address" };

function only(outcome: Partial<Outcome>): Problem | undefined {
  const [problem, ...others] = makingProblems([{ ...DONE, ...outcome }]);
  expect(others).toStrictEqual([]);
  return problem;
}

test("reports no problem if everything was made as planned", () => {
  expect(makingProblems([DONE, { ...DONE, action: deleteAction("s") }])).toStrictEqual([]);
});

describe("tags left out", () => {
  test("are a notice that names instance, snapshots and AWS's reason", () => {
    expect(only({ tagsLeftOut: LEFT })).toStrictEqual({
      kind: "tags-left-out",
      subject: "i-1",
      message:
        "the snapshots of i-1 in us-east-1 (snap-a; snap-b) lack the tags of instance and volumes: " +
        "AWS refused them (TagPolicyViolation: Owner must be an address)",
      hint: expect.stringContaining("aws organizations describe-effective-policy") as string,
      severity: "notice",
    });
  });

  test("of a copy are reported under its snapshot and region", () => {
    const outcome = { action: copyAction("snap-1"), snapshotIds: ["snap-c"], tagsLeftOut: LEFT };
    expect(only(outcome)).toMatchObject({
      subject: `snap-1 in ${DR.region}`,
      message:
        "the copy of snap-1 in us-west-2 (snap-c) lacks the tags of its snapshot: " +
        "AWS refused them (TagPolicyViolation: Owner must be an address)",
    });
  });

  test("advise to use fewer tags if there were too many", () => {
    const tagsLeftOut = { code: "TagLimitExceeded", message: "50" };
    expect(only({ tagsLeftOut })?.hint).toContain("Remove tags from the instance or its volumes");
  });

  test("advise how to write a tag that could not be written afterwards", () => {
    const tagsLeftOut = { code: "InvalidSnapshot.NotFound", message: "no", snapshotIds: ["snap-b"] };
    expect(only({ tagsLeftOut })).toStrictEqual({
      kind: "tags-left-out",
      subject: "i-1",
      message:
        "the snapshots of i-1 in us-east-1 lack tags of their volumes: they could not be written on snap-b (InvalidSnapshot.NotFound: no)",
      hint:
        "The snapshots are complete, but the vault does not write these tags again. To write one:\n" +
        "aws ec2 create-tags --region us-east-1 --resources snap-b --tags Key=KEY,Value=VALUE",
      severity: "notice",
    });
  });
});

describe("a set that was split", () => {
  test("is a notice that names instance, slot and reason", () => {
    expect(only({ brokenSet: "InvalidInstance: no" })).toMatchObject({
      kind: "not-crash-consistent",
      subject: "i-1",
      message: `the snapshots of i-1 in us-east-1 for ${SLOT} are not crash-consistent. EC2 refused the set, so the vault snapshotted each volume on its own (InvalidInstance: no).`,
      severity: "notice",
    });
  });

  test.each([
    ["of one volume", { action: snapshotAction({ volumes: [volume("vol-1")] }) }],
    ["of which nothing was made", { snapshotIds: [] }],
  ])("is not reported for a set %s", (_what, extra) => {
    expect(only({ brokenSet: "InvalidInstance: no", ...extra })).toBeUndefined();
  });
});

describe("the quota of snapshots", () => {
  const limited = { status: "deferred", code: "SnapshotLimitExceeded", detail: "it: 100000" } as const;

  test("is reported as a failure of the region: the consequence first, then how to look at it", () => {
    expect(only(limited)).toStrictEqual({
      kind: "snapshot-limit",
      severity: "failure",
      subject: "us-east-1",
      message:
        "nothing new is backed up in us-east-1: the account has as many snapshots there as its quota allows (it: 100000)",
      hint: expect.stringContaining(
        "aws service-quotas list-service-quotas --region us-east-1 --service-code ebs",
      ) as string,
    });
    expect(only({ ...limited, action: copyAction("s") })?.subject).toBe(DR.region);
  });

  test("is not reported for work that was not started because of it, nor for another limit", () => {
    expect(only({ ...limited, notStarted: true })).toBeUndefined();
    expect(only({ ...limited, code: "ResourceLimitExceeded" })).toBeUndefined();
  });
});
