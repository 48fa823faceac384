/** Tests how the development stack differs from production. */
import { type DeclaredStack, declareStack } from "../support/stackProgram";

const VAULT = "smart-vault-dev";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("dev");
});

test("declares in dev the same as in production except audit log, trail and Recycle Bin", () => {
  const types = stack.list.map((line) => line.split(" ")[0]);
  expect(types).toStrictEqual([
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:iam/role:Role",
    "aws:iam/role:Role",
    "aws:iam/role:Role",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:kms/alias:Alias",
    "aws:kms/key:Key",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/function:Function",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:scheduler/schedule:Schedule",
    "aws:scheduler/schedule:Schedule",
    "aws:scheduler/schedule:Schedule",
    "aws:scheduler/scheduleGroup:ScheduleGroup",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
    "aws:sqs/queue:Queue",
    "pulumi:providers:aws",
    "pulumi:providers:aws",
    "smart-vault:index:SmartVault",
  ]);
});

test("deletes dev's key with the stack, after thirty days", () => {
  for (const type of ["aws:kms/key:Key", "aws:kms/alias:Alias"]) {
    const { protect, retainOnDelete } = stack.options(type, `${VAULT}-us-west-2`);
    expect({ protect, retainOnDelete }).toStrictEqual({ protect: false, retainOnDelete: false });
  }
  expect(stack.inputs("aws:kms/key:Key").deletionWindowInDays).toBe(30);
});

test("keeps dev's logs for a week", () => {
  expect(stack.inputs("aws:cloudwatch/logGroup:LogGroup").retentionInDays).toBe(7);
});

test("shares no physical name between dev and production, so that both fit into one account", () => {
  const names = stack.program.declared
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap(({ inputs }) => (typeof inputs.name === "string" ? [inputs.name] : []));
  expect(names).toHaveLength(26);
  expect(names.filter((name) => !name.includes(VAULT))).toStrictEqual([]);
});
