/** Tests the manifest buckets of a stack with two DR regions, in full, and who is allowed to do what with them. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { bucketName } from "../../src/iam/buckets";
import { type IamPolicy, compilePolicy } from "../../src/iam/evaluator";
import { settingsIn } from "../support/stackArchive";
import { EXPIRING, TAGS, VAULT } from "../support/stackPolicies";
import { ARN, type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";

const DR = ["us-west-2", "eu-west-1"];
const RESTORER = `arn:aws:iam::${ACCOUNT_ID}:role/restorer`;
const nameIn = (region: string) => `${VAULT}-manifests-${region}`;
const bucketIn = (region: string) => `${VAULT}-manifests-${ACCOUNT_ID}-${region}`;
const arnIn = (region: string) => `arn:aws:s3:::${bucketIn(region)}`;

let stack: DeclaredStack;

beforeAll(async () => {
  // The same as in regions.test.ts, so that it is declared once.
  stack = await declareStack("prod", [
    "drRegion=",
    `drRegions=${JSON.stringify(DR)}`,
    "encryptPrimary=true",
    `restoreRoleArns=["${RESTORER}"]`,
  ]);
});

const OLD_VERSIONS = {
  id: "old-versions",
  status: "Enabled",
  filter: { prefix: "" },
  expiration: { expiredObjectDeleteMarker: true },
  noncurrentVersionExpiration: { noncurrentDays: 30 },
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
};

const partsIn = (region: string) => ({
  Bucket: { bucket: bucketIn(region), objectLockEnabled: true, forceDestroy: false, tags: TAGS },
  BucketOwnershipControls: { bucket: bucketIn(region), rule: { objectOwnership: "BucketOwnerEnforced" } },
  BucketPublicAccessBlock: {
    bucket: bucketIn(region),
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  },
  BucketServerSideEncryptionConfiguration: {
    bucket: bucketIn(region),
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: ARN.keyIn(region) },
        bucketKeyEnabled: true,
      },
    ],
  },
  BucketVersioning: { bucket: bucketIn(region), versioningConfiguration: { status: "Enabled" } },
  BucketLifecycleConfiguration: { bucket: bucketIn(region), rules: [OLD_VERSIONS] },
});

const typeOf = (part: string) => `aws:s3/${part.charAt(0).toLowerCase()}${part.slice(1)}:${part}`;
const CASES = DR.flatMap((region) =>
  Object.entries(partsIn(region)).map(([part, inputs]) => ({ region, part, inputs })),
);

test.each(CASES)("declares $part exactly so in $region, to outlive the stack", ({ region, part, inputs }) => {
  const type = typeOf(part);
  expect(stack.inputs(type, nameIn(region))).toStrictEqual(inputs);
  expect(stack.list).toContain(`${type} ${nameIn(region)} ${region}`);
  const { protect, retainOnDelete } = stack.options(type, nameIn(region));
  expect({ protect, retainOnDelete }).toStrictEqual({ protect: true, retainOnDelete: true });
});

test("declares none in the primary region", () => {
  const buckets = stack.list.filter((line) => /^aws:s3\/bucket:Bucket .*manifests/.test(line));
  expect(buckets.sort()).toStrictEqual(DR.map((region) => `aws:s3/bucket:Bucket ${nameIn(region)} ${region}`).sort());
});

test("makes the function after the buckets are closed and encrypted", () => {
  const { after } = stack.options("aws:lambda/function:Function", VAULT);
  for (const { region, part } of CASES.filter((one) => one.part !== "Bucket")) {
    expect(after).toContain(`${typeOf(part)} ${nameIn(region)}`);
  }
  for (const region of DR) expect(after).toContain(`${typeOf("BucketPolicy")} ${nameIn(region)}`);
});

test("passes the function each bucket with its region", () => {
  const { manifests } = settingsIn(stack.archive) as { manifests: unknown };
  expect(manifests).toStrictEqual(
    DR.map((region) => ({ bucket: bucketIn(region), region, host: `${bucketIn(region)}.s3.${region}.amazonaws.com` })),
  );
});

type Asked = [decision: string, action: string, resource: string, context: Record<string, string>];

const OURS = { "aws:ResourceAccount": ACCOUNT_ID };
const [HERE = ""] = DR;

test.each<Asked>([
  ...DR.flatMap((region): Asked[] => [
    ["allowed", "s3:PutObject", `${arnIn(region)}/manifests/i-1/x.json`, OURS],
    ["allowed", "s3:PutObject", `${arnIn(region)}/captures/i-1/x.json`, OURS],
  ]),
  ["unmentioned", "s3:PutObject", `${arnIn(HERE)}/manifests/i-1/x.json`, { "aws:ResourceAccount": "210987654321" }],
  ["unmentioned", "s3:PutObject", `${arnIn(HERE)}/x.json`, OURS],
  ["unmentioned", "s3:PutObject", `${arnIn(HERE)}/runs/x.json`, OURS],
  ["unmentioned", "s3:PutObject", `arn:aws:s3:::other-manifests-${ACCOUNT_ID}-us-west-2/manifests/x.json`, OURS],
  ["unmentioned", "s3:GetObject", `${arnIn(HERE)}/manifests/i-1/x.json`, OURS],
  ["unmentioned", "s3:DeleteObject", `${arnIn(HERE)}/manifests/i-1/x.json`, OURS],
  ["unmentioned", "s3:DeleteObjectVersion", `${arnIn(HERE)}/manifests/i-1/x.json`, OURS],
  ["unmentioned", "s3:PutObjectAcl", `${arnIn(HERE)}/manifests/i-1/x.json`, OURS],
  ["unmentioned", "s3:ListBucket", arnIn(HERE), OURS],
  ["unmentioned", "s3:PutLifecycleConfiguration", arnIn(HERE), OURS],
])("decides on the function's role: %s to %s on %s with %j", (decision, action, resource, context) => {
  const policy = policyOf(stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`));
  expect(compilePolicy(policy as IamPolicy)({ action, resource, context })).toBe(decision);
});

test.each(DR)("denies plain HTTP to the bucket in %s, and admits nobody by its policy", (region) => {
  const { Statement } = policyOf(stack.inputs("aws:s3/bucketPolicy:BucketPolicy", nameIn(region)));
  expect(Statement).toStrictEqual([
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arnIn(region), `${arnIn(region)}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
});

test("expires manifests where every recovery point expires, and locks them with the audit log", async () => {
  // The same as in audit.test.ts.
  const expiring = await declareStack("prod", EXPIRING);
  const { rules } = expiring.inputs(typeOf("BucketLifecycleConfiguration"), nameIn("us-west-2"));
  // 30 days in the DR region, 30 as an orphan, 7 after the announcement of an edit, and 30.
  const byPrefix = ["captures", "manifests"].map((prefix) => ({
    id: `expire-${prefix}`,
    status: "Enabled",
    filter: { prefix: `${prefix}/` },
    expiration: { days: 97 },
  }));
  expect(rules).toStrictEqual([...byPrefix, OLD_VERSIONS]);
  expect(expiring.inputs(typeOf("BucketObjectLockConfiguration"), nameIn("us-west-2"))).toMatchObject({
    rule: { defaultRetention: { mode: "GOVERNANCE", days: 90 } },
  });
});

describe("the name of a bucket", () => {
  test.each([
    ["audit", "smart-vault-dev", "smart-vault-dev-audit-123456789012-us-west-2"],
    ["audit", "a".repeat(29), `${"a".repeat(29)}-audit-123456789012-us-west-2`],
    ["manifests", "a".repeat(25), `${"a".repeat(25)}-manifests-123456789012-us-west-2`],
  ] as const)("for %s of %s is the vault's name unchanged", (purpose, vaultId, expected) => {
    expect(bucketName(vaultId, purpose, ACCOUNT_ID, "us-west-2")).toBe(expected);
  });

  const PURPOSES = ["audit", "manifests"] as const;

  test.each(["Smart_Vault-dev", "-dev", "_", "x".repeat(26), "x".repeat(48), `${"x".repeat(47)}y`])(
    "for %s is accepted by S3 at its longest",
    (vaultId) => {
      for (const purpose of PURPOSES) {
        const name = bucketName(vaultId, purpose, ACCOUNT_ID, "ap-northeast-1");
        expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
      }
    },
  );

  test("differs for vaults whose ids differ only in letters that S3 refuses or beyond its length", () => {
    const ids = ["a-b", "a_b", "A-b", "x".repeat(48), `${"x".repeat(47)}y`];
    const names = ids.flatMap((id) => PURPOSES.map((purpose) => bucketName(id, purpose, ACCOUNT_ID, "us-west-2")));
    expect(new Set(names).size).toBe(2 * ids.length);
  });
});
