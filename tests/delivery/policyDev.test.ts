import { declaredOf, violations } from "../support/policyRules";
import { declareStack } from "../support/stackProgram";

test("the development stack violates no rule of the policy pack", async () => {
  const given = declaredOf(await declareStack("dev"), "dev");
  expect(given.length).toBeGreaterThan(20);
  expect(await violations(given)).toStrictEqual([]);
});
