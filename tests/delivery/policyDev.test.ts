import { declaredOf, violations } from "../support/policyRules";
import { declareStack } from "../support/stackProgram";

test("finds no violation of the policy pack in the development stack", async () => {
  const given = declaredOf(await declareStack("dev"), "dev");
  expect(given.length).toBeGreaterThan(20);
  expect(await violations(given)).toStrictEqual([]);
});
