/**
 * Tests every resource of the production stack in full. Its policies are in prodAccess.test.ts, the rest of its
 * protection in protection.test.ts.
 */
import { ARN, type DeclaredStack, declareStack } from "../support/stackProgram";
import { FUNCTION, ROLE, SCHEDULER_ROLE, TAGS, TOPIC, VAULT } from "../support/stackPolicies";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod");
});

test("declares exactly these resources in these regions", () => {
  expect(stack.list).toStrictEqual([
    `aws:cloudtrail/trail:Trail ${VAULT}-trail us-east-1`,
    `aws:cloudwatch/dashboard:Dashboard ${VAULT} us-east-1`,
    `aws:cloudwatch/eventRule:EventRule ${VAULT}-key-events us-east-1`,
    `aws:cloudwatch/eventRule:EventRule ${VAULT}-key-events-us-west-2 us-west-2`,
    `aws:cloudwatch/eventTarget:EventTarget ${VAULT}-key-events us-east-1`,
    `aws:cloudwatch/eventTarget:EventTarget ${VAULT}-key-events-us-west-2 us-west-2`,
    `aws:cloudwatch/logGroup:LogGroup ${VAULT} us-east-1`,
    `aws:cloudwatch/logMetricFilter:LogMetricFilter ${VAULT}-out-of-memory us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-dropped us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-duration us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-errors us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-no-heartbeat us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-no-match us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-out-of-memory us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-overdue-us-west-2 us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-stale-us-east-1 us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-stale-us-west-2 us-east-1`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${VAULT}-throttles us-east-1`,
    `aws:iam/role:Role ${VAULT}-function us-east-1`,
    `aws:iam/role:Role ${VAULT}-key-events us-east-1`,
    `aws:iam/role:Role ${VAULT}-key-mail us-east-1`,
    `aws:iam/role:Role ${VAULT}-scheduler us-east-1`,
    `aws:iam/rolePolicy:RolePolicy ${VAULT}-function us-east-1`,
    `aws:iam/rolePolicy:RolePolicy ${VAULT}-key-events us-east-1`,
    `aws:iam/rolePolicy:RolePolicy ${VAULT}-key-mail us-east-1`,
    `aws:iam/rolePolicy:RolePolicy ${VAULT}-scheduler us-east-1`,
    `aws:kms/alias:Alias ${VAULT}-us-west-2 us-west-2`,
    `aws:kms/key:Key ${VAULT}-us-west-2 us-west-2`,
    `aws:lambda/eventSourceMapping:EventSourceMapping ${VAULT}-hints us-east-1`,
    `aws:lambda/function:Function ${VAULT} us-east-1`,
    `aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig ${VAULT} us-east-1`,
    `aws:rbin/rule:Rule ${VAULT} us-east-1`,
    `aws:rbin/rule:Rule ${VAULT}-us-west-2 us-west-2`,
    `aws:s3/bucket:Bucket ${VAULT}-audit us-west-2`,
    `aws:s3/bucket:Bucket ${VAULT}-manifests-us-west-2 us-west-2`,
    `aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration ${VAULT}-audit us-west-2`,
    `aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration ${VAULT}-manifests-us-west-2 us-west-2`,
    `aws:s3/bucketOwnershipControls:BucketOwnershipControls ${VAULT}-audit us-west-2`,
    `aws:s3/bucketOwnershipControls:BucketOwnershipControls ${VAULT}-manifests-us-west-2 us-west-2`,
    `aws:s3/bucketPolicy:BucketPolicy ${VAULT}-audit us-west-2`,
    `aws:s3/bucketPolicy:BucketPolicy ${VAULT}-manifests-us-west-2 us-west-2`,
    `aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock ${VAULT}-audit us-west-2`,
    `aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock ${VAULT}-manifests-us-west-2 us-west-2`,
    `aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration ${VAULT}-audit us-west-2`,
    `aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration ${VAULT}-manifests-us-west-2 us-west-2`,
    `aws:s3/bucketVersioning:BucketVersioning ${VAULT}-audit us-west-2`,
    `aws:s3/bucketVersioning:BucketVersioning ${VAULT}-manifests-us-west-2 us-west-2`,
    `aws:scheduler/schedule:Schedule ${VAULT}-clock us-east-1`,
    `aws:scheduler/schedule:Schedule ${VAULT}-run us-east-1`,
    `aws:scheduler/schedule:Schedule ${VAULT}-sweep us-east-1`,
    `aws:scheduler/scheduleGroup:ScheduleGroup ${VAULT} us-east-1`,
    `aws:sns/topic:Topic ${VAULT} us-east-1`,
    `aws:sns/topicPolicy:TopicPolicy ${VAULT} us-east-1`,
    `aws:sns/topicSubscription:TopicSubscription ${VAULT}-backup-alerts@example.com us-east-1`,
    `aws:sqs/queue:Queue ${VAULT}-hints us-east-1`,
    "pulumi:providers:aws dr-us-west-2",
    "pulumi:providers:aws primary",
    `smart-vault:index:SmartVault ${VAULT}`,
  ]);
});

test("gives names and ARNs, schedule and regions as outputs", () => {
  expect(stack.program.outputs).toStrictEqual({
    functionName: VAULT,
    topicArn: TOPIC,
    keyArns: { "us-west-2": ARN.key },
    operatorRoleArn: "",
    auditBucket: `${VAULT}-audit-123456789012-us-west-2`,
    schedule: "cron(0 3 * * ? *) UTC",
    regions: { primary: "us-east-1", dr: ["us-west-2"] },
  });
});

test("tags everything that can have tags", () => {
  const tagged = stack.program.declared
    .filter(({ inputs }) => "tags" in inputs)
    .map(({ type, inputs }) => [type, inputs.tags]);
  expect(tagged.sort()).toStrictEqual([
    ["aws:cloudtrail/trail:Trail", TAGS],
    ["aws:cloudwatch/eventRule:EventRule", TAGS],
    ["aws:cloudwatch/eventRule:EventRule", TAGS],
    ["aws:cloudwatch/logGroup:LogGroup", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", TAGS],
    ["aws:iam/role:Role", TAGS],
    ["aws:iam/role:Role", TAGS],
    ["aws:iam/role:Role", TAGS],
    ["aws:iam/role:Role", TAGS],
    ["aws:kms/key:Key", TAGS],
    ["aws:lambda/eventSourceMapping:EventSourceMapping", TAGS],
    ["aws:lambda/function:Function", TAGS],
    ["aws:rbin/rule:Rule", TAGS],
    ["aws:rbin/rule:Rule", TAGS],
    ["aws:s3/bucket:Bucket", TAGS],
    ["aws:s3/bucket:Bucket", TAGS],
    ["aws:scheduler/scheduleGroup:ScheduleGroup", TAGS],
    ["aws:sns/topic:Topic", TAGS],
    ["aws:sqs/queue:Queue", TAGS],
  ]);
});

describe("the function", () => {
  test("is declared with exactly this", () => {
    const { code, ...inputs } = stack.inputs("aws:lambda/function:Function");
    expect(code).toBeDefined();
    expect(inputs).toStrictEqual({
      name: VAULT,
      description: `Smart Vault ${VAULT}: snapshots, DR copies, retention`,
      role: ROLE,
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "__index.handler",
      memorySize: 512,
      timeout: 600,
      reservedConcurrentExecutions: -1,
      tracingConfig: { mode: "Active" },
      loggingConfig: { logFormat: "Text", logGroup: `/aws/lambda/${VAULT}` },
      tags: TAGS,
    });
  });

  test("is made after its permissions and its log", () => {
    expect(stack.options("aws:lambda/function:Function", VAULT).after).toStrictEqual([
      `aws:cloudwatch/logGroup:LogGroup ${VAULT}`,
      `aws:iam/role:Role ${VAULT}-function`,
      `aws:iam/rolePolicy:RolePolicy ${VAULT}-function`,
      `aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration ${VAULT}-audit`,
      `aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration ${VAULT}-manifests-us-west-2`,
      `aws:s3/bucketOwnershipControls:BucketOwnershipControls ${VAULT}-audit`,
      `aws:s3/bucketOwnershipControls:BucketOwnershipControls ${VAULT}-manifests-us-west-2`,
      `aws:s3/bucketPolicy:BucketPolicy ${VAULT}-audit`,
      `aws:s3/bucketPolicy:BucketPolicy ${VAULT}-manifests-us-west-2`,
      `aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock ${VAULT}-audit`,
      `aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock ${VAULT}-manifests-us-west-2`,
      `aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration ${VAULT}-audit`,
      `aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration ${VAULT}-manifests-us-west-2`,
      `aws:s3/bucketVersioning:BucketVersioning ${VAULT}-audit`,
      `aws:s3/bucketVersioning:BucketVersioning ${VAULT}-manifests-us-west-2`,
    ]);
  });

  test("keeps logs for a year", () => {
    expect(stack.inputs("aws:cloudwatch/logGroup:LogGroup")).toStrictEqual({
      name: `/aws/lambda/${VAULT}`,
      retentionInDays: 365,
      tags: TAGS,
    });
  });

  test("is not retried by Lambda, and its failures are sent to the topic", () => {
    const type = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
    expect(stack.inputs(type)).toStrictEqual({
      functionName: VAULT,
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: 21_600,
      destinationConfig: { onFailure: { destination: TOPIC } },
    });
  });
});

describe("the function's triggers", () => {
  const schedule = (name: string) => stack.inputs("aws:scheduler/schedule:Schedule", `${VAULT}-${name}`);
  const common = { groupName: VAULT, flexibleTimeWindow: { mode: "OFF" } };
  const target = { arn: FUNCTION, roleArn: SCHEDULER_ROLE };

  test("include the run, at the configured time, with its slot from the scheduler", () => {
    expect(schedule("run")).toStrictEqual({
      ...common,
      name: `${VAULT}-run`,
      description: `${VAULT}: back up`,
      scheduleExpression: "cron(0 3 * * ? *)",
      scheduleExpressionTimezone: "UTC",
      target: { ...target, input: '{"kind":"run","slot":"<aws.scheduler.scheduled-time>"}' },
    });
  });

  test("include the sweep, every hour, dropped when the next one is due", () => {
    expect(schedule("sweep")).toStrictEqual({
      ...common,
      name: `${VAULT}-sweep`,
      description: `${VAULT}: look after what is left`,
      scheduleExpression: "rate(1 hour)",
      target: {
        ...target,
        input: '{"kind":"sweep"}',
        retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
      },
    });
  });

  test("include the follow-up timer, off until the function sets it, and left alone afterwards", () => {
    expect(schedule("clock")).toStrictEqual({
      ...common,
      name: `${VAULT}-clock`,
      description: `Follow-up timer of ${VAULT}: moved by the function, see docs/adr/0003`,
      scheduleExpression: "at(2099-01-01T00:00:00)",
      state: "DISABLED",
      actionAfterCompletion: "NONE",
      target: { ...target, input: '{"kind":"follow-up","notified":{}}' },
    });
    const { ignoreChanges } = stack.options("aws:scheduler/schedule:Schedule", `${VAULT}-clock`);
    expect(ignoreChanges).toStrictEqual(["scheduleExpression", "state", "target", "description"]);
  });

  test("deploy changes of run and sweep", () => {
    for (const name of ["run", "sweep"]) {
      const options = stack.options("aws:scheduler/schedule:Schedule", `${VAULT}-${name}`);
      expect(options.ignoreChanges).toStrictEqual([]);
    }
  });

  test("are made after the scheduler is allowed to call", () => {
    for (const name of ["run", "sweep", "clock"]) {
      expect(stack.options("aws:scheduler/schedule:Schedule", `${VAULT}-${name}`).after).toStrictEqual([
        `aws:iam/role:Role ${VAULT}-scheduler`,
        `aws:iam/rolePolicy:RolePolicy ${VAULT}-scheduler`,
        `aws:lambda/function:Function ${VAULT}`,
        `aws:scheduler/scheduleGroup:ScheduleGroup ${VAULT}`,
      ]);
    }
  });

  test("have a schedule group of their own", () => {
    expect(stack.inputs("aws:scheduler/scheduleGroup:ScheduleGroup")).toStrictEqual({
      name: VAULT,
      tags: TAGS,
    });
  });
});

describe("notifications", () => {
  test("are sent to the topic, and by e-mail to each address", () => {
    expect(stack.inputs("aws:sns/topic:Topic")).toStrictEqual({ name: VAULT, tags: TAGS });
    expect(stack.inputs("aws:sns/topicSubscription:TopicSubscription")).toStrictEqual({
      topic: TOPIC,
      protocol: "email",
      endpoint: "backup-alerts@example.com",
    });
  });
});
