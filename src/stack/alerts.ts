/** The topic that people are told by, and the alarms that watch the vault from outside. */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../config";
import { longestGapMs } from "../schedule";
import { METRIC, METRIC_NAMESPACE } from "../vault/metricNames";
import { HOUR_MS } from "../vault/time";
import { type Account, namesOf } from "./names";

const HOUR_SECONDS = 3_600;
/** How late a run may be before it counts as missing. */
const GRACE_HOURS = 2;
/** CloudWatch looks back seven days at the most (API reference, PutMetricAlarm, EvaluationPeriods). */
const MAX_ALARM_HOURS = 7 * 24;

/** Publishing by this account's alarms and role, and by EventBridge; only encrypted on the way. */
function topicPolicy({ accountId }: Account, topicArn: string): aws.iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AlarmsPublish",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      },
      {
        // No condition: EventBridge sends SNS nothing that one could look at, and a mail would be lost without a word
        // (Amazon EventBridge user guide, "Using resource-based policies": Amazon SNS permissions).
        Sid: "KeyEventsPublish",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}

/**
 * A subscription's logical name stands in every preview and in the state, in the clear: of a secret address only eight
 * digits of a hash. They stay the same while the list changes, so that nobody has to confirm twice.
 */
function subscriptionName(vaultId: string, email: string, isSecret: boolean): string {
  if (!isSecret) return `${vaultId}-${email}`;
  const digest = createHash("sha256").update(`${vaultId} ${email}`).digest("hex");
  return `${vaultId}-${digest.slice(0, 8)}`;
}

export function alertTopic(
  vaultId: string,
  { alertEmails, secretEmails = false }: Pick<VaultConfig, "alertEmails" | "secretEmails">,
  account: pulumi.Output<Account>,
  tags: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): aws.sns.Topic {
  const topic = new aws.sns.Topic(vaultId, { name: namesOf(vaultId).topic, tags }, opts);
  const policy = pulumi
    .all([account, topic.arn])
    .apply(([acc, arn]) => JSON.stringify(topicPolicy(acc, arn)));
  new aws.sns.TopicPolicy(vaultId, { arn: topic.arn, policy }, opts);
  for (const email of alertEmails) {
    const endpoint = secretEmails ? pulumi.secret(email) : email;
    new aws.sns.TopicSubscription(
      subscriptionName(vaultId, email, secretEmails),
      { topic: topic.arn, protocol: "email", endpoint },
      opts,
    );
  }
  return topic;
}

/** Hours without a run that are too many: the schedule's longest gap and a grace. `undefined`: CloudWatch can't look that far. */
export function noRunHours(schedule: string, timezone: string): number | undefined {
  const hours = Math.ceil(longestGapMs(schedule, timezone) / HOUR_MS) + GRACE_HOURS;
  return hours <= MAX_ALARM_HOURS ? hours : undefined;
}

export interface AlarmArgs {
  vaultId: string;
  schedule: string;
  timezone: string;
  topicArn: pulumi.Output<string>;
  functionName: pulumi.Output<string>;
  tags: Record<string, string>;
}

export function alarms(
  args: AlarmArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm[] {
  const { vaultId, schedule, timezone, topicArn, functionName, tags } = args;
  const actions = { alarmActions: [topicArn], okActions: [topicArn], tags };
  const errors = new aws.cloudwatch.MetricAlarm(
    `${vaultId}-errors`,
    {
      ...actions,
      name: `${vaultId}-errors`,
      alarmDescription: `${vaultId}: an invocation failed; the mail of the same time says why`,
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: functionName },
      statistic: "Sum",
      period: 300,
      evaluationPeriods: 1,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
    },
    opts,
  );
  const hours = noRunHours(schedule, timezone);
  if (hours === undefined) {
    void pulumi.log.warn(
      `${vaultId}: ${schedule} leaves more than ${MAX_ALARM_HOURS} hours between runs, longer than ` +
        "CloudWatch looks back: there is no alarm for a run that does not happen",
    );
    return [errors];
  }
  const noRun = new aws.cloudwatch.MetricAlarm(
    `${vaultId}-no-run`,
    {
      ...actions,
      name: `${vaultId}-no-run`,
      alarmDescription: `${vaultId}: no run completed in ${hours} hours`,
      namespace: METRIC_NAMESPACE,
      metricName: METRIC.runsCompleted,
      dimensions: { service: vaultId },
      statistic: "Sum",
      period: HOUR_SECONDS,
      evaluationPeriods: hours,
      datapointsToAlarm: hours,
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
    },
    opts,
  );
  return [errors, noRun];
}
