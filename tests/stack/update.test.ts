/**
 * Tests what a second `pulumi up` changes: nothing without an edit, and for a retention edit only the function's code.
 */
import { type DeclaredStack, declareStack } from "../support/stackProgram";

/**
 * Returns what the engine compares: each resource's inputs and provider by type and name, except the function's code.
 */
function comparable({ program, archive }: DeclaredStack) {
  const resources = program.declared.map(({ type, name, inputs, provider }) => {
    const { code, ...others } = inputs;
    return [`${type} ${name}`, { ...others, provider, hasCode: code !== undefined }] as const;
  });
  return { resources: Object.fromEntries(resources), archive };
}

/** Returns the resources, by type and name, that differ. */
function changed(before: DeclaredStack, after: DeclaredStack): string[] {
  const [old, now] = [comparable(before).resources, comparable(after).resources];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
}

test.each(["dev", "prod"])("changes nothing in an update of %s without an edit", async (stack) => {
  const before = await declareStack(stack);
  // Different arguments, so that the program runs once more.
  const again = await declareStack(stack, ["dashboard=true"]);
  expect(again.list.length).toBeGreaterThan(30);
  expect(comparable(again)).toStrictEqual(comparable(before));
});

test.each([
  ["dev", "retentionDays=21"],
  ["prod", "drRetentionDays=60"],
])("changes for an edit of retention only the code of %s's function: %s", async (stack, edit) => {
  const [before, after] = [await declareStack(stack), await declareStack(stack, [edit])];
  expect(changed(before, after)).toStrictEqual([]);
  expect(after.archive.digests).toStrictEqual(before.archive.digests);
  expect(after.archive.text).not.toBe(before.archive.text);
});

test("changes more than the code for another edit, so the comparison can detect one", async () => {
  const [before, after] = [await declareStack("dev"), await declareStack("dev", ["memoryMb=1024"])];
  expect(changed(before, after)).toStrictEqual([
    "aws:lambda/function:Function smart-vault-dev",
    // Its mail names the memory.
    "aws:cloudwatch/metricAlarm:MetricAlarm smart-vault-dev-out-of-memory",
  ]);
});
