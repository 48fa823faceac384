/** Tests a stack with `tags`: what carries them, and what else uses them. */
import { type DeclaredStack, declareStack } from "../support/stackProgram";
import { TAGS, VAULT } from "../support/stackPolicies";
import { settingsIn } from "../support/stackArchive";

const CONFIGURED = { CostCenter: "4711", Empty: "" };
const ALL = { ...CONFIGURED, ...TAGS };

let stack: DeclaredStack;
let plain: DeclaredStack;

beforeAll(async () => {
  const more = ["monthlyBudgetUsd=250", "encryptPrimary=true", "audit=true", "trail=true"];
  plain = await declareStack("prod", more);
  stack = await declareStack("prod", [...more, `tags=${JSON.stringify(CONFIGURED)}`]);
});

/** Types of resources that have tags, with their number. */
function taggedTypes({ program }: DeclaredStack): string[] {
  return program.declared.filter(({ inputs }) => "tags" in inputs).map(({ type, name }) => `${type} ${name}`);
}

test("puts the tags beside the vault's own on everything that can have tags", () => {
  expect(taggedTypes(stack)).toStrictEqual(taggedTypes(plain));
  const others = stack.program.declared
    .filter(({ inputs, type }) => "tags" in inputs && !type.endsWith(":ScheduleGroup"))
    .filter(({ inputs }) => JSON.stringify(sorted(inputs.tags)) !== JSON.stringify(sorted(ALL)));
  expect(others).toStrictEqual([]);
  expect([...new Set(taggedTypes(stack).map((one) => one.split(" ")[0]))].sort()).toStrictEqual([
    "aws:budgets/budget:Budget",
    "aws:cloudtrail/trail:Trail",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:iam/role:Role",
    "aws:kms/key:Key",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/function:Function",
    "aws:rbin/rule:Rule",
    "aws:s3/bucket:Bucket",
    "aws:scheduler/scheduleGroup:ScheduleGroup",
    "aws:sns/topic:Topic",
    "aws:sqs/queue:Queue",
  ]);
});

function sorted(tags: unknown): [string, unknown][] {
  return Object.entries(tags as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
}

test("leaves an empty value out of Scheduler's group, because Scheduler refuses one", () => {
  expect(stack.inputs("aws:scheduler/scheduleGroup:ScheduleGroup").tags).toStrictEqual({
    CostCenter: "4711",
    ...TAGS,
  });
});

test("gives the tags to the function", () => {
  expect(settingsIn(stack.archive)).toMatchObject({ tags: CONFIGURED });
});

test("selects for budget and Recycle Bin by the vault's tag alone", () => {
  for (const [type, name, key] of [
    ["aws:budgets/budget:Budget", VAULT, "costFilters"],
    ["aws:rbin/rule:Rule", VAULT, "resourceTags"],
  ] as const) {
    expect(stack.inputs(type, name)[key]).toStrictEqual(plain.inputs(type, name)[key]);
  }
});

test("leaves the function's permissions unchanged", () => {
  const rights = (one: DeclaredStack) => one.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`).policy;
  expect(rights(stack)).toBe(rights(plain));
});
