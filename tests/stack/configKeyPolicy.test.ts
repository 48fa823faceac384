/** Tests that the configuration alone decides whether the keys' policies fit what KMS accepts. */
import { configOf } from "../../src/config/config";
import { keyPolicyLength } from "../../src/config/checks/keyPolicySize";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { faults, withValues } from "../support/rawConfig";
import { ROOT, declareStack } from "../support/stackProgram";

const ROLES = Array.from(
  { length: 300 },
  (_, index) => `arn:aws:iam::123456789012:role/restorer-${String(index).padStart(3, "0")}`,
);

test("computes the length of a key's policy as it is", async () => {
  const overrides = [
    "audit=true",
    "trail=true",
    `restoreRoleArns=${JSON.stringify(ROLES.slice(0, 3))}`,
    `keyAdministrators=${JSON.stringify(ROLES.slice(3, 6))}`,
  ];
  const stack = await declareStack("prod", overrides);
  const { policy } = stack.inputs("aws:kms/key:Key", "smart-vault-prod-us-west-2");
  const { project, values } = loadStackConfig(ROOT, "prod", overrides);
  expect(keyPolicyLength(configOf(project, "prod", values))).toBe(String(policy).length);
});

test("refuses more roles than a key's policy holds under their keys", () => {
  const values = (count: number) => ({
    audit: "true",
    restoreRoleArns: JSON.stringify(ROLES.slice(0, count)),
  });
  expect(faults(withValues(values(150)))).toStrictEqual([]);
  const [fault, ...others] = faults(withValues(values(300)));
  expect(others).toStrictEqual([]);
  expect(fault).toMatch(
    /^restoreRoleArns, keyAdministrators: expected so few that a key's policy fits KMS's 32768 bytes, got \d{5}: /,
  );
});

test.each([
  ["restoreRoleArns", "arn:aws:iam::123456789012:role/*"],
  ["restoreRoleArns", "arn:aws:iam::123456789012:role/with space"],
  ["restoreRoleArns", "arn:aws-us-gov:iam::123456789012:role/restorer"],
  ["permissionsBoundaryArn", "arn:aws:iam::123456789012:policy/*"],
  ["permissionsBoundaryArn", "arn:aws-cn:iam::123456789012:policy/boundary"],
  ["sourceKeyArns", "arn:aws-cn:kms:us-east-1:123456789012:key/1234"],
  ["alertEmails", "jörg@example.com"],
  ["alertEmails", "a,b@example.com"],
  ["alertEmails", `${"a".repeat(65)}@example.com`],
])("reports first for %s the value %s, which AWS refuses", (key, value) => {
  const text = key === "permissionsBoundaryArn" ? value : JSON.stringify([value]);
  const notified = faults(withValues({ [key]: text }));
  expect(notified).toHaveLength(1);
  expect(notified[0]).toMatch(new RegExp(`^${key}: expected `));
});
