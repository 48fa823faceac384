/** A production stack that locks its copies: what the function is told, and the one right that it gets more. */
import { type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import { AUDIT_RIGHTS, FUNCTION_RIGHTS, LOCK_RIGHTS, VAULT } from "../support/stackPolicies";

let stack: DeclaredStack;

beforeAll(async () => {
  const lock = JSON.stringify({ mode: "compliance", days: 30 });
  stack = await declareStack("prod", [`lock=${lock}`, "iUnderstandComplianceLock=true"]);
});

test("the function may lock this vault's copies for as long as is configured, and no longer", () => {
  const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  const index = FUNCTION_RIGHTS.findIndex(({ Sid }) => Sid === "PruneOwnSnapshots") + 1;
  expect(policyOf(inputs).Statement).toStrictEqual([
    ...FUNCTION_RIGHTS.slice(0, index),
    LOCK_RIGHTS,
    ...FUNCTION_RIGHTS.slice(index),
    ...AUDIT_RIGHTS,
  ]);
});

test("the function may unlock nothing", () => {
  const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  expect(JSON.stringify(policyOf(inputs))).not.toContain("Unlock");
});

test("the lock is among the settings in the archive", () => {
  expect(stack.archive.text.split("\n")).toEqual(
    expect.arrayContaining([
      'var __settings_value_lock = {mode: "compliance", days: 30};',
      "__settings_value.lock = __settings_value_lock;",
    ]),
  );
});
