/** Tests that configuration refuses vault ids and partitions that AWS would refuse in the middle of a `pulumi up`. */
import * as aws from "@pulumi/aws";
import { parseConfig } from "../../src/config/config";
import { RAW, faults, withValues } from "../support/rawConfig";

test.each([
  ["too long for Lambda's and Scheduler's names", "s".repeat(47)],
  ["with a dot, which Lambda, SNS and KMS refuse", "dev.eu"],
])("refuses a vault id %s", (_why, stack) => {
  expect(faults({ ...RAW, stack })).toStrictEqual([
    `stack: expected project and stack in 48 letters, digits, - and _, got "p-${stack}"`,
  ]);
});

test.each([
  ["prod_", "p-prod_"],
  ["-prod", "p--prod"],
  ["eu--prod", "p-eu--prod"],
  ["eu__prod", "p-eu__prod"],
  ["eu-_prod", "p-eu-_prod"],
  ["prod-", "p-prod-"],
])("refuses a stack %s, because CloudTrail would refuse its trail's name", (stack, vaultId) => {
  const [fault, ...others] = faults({ ...RAW, stack });
  expect(others).toStrictEqual([]);
  expect(fault).toMatch(/^stack: expected a letter or digit at both ends .*CloudTrail/);
  expect(fault).toContain(`got "${vaultId}"`);
});

test.each(["sthree-vault", "amzn-s3-demo-vault", "xn--vault"])(
  "refuses the project %s, because S3 refuses its bucket's name",
  (project) => {
    expect(faults({ ...RAW, project })).toHaveLength(1);
  },
);

test.each(["prod", "prod_eu", "eu-west-1", "Prod2"])("accepts a stack %s", (stack) => {
  expect(faults({ ...RAW, stack })).toStrictEqual([]);
});

test("accepts a vault id of 48 characters", () => {
  expect(parseConfig({ ...RAW, stack: "s".repeat(46) }).vaultId).toHaveLength(48);
});

const NEVER = "the vault was never tried there";

test.each([
  ["cn-north-1", "cn-northwest-1", "aws-cn", "EventBridge hands no event to another region there"],
  ["us-gov-west-1", "us-gov-east-1", "aws-us-gov", "AWS Budgets and the claims of GitHub's tokens"],
  ["us-iso-east-1", "us-iso-west-1", "aws-iso", NEVER],
  ["us-isob-east-1", "us-isob-west-1", "aws-iso-b", NEVER],
  ["us-isof-south-1", "us-isof-east-1", "aws-iso-f", NEVER],
  ["eu-isoe-west-1", "us-west-2", "aws-iso-e", NEVER],
  ["eusc-de-east-1", "us-west-2", "aws-eusc", NEVER],
])("refuses a vault in %s because of its partition, with the reason", (primaryRegion, drRegion, partition, why) => {
  const notified = faults({ ...withValues({ drRegion }), primaryRegion });
  expect(notified).toHaveLength(1);
  expect(notified[0]).toMatch(
    `aws:region: expected a region of the AWS partition aws, got ${primaryRegion}, which is in ${partition}: ${why}`,
  );
});

test("knows the partition of every AWS region, and accepts only those of aws", () => {
  const regions = [...new Set(Object.values(aws.Region))];
  const taken = regions.filter((primaryRegion) => {
    const drRegion = primaryRegion === "us-west-2" ? "us-east-1" : "us-west-2";
    return faults({ ...withValues({ drRegion }), primaryRegion }).length === 0;
  });
  const others = regions.filter((one) => !taken.includes(one));
  expect(others.filter((one) => !/^(cn|us-gov|us-iso[bf]?|eu-isoe|eusc)-/.test(one))).toStrictEqual([]);
  expect(taken.length).toBeGreaterThan(25);
});
