/** Tests what the boundary of a vault's roles allows, whatever policy the deploy role gives them. */
import { boundary } from "../../bootstrap/boundary";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { type IamPolicy, type IamRequest, compilePolicy } from "../../src/iam/evaluator";
import { type DeclaredStack, type Statement, declareStack, policyOf } from "../support/stackProgram";

const VAULT = "smart-vault-prod";
const OTHER_ACCOUNT = "999999999999";
const KEY_ID = "11111111-2222-3333-4444-555555555555";
const THEIR_KEY = `arn:aws:kms:us-east-1:${OTHER_ACCOUNT}:key/${KEY_ID}`;
const OUR_KEY = `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/${KEY_ID}`;
const SNAPSHOT = "arn:aws:ec2:us-east-1::snapshot/snap-1";
const BUCKET = `arn:aws:s3:::${VAULT}-audit-${ACCOUNT_ID}-us-west-2`;
const ARGS = { partition: "aws", accountId: ACCOUNT_ID, vaultId: VAULT };

const compile = (sourceKeyArns: string[]) =>
  compilePolicy(boundary({ ...ARGS, sourceKeyArns }) as unknown as IamPolicy);
const limit = compile([]);

type Context = IamRequest["context"];

/** Returns a request that meets a statement's conditions, with the first value of each. */
function contextOf({ Condition = {} }: Statement): Context {
  const pairs = Object.entries(Condition).flatMap(([operator, keys]) =>
    operator.startsWith("ForAllValues") ? [] : Object.entries(keys),
  );
  return Object.fromEntries(pairs.map(([key, value]) => [key, String([value].flat()[0])]));
}

describe("the vault's own roles", () => {
  let stack: DeclaredStack;

  beforeAll(async () => {
    stack = await declareStack("prod", [
      'lock={"mode":"governance","days":10}',
      "auditLockDays=30",
      "trail=true",
      "monthlyBudgetUsd=100",
      "uefiData=true",
    ]);
  });

  test("are allowed all that their policies allow", () => {
    const requests = stack.program.declared
      .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
      .flatMap(({ inputs }) => policyOf(inputs).Statement)
      .flatMap((statement) =>
        [statement.Action]
          .flat()
          .flatMap((action) =>
            [statement.Resource].flat().map((resource) => ({ action, resource, context: contextOf(statement) })),
          ),
      );
    expect(requests.length).toBeGreaterThan(40);
    const refused = requests.filter((one) => limit(one) !== "allowed");
    expect(refused.map(({ action, resource }) => `${action} on ${resource}`)).toStrictEqual([]);
  });
});

const viaEc2 = { "kms:ViaService": "ec2.us-east-1.amazonaws.com" };
const forAws = { "kms:GrantIsForAWSResource": "true" };
const viaS3 = { "kms:ViaService": "s3.us-west-2.amazonaws.com" };
const tag = (kind: string, vaultId: string) => ({ [`aws:${kind}Tag/smart-vault:vault`]: vaultId });

describe("the boundary on keys", () => {
  test.each<[why: string, action: string, key: string, context: Context]>([
    ["a grant to anybody", "CreateGrant", OUR_KEY, {}],
    ["a grant through EC2 that is for no AWS resource", "CreateGrant", OUR_KEY, viaEc2],
    ["a grant for an AWS resource, not through EC2", "CreateGrant", OUR_KEY, forAws],
    [
      "a grant through another service",
      "CreateGrant",
      OUR_KEY,
      { "kms:ViaService": "rds.us-east-1.amazonaws.com", ...forAws },
    ],
    ["decryption by itself", "Decrypt", OUR_KEY, {}],
    ["decryption through S3", "Decrypt", OUR_KEY, viaS3],
    [
      "decryption through Secrets Manager",
      "Decrypt",
      OUR_KEY,
      { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" },
    ],
    ["a data key by itself", "GenerateDataKey", OUR_KEY, {}],
    [
      "a data key for another bucket",
      "GenerateDataKey",
      OUR_KEY,
      { ...viaS3, "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::other" },
    ],
    ["a stranger's key through EC2", "Decrypt", THEIR_KEY, viaEc2],
    ["a copy under a stranger's key", "ReEncryptTo", THEIR_KEY, viaEc2],
    ["a grant on a stranger's key", "CreateGrant", THEIR_KEY, { ...viaEc2, ...forAws }],
    ["a stranger's key's state", "DescribeKey", THEIR_KEY, {}],
    ["a key's policy", "PutKeyPolicy", OUR_KEY, viaEc2],
    ["a key's deletion", "ScheduleKeyDeletion", OUR_KEY, {}],
  ])("allows no role %s", (_why, action, resource, context) => {
    expect(limit({ action: `kms:${action}`, resource, context })).toBe("unmentioned");
  });

  test.each<[action: string, context: Context]>([
    ["Decrypt", viaEc2],
    ["ReEncryptTo", viaEc2],
    ["CreateGrant", { ...viaEc2, ...forAws }],
    ["DescribeKey", {}],
    ["GenerateDataKey", { ...viaS3, "kms:EncryptionContext:aws:s3:arn": BUCKET }],
    ["GenerateDataKey", { ...viaS3, "kms:EncryptionContext:aws:s3:arn": BUCKET.replace("audit", "manifests") }],
  ])("allows %s on a key of the account", (action, context) => {
    expect(limit({ action: `kms:${action}`, resource: OUR_KEY, context })).toBe("allowed");
  });

  test("allows the use of a named key of another account only through EC2, and of no other", () => {
    const named = compile([THEIR_KEY]);
    const ask = (resource: string, context: Context) => named({ action: "kms:Decrypt", resource, context });
    expect(ask(THEIR_KEY, viaEc2)).toBe("allowed");
    expect(ask(THEIR_KEY, {})).toBe("unmentioned");
    expect(ask(THEIR_KEY.replace("1111", "2222"), viaEc2)).toBe("unmentioned");
  });
});

describe("the boundary on snapshots", () => {
  const creating = (action: string) => ({ "ec2:CreateAction": action });

  test.each<[why: string, action: string, context: Context]>([
    ["deletes one without the tag", "DeleteSnapshot", {}],
    ["deletes one of another vault", "DeleteSnapshot", tag("Resource", "smart-vault-dev")],
    ["locks one without the tag", "LockSnapshot", {}],
    ["locks one of another vault", "LockSnapshot", tag("Resource", "smart-vault-dev")],
    ["gives the vault's tag to one that is there", "CreateTags", tag("Request", VAULT)],
    [
      "gives it to one of another vault",
      "CreateTags",
      { ...tag("Resource", "smart-vault-dev"), ...tag("Request", VAULT) },
    ],
    [
      "makes one for another vault",
      "CreateTags",
      { ...tag("Request", "smart-vault-dev"), ...creating("CopySnapshot") },
    ],
    ["shares one", "ModifySnapshotAttribute", tag("Resource", VAULT)],
    ["takes tags off", "DeleteTags", tag("Resource", VAULT)],
  ])("allows no role that %s", (_why, action, context) => {
    expect(limit({ action: `ec2:${action}`, resource: SNAPSHOT, context })).toBe("unmentioned");
  });

  test.each<[action: string, context: Context]>([
    ["DeleteSnapshot", tag("Resource", VAULT)],
    ["LockSnapshot", tag("Resource", VAULT)],
    ["CreateTags", tag("Resource", VAULT)],
    ["CreateTags", { ...tag("Request", VAULT), ...creating("CreateSnapshots") }],
  ])("allows %s on the vault's own", (action, context) => {
    expect(limit({ action: `ec2:${action}`, resource: SNAPSHOT, context })).toBe("allowed");
  });

  test.each(["instance/i-1", "volume/vol-1"])("lets no role tag %s", (what) => {
    const resource = `arn:aws:ec2:us-east-1:${ACCOUNT_ID}:${what}`;
    const context = { ...tag("Resource", VAULT), ...tag("Request", VAULT) };
    expect(limit({ action: "ec2:CreateTags", resource, context })).toBe("unmentioned");
  });
});

test.each([
  ["iam:CreateRole", `arn:aws:iam::${ACCOUNT_ID}:role/admin`],
  ["iam:PassRole", `arn:aws:iam::${ACCOUNT_ID}:role/admin`],
  ["iam:PassRole", `arn:aws:iam::${ACCOUNT_ID}:role/${VAULT}-scheduler`],
  ["s3:GetObject", "arn:aws:s3:::other/x"],
  ["secretsmanager:GetSecretValue", "*"],
  ["ec2:TerminateInstances", `arn:aws:ec2:us-east-1:${ACCOUNT_ID}:instance/i-1`],
  ["sns:Publish", `arn:aws:sns:us-east-1:${ACCOUNT_ID}:other`],
  ["sqs:SendMessage", `arn:aws:sqs:us-east-1:${ACCOUNT_ID}:other`],
  ["lambda:InvokeFunction", `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:other`],
])("allows no role %s on %s", (action, resource) => {
  expect(limit({ action, resource, context: {} })).toBe("unmentioned");
});

test("fits the longest vault id and ten keys into a managed policy of 6,144 characters", () => {
  const longest = { ...ARGS, vaultId: "v".repeat(48), sourceKeyArns: Array(10).fill(THEIR_KEY) };
  expect(JSON.stringify(boundary(longest)).length).toBeLessThanOrEqual(6_144);
});
