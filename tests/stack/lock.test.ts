/** Tests a production stack that locks its copies: the function's setting and its one additional permission. */
import { type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import { BUCKET_RIGHTS, FUNCTION_RIGHTS, LOCK_RIGHTS, VAULT } from "../support/stackPolicies";

let stack: DeclaredStack;

beforeAll(async () => {
  const lock = JSON.stringify({ mode: "compliance", days: 30 });
  stack = await declareStack("prod", [`lock=${lock}`, "iUnderstandComplianceLock=true"]);
});

test("allows the function to lock this vault's copies as long as configured, and no longer", () => {
  const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  const index = FUNCTION_RIGHTS.findIndex(({ Sid }) => Sid === "PruneOwnSnapshots") + 1;
  expect(policyOf(inputs).Statement).toStrictEqual([
    ...FUNCTION_RIGHTS.slice(0, index),
    LOCK_RIGHTS,
    ...FUNCTION_RIGHTS.slice(index),
    BUCKET_RIGHTS,
  ]);
});

test("does not allow the function to unlock anything", () => {
  const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  expect(JSON.stringify(policyOf(inputs))).not.toContain("Unlock");
});

test("puts the lock into the settings in the archive", () => {
  expect(stack.archive.text.split("\n")).toEqual(
    expect.arrayContaining([
      'var __settings_value_lock = {mode: "compliance", days: 30};',
      "__settings_value.lock = __settings_value_lock;",
    ]),
  );
});
