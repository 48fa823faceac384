import { RULES } from "../../policy/rules";
import { type Given, declaredOf, violations } from "../support/policyRules";
import { declareStack } from "../support/stackProgram";

let given: Given[];

beforeAll(async () => {
  given = declaredOf(await declareStack("prod"), "prod");
});

test("the production stack violates no rule of the policy pack", async () => {
  expect(given.length).toBeGreaterThan(20);
  expect(await violations(given)).toStrictEqual([]);
});

test("everything of the production stack that has tags is of a type that the rule about tags knows", async () => {
  const untagged = given
    .filter(({ props }) => "tags" in props)
    .map(({ props: { tags: _tags, ...props }, ...rest }) => ({ ...rest, props }));
  const reported = (await violations(untagged)).filter((line) => line.startsWith("vault-tags: "));
  expect(untagged.length).toBeGreaterThan(10);
  expect(reported).toHaveLength(untagged.length);
});

test("without protection the production stack's key is a violation, and so is another window", async () => {
  const key = given.find(({ type }) => type === "aws:kms/key:Key")!;
  const worse = { ...key, protect: false, props: { ...key.props, deletionWindowInDays: 7 } };
  expect(await violations([worse])).toStrictEqual([
    "kms-keys-wait: deletionWindowInDays is 7, not 30",
    "kms-keys-protected-in-production: the key is not protected: set protectKeys to true",
  ]);
});

test("rules have names of their own and say what they hold a stack to", () => {
  const names = RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, description } of RULES) {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(description).toMatch(/^[A-Z].{20,}[^.]$/);
  }
});
