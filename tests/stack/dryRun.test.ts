/** Tests a production stack with dryRun. */
import { settingsIn } from "../support/stackArchive";
import { BUCKET_RIGHTS, FUNCTION_RIGHTS, RECEIVING, VAULT } from "../support/stackPolicies";
import { type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import { SETTINGS } from "../support/stackSettings";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod", ["dryRun=true"]);
});

test("allows the function to read, notify, set the timer and log, and not to write to EC2", () => {
  const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  const may = ["Observe", "AskForKeyStates", "Notify", "Hint", "SetTheClock", "LetTheClockCall", "TraceAndList", "Log"];
  expect(policyOf(inputs).Statement).toStrictEqual([
    ...FUNCTION_RIGHTS.filter(({ Sid }) => may.includes(Sid)).map((one) =>
      one.Sid === "Hint" ? { ...one, Action: RECEIVING } : one,
    ),
    BUCKET_RIGHTS,
  ]);
});

test("passes the function that it is a dry run", () => {
  expect(settingsIn(stack.archive)).toStrictEqual({ ...SETTINGS, dryRun: true });
});

test("declares everything else, including the key, so that switching it off changes only the function", () => {
  expect(stack.list).toContain(`aws:kms/key:Key ${VAULT}-us-west-2 us-west-2`);
  expect(stack.list).toContain(`aws:rbin/rule:Rule ${VAULT} us-east-1`);
});
