/**
 * Lists the AWS calls of Pulumi's AWS provider when it makes, reads, changes and deletes each kind of resource that a
 * vault has (terraform-provider-aws, the resources' CRUD; AWS, Service Authorization Reference). It is written by hand:
 * a kind that is missing fails the test, so that a new kind gets its permissions with it.
 */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { IamRequest } from "../../src/iam/evaluator";
import { AUDIT_KINDS } from "./auditCalls";

type Context = IamRequest["context"];

/** Input by which a resource is found in an ARN. */
export interface Named {
  name: string;
  inputs: Record<string, unknown>;
  vaultId: string;
}

export interface Kind {
  arn: (named: Named) => string;
  reads: string[];
  writes: string[];
  /** Context of every request; none by default. */
  context?: (named: Named) => Context;
  /** Requests for what has no ARN yet, and further ones. */
  more?: (named: Named) => IamRequest[];
}

const at = (service: string, what: string) => `arn:aws:${service}:us-east-1:${ACCOUNT_ID}:${what}`;
const iam = (what: string) => `arn:aws:iam::${ACCOUNT_ID}:${what}`;
const named = ({ inputs }: Named) => String(inputs.name);
const owned = ({ vaultId }: Named): Context => ({ "aws:ResourceTag/smart-vault:vault": vaultId });
const made = ({ vaultId }: Named): Context => ({ "aws:RequestTag/smart-vault:vault": vaultId });
const bounded = ({ vaultId }: Named): Context => ({
  "iam:PermissionsBoundary": iam(`policy/${vaultId}-boundary`),
});
const TAGS = ["TagResource", "UntagResource"];

function of(service: string, names: string[]): string[] {
  return names.map((name) => `${service}:${name}`);
}

function pass(roleArn: string, service: string): IamRequest {
  const context = { "iam:PassedToService": `${service}.amazonaws.com` };
  return { action: "iam:PassRole", resource: roleArn, context };
}

const role = ({ vaultId }: Named, suffix: string) => iam(`role/${vaultId}-${suffix}`);

/** Calls by Pulumi's type, without `aws:` and the part after the last colon. */
const KINDS: Readonly<Record<string, Kind>> = {
  ...AUDIT_KINDS,
  "cloudwatch/eventRule": {
    arn: (it) => at("events", `rule/${named(it)}`),
    reads: of("events", ["DescribeRule", "ListTagsForResource"]),
    writes: of("events", ["PutRule", "DeleteRule", ...TAGS]),
  },
  "cloudwatch/eventTarget": {
    arn: ({ inputs }) => at("events", `rule/${String(inputs.rule)}`),
    reads: of("events", ["ListTargetsByRule"]),
    writes: of("events", ["PutTargets", "RemoveTargets"]),
    more: (it) => ["key-events", "key-mail"].map((suffix) => pass(role(it, suffix), "events")),
  },
  "cloudwatch/logGroup": {
    arn: (it) => at("logs", `log-group:${named(it)}`),
    reads: of("logs", ["ListTagsForResource"]),
    writes: of("logs", ["CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", ...TAGS]),
    more: () => [{ action: "logs:DescribeLogGroups", resource: "*", context: {} }],
  },
  "cloudwatch/logMetricFilter": {
    arn: ({ inputs }) => at("logs", `log-group:${String(inputs.logGroupName)}`),
    reads: of("logs", ["DescribeMetricFilters"]),
    writes: of("logs", ["PutMetricFilter", "DeleteMetricFilter"]),
  },
  "cloudwatch/metricAlarm": {
    arn: (it) => at("cloudwatch", `alarm:${named(it)}`),
    reads: of("cloudwatch", ["ListTagsForResource"]),
    writes: of("cloudwatch", ["PutMetricAlarm", "DeleteAlarms", ...TAGS]),
    more: () => [{ action: "cloudwatch:DescribeAlarms", resource: "*", context: {} }],
  },
  "cloudwatch/compositeAlarm": {
    arn: ({ inputs }) => at("cloudwatch", `alarm:${String(inputs.alarmName)}`),
    reads: of("cloudwatch", ["ListTagsForResource"]),
    writes: of("cloudwatch", ["PutCompositeAlarm", "DeleteAlarms", ...TAGS]),
  },
  "cloudwatch/dashboard": {
    arn: ({ inputs }) => `arn:aws:cloudwatch::${ACCOUNT_ID}:dashboard/${String(inputs.dashboardName)}`,
    reads: of("cloudwatch", ["GetDashboard"]),
    writes: of("cloudwatch", ["PutDashboard", "DeleteDashboards"]),
  },
  "iam/role": {
    arn: (it) => iam(`role/${named(it)}`),
    reads: of("iam", ["GetRole", "ListRolePolicies", "ListAttachedRolePolicies", "ListRoleTags"]),
    writes: of("iam", [
      ...["CreateRole", "DeleteRole", "UpdateRole", "UpdateAssumeRolePolicy"],
      ...["TagRole", "UntagRole", "PutRolePermissionsBoundary"],
    ]),
    context: bounded,
    more: (it) => [
      {
        action: "iam:ListInstanceProfilesForRole",
        resource: iam(`role/${named(it)}`),
        context: {},
      },
    ],
  },
  "iam/rolePolicy": {
    arn: ({ inputs }) => iam(`role/${String(inputs.role)}`),
    reads: of("iam", ["GetRolePolicy"]),
    writes: of("iam", ["PutRolePolicy", "DeleteRolePolicy"]),
    context: bounded,
  },
  "kms/alias": {
    arn: (it) => at("kms", named(it)),
    reads: [],
    writes: of("kms", ["CreateAlias", "UpdateAlias", "DeleteAlias"]),
    more: (it) => [
      { action: "kms:ListAliases", resource: "*", context: {} },
      { action: "kms:CreateAlias", resource: at("kms", "key/1"), context: owned(it) },
    ],
  },
  "kms/key": {
    arn: () => at("kms", "key/1"),
    reads: of("kms", ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"]),
    writes: of("kms", ["PutKeyPolicy", "EnableKeyRotation", "UpdateKeyDescription"]),
    context: owned,
    more: (it) => [
      { action: "kms:CreateKey", resource: "*", context: made(it) },
      { action: "kms:TagResource", resource: "*", context: made(it) },
      { action: "kms:ScheduleKeyDeletion", resource: at("kms", "key/1"), context: owned(it) },
    ],
  },
  "lambda/function": {
    arn: (it) => at("lambda", `function:${named(it)}`),
    reads: of("lambda", ["GetFunction", "GetFunctionCodeSigningConfig", "ListVersionsByFunction"]),
    writes: of("lambda", [
      ...["CreateFunction", "DeleteFunction", "UpdateFunctionCode", "PutFunctionConcurrency"],
      ...["UpdateFunctionConfiguration", "DeleteFunctionConcurrency", ...TAGS],
    ]),
    more: (it) => [pass(role(it, "function"), "lambda")],
  },
  "lambda/functionEventInvokeConfig": {
    arn: ({ inputs }) => at("lambda", `function:${String(inputs.functionName)}`),
    reads: of("lambda", ["GetFunctionEventInvokeConfig"]),
    writes: of("lambda", [
      ...["PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"],
      "DeleteFunctionEventInvokeConfig",
    ]),
  },
  "lambda/eventSourceMapping": {
    arn: () => at("lambda", "event-source-mapping:1"),
    reads: [],
    writes: of("lambda", ["DeleteEventSourceMapping", "UpdateEventSourceMapping"]),
    context: ({ inputs }) => ({ "lambda:FunctionArn": String(inputs.functionName) }),
    more: (it) => {
      const resource = at("lambda", "event-source-mapping:1");
      const context = { "lambda:FunctionArn": String(it.inputs.functionName) };
      return [
        { action: "lambda:CreateEventSourceMapping", resource: "*", context },
        { action: "lambda:GetEventSourceMapping", resource: "*", context: {} },
        { action: "lambda:TagResource", resource, context: made(it) },
        { action: "lambda:UntagResource", resource, context: owned(it) },
        { action: "lambda:ListTags", resource, context: owned(it) },
      ];
    },
  },
  "rbin/rule": {
    arn: () => at("rbin", "rule/1"),
    reads: of("rbin", ["GetRule", "ListTagsForResource"]),
    writes: of("rbin", ["UpdateRule", "DeleteRule", "UntagResource"]),
    context: owned,
    more: (it) =>
      of("rbin", ["CreateRule", "TagResource"]).map((action) => ({
        action,
        resource: at("rbin", "rule/1"),
        context: made(it),
      })),
  },
  "scheduler/schedule": {
    arn: ({ inputs }) => at("scheduler", `schedule/${String(inputs.groupName)}/x`),
    reads: of("scheduler", ["GetSchedule"]),
    writes: of("scheduler", ["CreateSchedule", "UpdateSchedule", "DeleteSchedule"]),
    more: (it) => [pass(role(it, "scheduler"), "scheduler")],
  },
  "scheduler/scheduleGroup": {
    arn: (it) => at("scheduler", `schedule-group/${named(it)}`),
    reads: of("scheduler", ["GetScheduleGroup", "ListTagsForResource"]),
    writes: of("scheduler", ["CreateScheduleGroup", "DeleteScheduleGroup", ...TAGS]),
  },
  "sqs/queue": {
    arn: (it) => at("sqs", named(it)),
    reads: of("sqs", ["GetQueueAttributes", "ListQueueTags"]),
    writes: of("sqs", ["CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"]),
  },
  "sns/topic": {
    arn: (it) => at("sns", named(it)),
    reads: of("sns", ["GetTopicAttributes", "ListTagsForResource"]),
    writes: of("sns", ["CreateTopic", "DeleteTopic", "SetTopicAttributes", ...TAGS]),
  },
  "sns/topicPolicy": {
    arn: ({ inputs }) => String(inputs.arn),
    reads: of("sns", ["GetTopicAttributes"]),
    writes: of("sns", ["SetTopicAttributes"]),
  },
  "sns/topicSubscription": {
    arn: ({ inputs }) => String(inputs.topic),
    reads: [],
    writes: of("sns", ["Subscribe"]),
    more: () =>
      of("sns", ["GetSubscriptionAttributes", "Unsubscribe"]).map((action) => ({
        action,
        resource: "*",
        context: {},
      })),
  },
};

export interface Calls {
  reads: IamRequest[];
  writes: IamRequest[];
}

const isRead = ({ action }: IamRequest) => /:(Describe|Get|List|View)/.test(action);

/** @throws for a kind of resource that the table does not have */
export function callsOf(type: string, it: Named): Calls {
  const kind = KINDS[type.split(":")[1] ?? ""];
  if (kind === undefined) {
    throw new Error(`${type}: tests/support/deployCalls.ts does not say what deploying it takes`);
  }
  const resource = kind.arn(it);
  const context = kind.context?.(it) ?? {};
  const requests = [
    ...[...kind.reads, ...kind.writes].map((action) => ({ action, resource, context })),
    ...(kind.more?.(it) ?? []),
  ];
  return { reads: requests.filter(isRead), writes: requests.filter((one) => !isRead(one)) };
}
