/** Tests the role for the command line: who may assume it, what it may do, and that the keys let it. */
import { operatorPolicy } from "../../src/iam/operatorPolicy";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { ARN, type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import { FUNCTION, VAULT, KEY_USE } from "../support/stackPolicies";

const NAME = `${VAULT}-operator`;
const ROLE = ARN.role(NAME);
const ANNA = `arn:aws:iam::${ACCOUNT_ID}:user/anna`;
const ADMINS = ARN.role("admins");
const WEB = ARN.role("web");
const BOUNDARY = `arn:aws:iam::${ACCOUNT_ID}:policy/${NAME}-boundary`;
const PERMISSIONS = "aws:iam/rolePolicy:RolePolicy";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod", [
    `operatorRole=["${ANNA}","${ADMINS}"]`,
    `operatorInstanceRoleArns=["${WEB}"]`,
    `operatorBoundaryArn=${BOUNDARY}`,
    "encryptPrimary=true",
  ]);
});

test("may be assumed by those alone that the configuration names, for four hours", () => {
  expect(stack.inputs("aws:iam/role:Role", NAME)).toStrictEqual({
    name: NAME,
    description: `For the command line of ${VAULT}`,
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: [ANNA, ADMINS] }, Action: "sts:AssumeRole" }],
    }),
    maxSessionDuration: 14_400,
    permissionsBoundary: BOUNDARY,
    tags: { "smart-vault:vault": VAULT },
  });
});

test("has what all commands need, of this vault's names, keys and regions", () => {
  const policy = policyOf(stack.inputs(PERMISSIONS, NAME));
  expect(policy).toStrictEqual(
    operatorPolicy({
      partition: "aws",
      accountId: ACCOUNT_ID,
      vaultId: VAULT,
      primaryRegion: "us-east-1",
      dr: [{ region: "us-west-2", keyArn: ARN.key }],
      primaryKeyArn: ARN.keyIn("us-east-1"),
      tagKey: "backup",
      policies: { True: {} },
      sourceKeyArns: [],
      operatorInstanceRoleArns: [WEB],
    }),
  );
  const of = (sid: string) => policy.Statement.find(({ Sid }) => Sid === sid);
  expect(of("AskFunction")?.Resource).toBe(FUNCTION.replace("us-east-1", "*"));
  expect(of("PassInstanceRoles")?.Resource).toStrictEqual([WEB]);
});

test.each(["us-west-2", "us-east-1"])("may use the key of %s through EC2", (region) => {
  const { Statement } = policyOf(stack.inputs("aws:kms/key:Key", `${VAULT}-${region}`));
  expect(Statement.find(({ Sid }) => Sid === "Restore")).toStrictEqual({
    Sid: "Restore",
    Effect: "Allow",
    Principal: { AWS: [ROLE] },
    Action: KEY_USE,
    Resource: "*",
    Condition: { StringEquals: { "kms:ViaService": [`ec2.${region}.amazonaws.com`] } },
  });
});

test("is an output", () => {
  expect(stack.program.outputs).toMatchObject({ operatorRoleArn: ROLE });
});

test("is not made unless somebody is to assume it", async () => {
  const plain = await declareStack("prod");
  expect(plain.list.filter((line) => line.includes("operator"))).toStrictEqual([]);
});
