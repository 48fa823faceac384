import { previewStack } from "../support/stackProgram";

test("a first preview, where no id and no ARN is known yet, goes through and declares everything", async () => {
  const vault = "smart-vault-prod";
  expect(await previewStack("prod")).toStrictEqual([
    `aws:cloudwatch/eventRule:EventRule ${vault}-key-events`,
    `aws:cloudwatch/eventRule:EventRule ${vault}-key-events-us-west-2`,
    `aws:cloudwatch/eventTarget:EventTarget ${vault}-key-events`,
    `aws:cloudwatch/eventTarget:EventTarget ${vault}-key-events-us-west-2`,
    `aws:cloudwatch/logGroup:LogGroup ${vault}`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${vault}-errors`,
    `aws:cloudwatch/metricAlarm:MetricAlarm ${vault}-no-run`,
    `aws:iam/role:Role ${vault}-function`,
    `aws:iam/role:Role ${vault}-key-events`,
    `aws:iam/role:Role ${vault}-scheduler`,
    `aws:iam/rolePolicy:RolePolicy ${vault}-function`,
    `aws:iam/rolePolicy:RolePolicy ${vault}-key-events`,
    `aws:iam/rolePolicy:RolePolicy ${vault}-scheduler`,
    `aws:kms/alias:Alias ${vault}-us-west-2`,
    `aws:kms/key:Key ${vault}-us-west-2`,
    `aws:lambda/function:Function ${vault}`,
    `aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig ${vault}`,
    `aws:rbin/rule:Rule ${vault}`,
    `aws:rbin/rule:Rule ${vault}-us-west-2`,
    `aws:scheduler/schedule:Schedule ${vault}-clock`,
    `aws:scheduler/schedule:Schedule ${vault}-run`,
    `aws:scheduler/schedule:Schedule ${vault}-sweep`,
    `aws:scheduler/scheduleGroup:ScheduleGroup ${vault}`,
    `aws:sns/topic:Topic ${vault}`,
    `aws:sns/topicPolicy:TopicPolicy ${vault}`,
    `aws:sns/topicSubscription:TopicSubscription ${vault}-backup-alerts@example.com`,
    "pulumi:providers:aws dr-us-west-2",
    "pulumi:providers:aws primary",
    `smart-vault:index:SmartVault ${vault}`,
  ]);
});
