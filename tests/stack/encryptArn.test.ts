/** Tests a production stack that encrypts in the primary region under an existing key. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { settingsIn } from "../support/stackArchive";
import { VAULT } from "../support/stackPolicies";
import { ARN, type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import { SETTINGS } from "../support/stackSettings";

const GIVEN = "arn:aws:kms:us-east-1:210987654321:key/shared";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod", [`encryptPrimary=${GIVEN}`]);
});

test("makes no key in the primary region", () => {
  expect(stack.list.filter((line) => line.startsWith("aws:kms/"))).toStrictEqual([
    `aws:kms/alias:Alias ${VAULT}-us-west-2 us-west-2`,
    `aws:kms/key:Key ${VAULT}-us-west-2 us-west-2`,
  ]);
});

test("gives the function the configured key", () => {
  expect(settingsIn(stack.archive)).toStrictEqual({ ...SETTINGS, primaryKeyArn: GIVEN });
});

test("allows the function to use the key through EC2, in both regions", () => {
  const rights = policyOf(stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`));
  const sids = ["ReadEncryptedSources", "ReadEncryptedSourcesGrants"];
  const found = rights.Statement.filter(({ Sid }) => sids.includes(Sid));
  expect(found.map(({ Resource, Condition }) => [Resource, Condition?.StringEquals])).toStrictEqual(
    sids.map(() => [
      [GIVEN, `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/*`],
      { "kms:ViaService": ["ec2.us-east-1.amazonaws.com", "ec2.us-west-2.amazonaws.com"] },
    ]),
  );
});

test("watches the key in its region, and gives it as an output", () => {
  const { eventPattern } = stack.inputs("aws:cloudwatch/eventRule:EventRule", `${VAULT}-key-events`);
  const { detail } = JSON.parse(String(eventPattern)) as { detail: { resources: unknown } };
  expect(detail.resources).toStrictEqual({ ARN: [ARN.key, GIVEN] });
  expect(stack.program.outputs.keyArns).toStrictEqual({
    "us-west-2": ARN.key,
    "us-east-1": GIVEN,
  });
});
