/** A production stack that only rehearses. */
import { settingsIn } from "../support/stackArchive";
import { AUDIT_RIGHTS, FUNCTION_RIGHTS, VAULT } from "../support/stackPolicies";
import { type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import { SETTINGS } from "../support/stackSettings";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod", ["dryRun=true"]);
});

test("the function may read, tell, set the clock and log, and write nothing to EC2", () => {
  const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  const may = ["Observe", "AskForKeyStates", "Notify", "SetTheClock", "LetTheClockCall", "TraceAndList", "Log"];
  expect(policyOf(inputs).Statement).toStrictEqual([
    ...FUNCTION_RIGHTS.filter(({ Sid }) => may.includes(Sid)),
    ...AUDIT_RIGHTS,
  ]);
});

test("the function knows it", () => {
  expect(settingsIn(stack.archive)).toStrictEqual({ ...SETTINGS, dryRun: true });
});

test("everything else is there, the key too: to switch it off changes the function and its rights alone", () => {
  expect(stack.list).toContain(`aws:kms/key:Key ${VAULT}-us-west-2 us-west-2`);
  expect(stack.list).toContain(`aws:rbin/rule:Rule ${VAULT} us-east-1`);
});
