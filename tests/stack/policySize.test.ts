/** Tests that the lengths which configuration computes for policies are those of the declared ones. */
import { keyPolicyLength } from "../../src/config/checks/keyPolicySize";
import { policyLength } from "../../src/config/checks/policySize";
import { configOf } from "../../src/config/config";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { VAULT } from "../support/stackPolicies";
import { ROOT, declareStack } from "../support/stackProgram";

const EVERYTHING = [
  "drRegion=",
  'drRegions=["us-west-1","us-west-2","eu-west-1","eu-central-1","ap-northeast-1"]',
  "encryptPrimary=true",
  'lock={"mode":"governance","days":7}',
  "audit=true",
  "uefiData=true",
];
const ROLES = ["a", "b", "c", "d", "e", "f"].map((name) => `arn:aws:iam::123456789012:role/restorer-${name}`);

test.each([
  ["a plain stack", []],
  ["one with all that adds to them", EVERYTHING],
])("computes the length of the function's policy: %s", async (_what, overrides) => {
  const stack = await declareStack("prod", overrides);
  const { policy } = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  const { project, values } = loadStackConfig(ROOT, "prod", overrides);
  expect(policyLength(configOf(project, "prod", values))).toBe(String(policy).length);
});

test("computes the length of a key's policy", async () => {
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
