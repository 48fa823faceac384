/**
 * Tests what the bootstrap's roles are allowed to do against what deploying the vault requires, with the simulation's
 * IAM evaluator.
 */
import { statementsOf, vaultGrants } from "../../bootstrap/grants";
import { roleGrants } from "../../bootstrap/roleGrants";
import { stateGrants } from "../../bootstrap/state";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { type IamPolicy, type IamRequest, compilePolicy } from "../../src/iam/evaluator";
import { callsOf } from "../support/deployCalls";
import { type DeclaredStack, declareStack } from "../support/stackProgram";

const VAULT = "smart-vault-prod";
const ACCOUNT = { partition: "aws", accountId: ACCOUNT_ID };
const BUCKET = "arn:aws:s3:::state";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/state";

const grants = [
  ...vaultGrants(ACCOUNT, VAULT),
  ...roleGrants(ACCOUNT, VAULT),
  ...stateGrants(BUCKET, KEY, "smart-vault", "prod"),
];
const policy = (mayWrite: boolean) => ({ Statement: statementsOf(grants, mayWrite) });
const deploy = compilePolicy(policy(true) as unknown as IamPolicy);
const preview = compilePolicy(policy(false) as unknown as IamPolicy);

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod", [
    'lock={"mode":"governance","days":10}',
    "auditLockDays=30",
    "trail=true",
    "monthlyBudgetUsd=100",
  ]);
});

function everyCall(kind: "reads" | "writes"): IamRequest[] {
  return stack.program.declared
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap(({ type, name, inputs }) => callsOf(type, { name, inputs, vaultId: VAULT })[kind]);
}

const lineOf = ({ action, resource }: IamRequest) => `${action} on ${resource}`;

test("allows the deploy role to make, read, change and delete everything that the stack declares", () => {
  const requests = [...everyCall("reads"), ...everyCall("writes")];
  expect(requests.length).toBeGreaterThan(100);
  expect(requests.filter((one) => deploy(one) !== "allowed").map(lineOf)).toStrictEqual([]);
});

test("allows the preview role to read all of that, and to change nothing", () => {
  const reads = everyCall("reads").filter((one) => preview(one) !== "allowed");
  const writes = everyCall("writes").filter((one) => preview(one) === "allowed");
  expect([reads, writes].map((list) => list.map(lineOf))).toStrictEqual([[], []]);
});

test("allows the deploy role none of it for another stack's vault", () => {
  const toOther = everyCall("writes")
    .filter(({ resource }) => resource !== "*" && !/:(kms|rbin):|:event-source-mapping:/.test(resource))
    .map((one) => ({ ...one, resource: one.resource.replaceAll(VAULT, "smart-vault-dev") }));
  expect(toOther.length).toBeGreaterThan(50);
  expect(toOther.filter((one) => deploy(one) === "allowed").map(lineOf)).toStrictEqual([]);
});

const role = (name: string) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
const bounded = {
  "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT_ID}:policy/${VAULT}-boundary`,
};
const mapping = `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:event-source-mapping:1`;
const otherFunction = { "lambda:FunctionArn": `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:smart-vault-dev` };
const tagged = { "aws:ResourceTag/smart-vault:vault": "smart-vault-dev" };

test.each<[why: string, action: string, resource: string, context: IamRequest["context"]]>([
  ["a role without the boundary", "iam:CreateRole", role(`${VAULT}-function`), {}],
  [
    "a role with another boundary",
    "iam:CreateRole",
    role(`${VAULT}-function`),
    { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" },
  ],
  ["permissions for a role without the boundary", "iam:PutRolePolicy", role(`${VAULT}-function`), {}],
  ["to remove the boundary", "iam:DeleteRolePermissionsBoundary", role(`${VAULT}-function`), bounded],
  ["a managed policy for a role", "iam:AttachRolePolicy", role(`${VAULT}-function`), bounded],
  ["permissions for itself", "iam:PutRolePolicy", role(`${VAULT}-deploy`), bounded],
  ["to let others take its own role", "iam:UpdateAssumeRolePolicy", role(`${VAULT}-deploy`), {}],
  ["another role", "iam:CreateRole", role("admin"), bounded],
  [
    "to pass the function's role to an EC2 instance",
    "iam:PassRole",
    role(`${VAULT}-function`),
    { "iam:PassedToService": "ec2.amazonaws.com" },
  ],
  ["the boundary itself", "iam:CreatePolicyVersion", `arn:aws:iam::${ACCOUNT_ID}:policy/${VAULT}-boundary`, {}],
  ["a key of another vault", "kms:PutKeyPolicy", `arn:aws:kms:us-west-2:${ACCOUNT_ID}:key/1`, tagged],
  ["a key without a vault", "kms:ScheduleKeyDeletion", `arn:aws:kms:us-west-2:${ACCOUNT_ID}:key/1`, {}],
  ["a key without the tag", "kms:CreateKey", "*", {}],
  ["what a copy is encrypted under", "kms:Decrypt", `arn:aws:kms:us-west-2:${ACCOUNT_ID}:key/1`, tagged],
  ["to invoke another function from a queue", "lambda:CreateEventSourceMapping", "*", otherFunction],
  ["to change a mapping of another function", "lambda:UpdateEventSourceMapping", mapping, otherFunction],
  ["to tag a mapping for another vault", "lambda:TagResource", mapping, {}],
  ["a bin of another vault", "rbin:DeleteRule", `arn:aws:rbin:us-east-1:${ACCOUNT_ID}:rule/1`, tagged],
  ["a snapshot", "ec2:DeleteSnapshot", "arn:aws:ec2:us-east-1::snapshot/snap-1", tagged],
  ["dev's state", "s3:PutObject", `${BUCKET}/.pulumi/stacks/smart-vault/dev.json`, {}],
  ["dev's history", "s3:GetObject", `${BUCKET}/.pulumi/history/smart-vault/dev/x`, {}],
])("does not allow the deploy role %s", (_why, action, resource, context) => {
  expect(deploy({ action, resource, context })).not.toBe("allowed");
});

test("fits policies into the 10,240 characters that IAM allows inline", () => {
  expect(JSON.stringify(policy(true)).length).toBeLessThan(10_240);
});
