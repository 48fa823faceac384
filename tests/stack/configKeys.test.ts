/** Tests `keyAdministrators`: which values it accepts, and that administrators of a key do not use it. */
import { parseConfig } from "../../src/config/config";
import { faults, withValues } from "../support/rawConfig";

const IAM = "arn:aws:iam::123456789012:";
const ROLE = `${IAM}role/path/restorer`;
const USER = "arn:aws:iam::123456789012:user/somebody";
const SSO_ROLE = `${IAM}role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Keys_0123456789abcdef`;

test.each([[[]], [[ROLE]], [[ROLE, USER]], [[SSO_ROLE]]])("accepts %j", (arns) => {
  const raw = withValues({ keyAdministrators: JSON.stringify(arns) });
  expect(parseConfig(raw).keyAdministrators).toStrictEqual(arns);
});

test.each([
  ["a name", '["admin"]'],
  ["not a list", "{}"],
  ["a text", ROLE],
  ["a principal given twice", JSON.stringify([ROLE, ROLE])],
  ["a session", '["arn:aws:sts::123456789012:assumed-role/deploy/somebody"]'],
  ["the root user", JSON.stringify([`${IAM}root`])],
  ["a group, which is not a principal", JSON.stringify([`${IAM}group/admins`])],
  ["a policy", JSON.stringify([`${IAM}policy/admins`])],
  ["a wildcard, which KMS does not accept as principal", JSON.stringify([`${IAM}role/*`])],
  ["everybody", '["*"]'],
  ["a principal of another partition", '["arn:aws-cn:iam::123456789012:role/deploy"]'],
  ["an account's number that is too short", '["arn:aws:iam::1234:role/short"]'],
  ["one valid and one invalid", JSON.stringify([ROLE, "admin"])],
])("refuses %s, saying what was expected and what was given", (_what, text) => {
  expect(faults(withValues({ keyAdministrators: text }))).toStrictEqual([
    `keyAdministrators: expected a list of different IAM role or user ARNs, got ${JSON.stringify(text)}`,
  ]);
});

test("keeps administrators and users of a key apart", () => {
  const own = `${IAM}role/p-s-function`;
  const restoreRoleArns = JSON.stringify([ROLE]);
  const refused = JSON.stringify([USER, ROLE, own]);
  expect(faults(withValues({ restoreRoleArns, keyAdministrators: refused }))).toStrictEqual([
    `keyAdministrators: expected none of restoreRoleArns, got ${ROLE} in both: who administers a key may not use it`,
    `keyAdministrators: expected no role of the vault's own, got ${own}: who administers a key may not use it`,
  ]);
  const taken = JSON.stringify([USER, `${own}-2`]);
  expect(faults(withValues({ restoreRoleArns, keyAdministrators: taken }))).toStrictEqual([]);
});
