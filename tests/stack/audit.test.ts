/** Tests the audit bucket and the trail of a stack that has both, in full, and who is allowed to do what with them. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { type IamPolicy, compilePolicy } from "../../src/iam/evaluator";
import { ARN, type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import { EXPIRING, ROLE, TAGS, VAULT } from "../support/stackPolicies";
import { configErrors, withValues } from "../support/rawConfig";

const NAME = `${VAULT}-audit`;
const BUCKET = `${NAME}-${ACCOUNT_ID}-us-west-2`;
const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`;
const TRAIL_ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT_ID}:trail/${VAULT}-trail`;
const RESTORER = `arn:aws:iam::${ACCOUNT_ID}:role/restorer`;

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod", EXPIRING);
});

const PARTS = {
  Bucket: { bucket: BUCKET, objectLockEnabled: true, forceDestroy: false, tags: TAGS },
  BucketOwnershipControls: { bucket: BUCKET, rule: { objectOwnership: "BucketOwnerEnforced" } },
  BucketPublicAccessBlock: {
    bucket: BUCKET,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  },
  BucketServerSideEncryptionConfiguration: {
    bucket: BUCKET,
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: ARN.key },
        bucketKeyEnabled: true,
      },
    ],
  },
  BucketVersioning: { bucket: BUCKET, versioningConfiguration: { status: "Enabled" } },
  BucketObjectLockConfiguration: {
    bucket: BUCKET,
    rule: { defaultRetention: { mode: "GOVERNANCE", days: 90 } },
  },
  BucketLifecycleConfiguration: {
    bucket: BUCKET,
    rules: [
      {
        id: "expire-runs",
        status: "Enabled",
        filter: { prefix: "runs/" },
        expiration: { days: 400 },
      },
      {
        id: "expire-trail",
        status: "Enabled",
        filter: { prefix: "trail/" },
        expiration: { days: 400 },
      },
      {
        id: "old-versions",
        status: "Enabled",
        filter: { prefix: "" },
        expiration: { expiredObjectDeleteMarker: true },
        noncurrentVersionExpiration: { noncurrentDays: 30 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ],
  },
};

const typeOf = (part: string) => `aws:s3/${part.charAt(0).toLowerCase()}${part.slice(1)}:${part}`;

test.each(Object.entries(PARTS))("declares %s exactly so, in the DR region, to outlive the stack", (part, inputs) => {
  const type = typeOf(part);
  expect(stack.inputs(type, NAME)).toStrictEqual(inputs);
  expect(stack.list).toContain(`${type} ${NAME} us-west-2`);
  const { protect, retainOnDelete } = stack.options(type, NAME);
  expect({ protect, retainOnDelete }).toStrictEqual({ protect: true, retainOnDelete: true });
});

test("makes the function after the bucket is closed and encrypted", () => {
  const { after } = stack.options("aws:lambda/function:Function", VAULT);
  for (const part of [...Object.keys(PARTS).slice(1), "BucketPolicy"]) {
    expect(after).toContain(`${typeOf(part)} ${NAME}`);
  }
});

test("logs all regions with digests in the trail, under the DR key, after the bucket's policy", () => {
  const type = "aws:cloudtrail/trail:Trail";
  expect(stack.inputs(type)).toStrictEqual({
    name: `${VAULT}-trail`,
    s3BucketName: BUCKET,
    s3KeyPrefix: "trail",
    kmsKeyId: ARN.key,
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    enableLogFileValidation: true,
    tags: TAGS,
  });
  expect(stack.list).toContain(`${type} ${VAULT}-trail us-east-1`);
  expect(stack.options(type, `${VAULT}-trail`).after).toContain(`${typeOf("BucketPolicy")} ${NAME}`);
});

type Asked = [decision: string, action: string, resource: string, context: Record<string, string>];

const OURS = { "aws:ResourceAccount": ACCOUNT_ID };
const VIA_S3 = { "kms:ViaService": "s3.us-west-2.amazonaws.com" };
const OF_BUCKET = { "kms:EncryptionContext:aws:s3:arn": BUCKET_ARN };
const VIA_EC2 = { "kms:ViaService": "ec2.us-west-2.amazonaws.com" };

test.each<Asked>([
  ["allowed", "s3:PutObject", `${BUCKET_ARN}/runs/2026/11/22/x.json`, OURS],
  ["unmentioned", "s3:PutObject", `${BUCKET_ARN}/runs/2026/11/22/x.json`, { "aws:ResourceAccount": "210987654321" }],
  ["unmentioned", "s3:PutObject", `${BUCKET_ARN}/manifests/i-1/x.json`, OURS],
  ["unmentioned", "s3:PutObject", `${BUCKET_ARN}/x.json`, OURS],
  ["unmentioned", "s3:PutObject", `${BUCKET_ARN}/trail/AWSLogs/x.json`, OURS],
  ["unmentioned", "s3:PutObject", "arn:aws:s3:::another/runs/x.json", OURS],
  ["unmentioned", "s3:GetObject", `${BUCKET_ARN}/runs/x.json`, {}],
  ["unmentioned", "s3:DeleteObject", `${BUCKET_ARN}/runs/x.json`, {}],
  ["unmentioned", "s3:DeleteObjectVersion", `${BUCKET_ARN}/runs/x.json`, {}],
  ["unmentioned", "s3:PutObjectAcl", `${BUCKET_ARN}/runs/x.json`, {}],
  ["unmentioned", "s3:PutObjectRetention", `${BUCKET_ARN}/runs/x.json`, {}],
  ["unmentioned", "s3:BypassGovernanceRetention", `${BUCKET_ARN}/runs/x.json`, {}],
  ["unmentioned", "s3:ListBucket", BUCKET_ARN, {}],
  ["unmentioned", "s3:PutBucketPolicy", BUCKET_ARN, {}],
  ["unmentioned", "kms:Decrypt", ARN.key, { ...VIA_S3, ...OF_BUCKET }],
  ["allowed", "kms:Decrypt", ARN.key, VIA_EC2],
])("decides on the function's role: %s to %s on %s with %j", (decision, action, resource, context) => {
  const policy = policyOf(stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`));
  const decide = compilePolicy(policy as IamPolicy);
  expect(decide({ action, resource, context })).toBe(decision);
});

/** Statements of a resource's policy that speak of one principal; the evaluator knows none. */
function asPrincipal(policy: { Statement: { Principal?: unknown }[] }, principal: string): IamPolicy {
  const Statement = policy.Statement.filter(
    ({ Principal }) => Principal === "*" || JSON.stringify(Principal).includes(`"${principal}"`),
  );
  return { Statement } as unknown as IamPolicy;
}

const CLOUDTRAIL = "cloudtrail.amazonaws.com";
const OF_TRAIL = { "aws:SourceArn": TRAIL_ARN };
const OF_OTHER = { "aws:SourceArn": `${TRAIL_ARN}-2` };

test.each<[who: string, ...Asked]>([
  [ROLE, "allowed", "kms:GenerateDataKey", "*", { ...VIA_S3, ...OF_BUCKET }],
  [ROLE, "unmentioned", "kms:GenerateDataKey", "*", VIA_S3],
  [ROLE, "unmentioned", "kms:Decrypt", "*", { ...VIA_S3, ...OF_BUCKET }],
  [RESTORER, "allowed", "kms:Decrypt", "*", { ...VIA_S3, ...OF_BUCKET }],
  [RESTORER, "unmentioned", "kms:Decrypt", "*", VIA_S3],
  [RESTORER, "unmentioned", "kms:GenerateDataKey", "*", { ...VIA_S3, ...OF_BUCKET }],
  [RESTORER, "unmentioned", "kms:Decrypt", "*", { "kms:ViaService": "s3.us-east-1.amazonaws.com" }],
  [CLOUDTRAIL, "allowed", "kms:GenerateDataKey", "*", OF_TRAIL],
  [CLOUDTRAIL, "allowed", "kms:DescribeKey", "*", OF_TRAIL],
  [CLOUDTRAIL, "unmentioned", "kms:GenerateDataKey", "*", OF_OTHER],
  [CLOUDTRAIL, "unmentioned", "kms:CreateGrant", "*", OF_TRAIL],
])("decides on the DR key, asked by %s: %s to %s on %s with %j", (who, decision, action, resource, context) => {
  const policy = policyOf(stack.inputs("aws:kms/key:Key"));
  expect(compilePolicy(asPrincipal(policy, who))({ action, resource, context })).toBe(decision);
});

const TLS = { "aws:SecureTransport": "true" };
const PLAIN = { "aws:SecureTransport": "false" };
const OWNED = { "s3:x-amz-acl": "bucket-owner-full-control" };
const LOG_FILE = `${BUCKET_ARN}/trail/AWSLogs/${ACCOUNT_ID}/CloudTrail/us-east-1/x.json.gz`;

test.each<[who: string, ...Asked]>([
  [ROLE, "denied", "s3:PutObject", `${BUCKET_ARN}/runs/x.json`, PLAIN],
  [ROLE, "denied", "s3:ListBucket", BUCKET_ARN, PLAIN],
  [ROLE, "unmentioned", "s3:PutObject", `${BUCKET_ARN}/runs/x.json`, TLS],
  [CLOUDTRAIL, "allowed", "s3:GetBucketAcl", BUCKET_ARN, { ...TLS, ...OF_TRAIL }],
  [CLOUDTRAIL, "unmentioned", "s3:GetBucketAcl", BUCKET_ARN, { ...TLS, ...OF_OTHER }],
  [CLOUDTRAIL, "allowed", "s3:PutObject", LOG_FILE, { ...TLS, ...OF_TRAIL, ...OWNED }],
  [CLOUDTRAIL, "unmentioned", "s3:PutObject", LOG_FILE, { ...TLS, ...OF_OTHER, ...OWNED }],
  [CLOUDTRAIL, "unmentioned", "s3:PutObject", LOG_FILE, { ...TLS, ...OF_TRAIL }],
  [CLOUDTRAIL, "unmentioned", "s3:PutObject", `${BUCKET_ARN}/runs/x.json`, { ...TLS, ...OF_TRAIL, ...OWNED }],
  [CLOUDTRAIL, "denied", "s3:PutObject", LOG_FILE, { ...PLAIN, ...OF_TRAIL, ...OWNED }],
])("decides on the bucket, asked by %s: %s to %s on %s with %j", (who, decision, action, resource, context) => {
  const policy = policyOf(stack.inputs("aws:s3/bucketPolicy:BucketPolicy", NAME));
  expect(compilePolicy(asPrincipal(policy, who))({ action, resource, context })).toBe(decision);
});

test("fits the function's policy into the 10,240 characters that IAM allows", () => {
  const { policy } = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  expect(String(policy).length).toBeLessThan(10_240);
});

describe("configuration of the audit bucket", () => {
  test("requires the bucket for a trail", () => {
    expect(configErrors(withValues({ trail: "true" }))).toStrictEqual([
      "trail: expected audit to be true too, got false: the trail's files go into its bucket",
    ]);
    expect(configErrors(withValues({ trail: "true", audit: "true" }))).toStrictEqual([]);
  });

  test("locks nothing for longer than it is kept", () => {
    expect(configErrors(withValues({ auditLockDays: "31", auditRetentionDays: "30" }))).toStrictEqual([
      "auditLockDays: expected at most auditRetentionDays, which is 30, got 31",
    ]);
    expect(configErrors(withValues({ auditLockDays: "30", auditRetentionDays: "30" }))).toStrictEqual([]);
  });
});
