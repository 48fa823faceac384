/** Tests the session policies of verify:aws: the vault's own statements, within what STS accepts. */
import { COPYING, COPYING_UNTAGGED, statementsOf, tagsOfCopiesAlone } from "../../../src/verify/rights";
import { newVerifyId } from "../../../src/verify/run";
import type { Target } from "../../../src/verify/target";

function targetIn(partition: string, primaryRegion: string, drRegion: string): Target {
  const drKeyArn = `arn:${partition}:kms:${drRegion}:123456789012:key/mrk-1234567890abcdef1234567890abcdef`;
  return {
    stack: "dev",
    vaultId: "smart-vault-dev",
    callerArn: "arn:aws:iam::123456789012:user/me",
    accountId: "123456789012",
    tagKey: "backup",
    policies: { True: {} },
    ...{ partition, primaryRegion, drRegion, drKeyArn },
  };
}

const verifyId = newVerifyId(Date.parse("2026-11-22T03:00:00Z"));

function lengthOf(Statement: unknown[]): number {
  return JSON.stringify({ Version: "2012-10-17", Statement }).length;
}

describe("session policies of verify:aws", () => {
  it.each([
    ["aws", "us-east-1", "us-west-2"],
    ["aws", "ap-southeast-5", "ap-northeast-3"],
    ["aws-us-gov", "us-gov-west-1", "us-gov-east-1"],
  ])("fit into STS's 2,048 characters in %s, %s to %s", (...place) => {
    const target = targetIn(...place);
    const copying = statementsOf(target, verifyId, COPYING);
    const tagging = tagsOfCopiesAlone(target, verifyId);
    expect(lengthOf(copying)).toBeLessThanOrEqual(2_048);
    expect(lengthOf([...statementsOf(target, verifyId, COPYING_UNTAGGED), ...tagging])).toBeLessThanOrEqual(2_048);
  });

  it("allow tags only for CopySnapshot if that is checked", () => {
    const [statement] = tagsOfCopiesAlone(targetIn("aws", "us-east-1", "us-west-2"), verifyId);
    expect(statement?.Condition).toEqual({
      StringEquals: {
        "aws:RequestTag/smart-vault:vault": verifyId,
        "ec2:CreateAction": "CopySnapshot",
      },
    });
  });

  it("throw if a statement is not in the vault's policy", () => {
    const target = targetIn("aws", "us-east-1", "us-west-2");
    expect(() => statementsOf(target, verifyId, ["Gone"])).toThrow("no statement Gone");
  });

  it("fit for a vault id of the maximum length", () => {
    expect(verifyId).toMatch(/^verify-20261122T030000Z-[0-9a-f]{24}$/);
    expect(verifyId).toHaveLength(48);
  });
});
