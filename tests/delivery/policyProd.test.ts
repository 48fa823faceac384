import { RULES } from "../../policy/rules";
import { type Given, declaredOf, violations } from "../support/policyRules";
import { declareStack } from "../support/stackProgram";

let given: Given[];

beforeAll(async () => {
  given = declaredOf(await declareStack("prod"), "prod");
});

test("finds no violation of the policy pack in the production stack", async () => {
  expect(given.length).toBeGreaterThan(20);
  expect(await violations(given)).toStrictEqual([]);
});

test("knows in the rule about tags the type of everything in the production stack that has tags", async () => {
  const untagged = given
    .filter(({ props }) => "tags" in props)
    .map(({ props: { tags: _tags, ...props }, ...rest }) => ({ ...rest, props }));
  const told = (await violations(untagged)).filter((line) => line.startsWith("vault-tags: "));
  expect(untagged.length).toBeGreaterThan(10);
  expect(told).toHaveLength(untagged.length);
});

test("reports the production stack's key without protection, and with another deletion window", async () => {
  const key = given.find(({ type }) => type === "aws:kms/key:Key")!;
  const worse = { ...key, protect: false, props: { ...key.props, deletionWindowInDays: 7 } };
  expect(await violations([worse])).toStrictEqual([
    "kms-keys-wait: deletionWindowInDays is 7, not 30",
    "kms-keys-protected-in-production: the key is not protected: set protectKeys to true",
  ]);
});

test("gives each rule its own name and a description", () => {
  const names = RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, description } of RULES) {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(description).toMatch(/^[A-Z].{20,}[^.]$/);
  }
});
