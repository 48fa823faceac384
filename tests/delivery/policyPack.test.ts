/** Tests the pack as the CLI runs it: `--policy-pack policy` starts this process, and asks it about every resource. */
import { type PolicyServer, UNKNOWN, startPolicyPack } from "../support/policyServer";

const KEY = "aws:kms/key:Key";
const GOOD = {
  enableKeyRotation: true,
  deletionWindowInDays: 30,
  tags: { "smart-vault:vault": "smart-vault-prod" },
};

let pack: PolicyServer;

beforeAll(async () => {
  pack = await startPolicyPack();
});

afterAll(() => {
  pack.close();
});

test("passes a compliant resource", async () => {
  expect(await pack.analyze(KEY, GOOD, true)).toStrictEqual([]);
});

test("stops an update for a violating resource, by each rule that it violates", async () => {
  expect(await pack.analyze(KEY, { deletionWindowInDays: 7 }, false)).toStrictEqual([
    "mandatory kms-keys-rotate: enableKeyRotation is not true",
    "mandatory kms-keys-wait: deletionWindowInDays is 7, not 30",
    "mandatory kms-keys-protected-in-production: the key is not protected: set protectKeys to true",
    'mandatory vault-tags: the tag smart-vault:vault is undefined, not "smart-vault-prod"',
  ]);
});

test("does not stop a preview for what is not known yet", async () => {
  const told = await pack.analyze(KEY, { ...GOOD, policy: UNKNOWN }, true);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^advisory nothing-public: can't run policy .* during preview/);
});
