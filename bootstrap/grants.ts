/**
 * Permissions to deploy a vault, service by service: reads, which a preview has too, and writes. Everything is narrowed
 * to the vault's names (src/iam/names.ts) or its tag (AWS, Service Authorization Reference). Regions are not narrowed:
 * a vault has several, and its names are its own in each.
 */
import { type Account, namesOf } from "../src/iam/names";
import { bucketGrants } from "./bucketGrants";
import { type Grant, type Statement, TAG, actions } from "./grant";

const TAGGING = ["TagResource", "UntagResource"];

function runtimeGrants({ partition, accountId }: Account, vaultId: string): Grant[] {
  const names = namesOf(vaultId);
  const on = (service: string, what: string) => `arn:${partition}:${service}:*:${accountId}:${what}`;
  const log = on("logs", `log-group:${names.logGroup}`);
  return [
    {
      sid: "Function",
      reads: actions("lambda", "Get*", "List*"),
      writes: actions(
        "lambda",
        ...["CreateFunction", "DeleteFunction", "UpdateFunctionCode"],
        ...["UpdateFunctionConfiguration", "PutFunctionConcurrency", "DeleteFunctionConcurrency"],
        ...["PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"],
        ...["DeleteFunctionEventInvokeConfig", ...TAGGING],
      ),
      resources: [on("lambda", `function:${names.function}`)],
    },
    {
      sid: "Hints",
      reads: actions("sqs", "GetQueueAttributes", "ListQueueTags"),
      writes: actions("sqs", "CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"),
      resources: [on("sqs", names.hintQueue)],
    },
    {
      sid: "HintMapping",
      writes: actions("lambda", "CreateEventSourceMapping", "DeleteEventSourceMapping", "UpdateEventSourceMapping"),
      // A mapping has no ARN before it is created, so Lambda accepts only `*` here.
      resources: ["*"],
      condition: { ArnLike: { "lambda:FunctionArn": on("lambda", `function:${names.function}`) } },
    },
    {
      sid: "Log",
      reads: actions("logs", "ListTagsForResource", "DescribeMetricFilters"),
      writes: actions(
        "logs",
        ...["CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy"],
        ...["PutMetricFilter", "DeleteMetricFilter"],
        ...TAGGING,
      ),
      resources: [log, `${log}:*`],
    },
    {
      sid: "Schedules",
      reads: actions("scheduler", "GetSchedule", "GetScheduleGroup", "ListTagsForResource"),
      writes: actions(
        "scheduler",
        ...["CreateSchedule", "UpdateSchedule", "DeleteSchedule"],
        ...["CreateScheduleGroup", "DeleteScheduleGroup", ...TAGGING],
      ),
      resources: [
        on("scheduler", `schedule/${names.scheduleGroup}/*`),
        on("scheduler", `schedule-group/${names.scheduleGroup}`),
      ],
    },
  ];
}

function notificationGrants({ partition, accountId }: Account, vaultId: string): Grant[] {
  const names = namesOf(vaultId);
  const on = (service: string, what: string) => `arn:${partition}:${service}:*:${accountId}:${what}`;
  return [
    {
      sid: "Topic",
      reads: actions("sns", "GetTopicAttributes", "ListTagsForResource", "ListSubscriptionsByTopic"),
      writes: actions("sns", "CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", ...TAGGING),
      resources: [on("sns", names.topic)],
    },
    {
      sid: "Alarms",
      reads: actions("cloudwatch", "ListTagsForResource", "GetDashboard"),
      writes: actions(
        "cloudwatch",
        ...["PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms"],
        ...["PutDashboard", "DeleteDashboards", ...TAGGING],
      ),
      resources: [
        on("cloudwatch", `alarm:${vaultId}-*`),
        `arn:${partition}:cloudwatch::${accountId}:dashboard/${vaultId}*`,
      ],
    },
    {
      sid: "KeyEvents",
      reads: actions("events", "DescribeRule", "ListTargetsByRule", "ListTagsForResource"),
      writes: actions(
        "events",
        ...["PutRule", "DeleteRule", "EnableRule", "DisableRule", "PutTargets", "RemoveTargets"],
        ...TAGGING,
      ),
      resources: [on("events", `rule/${names.keyEvents}`)],
    },
  ];
}

/**
 * Grants by tag, for resources that have no name before they are created. A request that creates one needs the
 * permission to tag it too.
 */
function taggedGrants({ partition, accountId }: Account, vaultId: string): Grant[] {
  const on = (service: string, what: string) => `arn:${partition}:${service}:*:${accountId}:${what}`;
  const made = { StringEquals: { [`aws:RequestTag/${TAG}`]: vaultId } };
  const owned = { StringEquals: { [`aws:ResourceTag/${TAG}`]: vaultId } };
  const alias = on("kms", namesOf(vaultId).keyAlias);
  return [
    // A key has no ARN before it is created, so KMS accepts only `*` here.
    {
      sid: "MakeKey",
      writes: actions("kms", "CreateKey", "TagResource"),
      resources: ["*"],
      condition: made,
    },
    {
      sid: "Key",
      reads: actions("kms", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"),
      writes: actions(
        "kms",
        ...["PutKeyPolicy", "UpdateKeyDescription", "EnableKeyRotation", "ScheduleKeyDeletion"],
        ...["CreateAlias", "UpdateAlias", "DeleteAlias", "UntagResource"],
      ),
      resources: [on("kms", "key/*")],
      condition: owned,
    },
    {
      sid: "Alias",
      writes: actions("kms", "CreateAlias", "UpdateAlias", "DeleteAlias"),
      resources: [alias],
    },
    {
      sid: "TagHintMapping",
      writes: actions("lambda", "TagResource"),
      resources: [on("lambda", "event-source-mapping:*")],
      condition: made,
    },
    {
      sid: "HintMappingTags",
      reads: actions("lambda", "ListTags"),
      writes: actions("lambda", "UntagResource"),
      resources: [on("lambda", "event-source-mapping:*")],
      condition: owned,
    },
    {
      sid: "MakeBin",
      writes: actions("rbin", "CreateRule", "TagResource"),
      resources: [on("rbin", "rule/*")],
      condition: made,
    },
    {
      sid: "Bin",
      reads: actions("rbin", "GetRule", "ListTagsForResource"),
      writes: actions("rbin", "UpdateRule", "DeleteRule", "UntagResource"),
      resources: [on("rbin", "rule/*")],
      condition: owned,
    },
  ];
}

/** Calls for which AWS defines no resource. */
const WITHOUT_RESOURCE: Grant = {
  sid: "WithoutResource",
  reads: [
    ...actions("logs", "DescribeLogGroups"),
    ...actions("cloudwatch", "DescribeAlarms"),
    ...actions("cloudtrail", "DescribeTrails"),
    ...actions("kms", "ListAliases"),
    ...actions("lambda", "GetEventSourceMapping"),
    ...actions("sns", "GetSubscriptionAttributes"),
  ],
  writes: actions("sns", "SetSubscriptionAttributes", "Unsubscribe"),
  resources: ["*"],
};

/** Returns all grants except IAM's, which are in roleGrants.ts. */
export function vaultGrants(account: Account, vaultId: string): Grant[] {
  return [
    ...runtimeGrants(account, vaultId),
    ...notificationGrants(account, vaultId),
    ...taggedGrants(account, vaultId),
    ...bucketGrants(account, vaultId),
    WITHOUT_RESOURCE,
  ];
}

/** Turns grants into statements, with or without their writes, and leaves out those with no actions left. */
export function statementsOf(grants: readonly Grant[], mayWrite: boolean): Statement[] {
  return grants.flatMap(({ sid, reads = [], writes = [], resources, condition }) => {
    const allowed = [...reads, ...(mayWrite ? writes : [])];
    if (allowed.length === 0) return [];
    return [
      {
        Sid: sid,
        Effect: "Allow" as const,
        Action: allowed,
        Resource: resources,
        ...(condition !== undefined && { Condition: condition }),
      },
    ];
  });
}
