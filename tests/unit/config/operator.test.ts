/** Tests the configuration of the role for the command line. */
import { configErrors, withValues } from "../../support/rawConfig";

const ANNA = '["arn:aws:iam::123456789012:user/anna"]';
const ROLE = "arn:aws:iam::123456789012:role/p-s-operator";
const BOUNDARY = "arn:aws:iam::123456789012:policy/limit";

test.each([
  [
    "a user and any instance role",
    { operatorRole: ANNA, operatorInstanceRoleArns: '["arn:aws:iam::123456789012:role/*"]' },
  ],
  ["both boundaries", { operatorRole: ANNA, permissionsBoundaryArn: BOUNDARY, operatorBoundaryArn: BOUNDARY }],
  ["no operator and one boundary", { permissionsBoundaryArn: BOUNDARY }],
])("accepts %s", (_what, values) => {
  expect(configErrors(withValues(values))).toStrictEqual([]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ["everybody", { operatorRole: '["*"]' }, /^operatorRole: expected a list of different IAM role or user ARNs, got /],
  [
    "a role of no account",
    { operatorInstanceRoleArns: '["*"]' },
    /^operatorInstanceRoleArns: expected a list of .* ARNs, got /,
  ],
  [
    "no ARN of a boundary",
    { operatorBoundaryArn: "limit" },
    /^operatorBoundaryArn: expected the ARN of an IAM policy.*, got /,
  ],
  [
    "a role that nothing limits among those that are limited",
    { operatorRole: ANNA, permissionsBoundaryArn: BOUNDARY },
    /^operatorBoundaryArn: expected the ARN of an IAM policy with permissionsBoundaryArn and operatorRole, got ""$/,
  ],
  [
    "an administrator of keys that uses them",
    { operatorRole: ANNA, keyAdministrators: `["${ROLE}"]` },
    /^keyAdministrators: expected no role of the vault's own, got .*-operator: /,
  ],
  [
    "too many instance roles",
    {
      operatorRole: ANNA,
      operatorInstanceRoleArns: JSON.stringify(
        Array.from({ length: 60 }, (_, index) => `arn:aws:iam::123456789012:role/a-rather-long-name-${index}`),
      ),
    },
    /^operatorInstanceRoleArns, .*: expected so few that the operator's permissions fit IAM's 10240 .*, got 1\d{4}$/,
  ],
])("refuses %s", (_what, values, line) => {
  const lines = configErrors(withValues(values));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(line);
});
