/** Tests that the configuration alone decides whether the keys' policies fit KMS's limit. */
import { configErrors, withValues } from "../../support/rawConfig";

const ROLES = Array.from(
  { length: 300 },
  (_, index) => `arn:aws:iam::123456789012:role/restorer-${String(index).padStart(3, "0")}`,
);

test("more roles than a key's policy holds are refused by their keys", () => {
  const values = (count: number) => ({
    audit: "true",
    restoreRoleArns: JSON.stringify(ROLES.slice(0, count)),
  });
  expect(configErrors(withValues(values(150)))).toStrictEqual([]);
  const [error, ...others] = configErrors(withValues(values(300)));
  expect(others).toStrictEqual([]);
  expect(error).toMatch(
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
])("%s: %s, which AWS refuses, is refused first", (key, value) => {
  const text = key === "permissionsBoundaryArn" ? value : JSON.stringify([value]);
  const lines = configErrors(withValues({ [key]: text }));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(new RegExp(`^${key}: expected `));
});
