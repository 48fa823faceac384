/** Rules about tags: they show which vault a resource belongs to, and cost, search and access depend on them. */
import { isObject, rule, whereabouts } from "../resource";

const VAULT_TAG = "smart-vault:vault";

/** Resource types that accept tags, among those that the programs of this repository create. */
const TAGGABLE = new Set([
  "aws:budgets/budget:Budget",
  "aws:cloudtrail/trail:Trail",
  "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  "aws:cloudwatch/eventBus:EventBus",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  "aws:iam/policy:Policy",
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

export const vaultTags = rule(
  "vault-tags",
  `What takes tags has ${VAULT_TAG}=<project>-<stack>`,
  ({ type, props, urn }, report) => {
    if (!TAGGABLE.has(type)) return;
    const { project, stack } = whereabouts(urn);
    const given = isObject(props.tags) ? props.tags[VAULT_TAG] : undefined;
    if (given !== `${project}-${stack}`) {
      report(`the tag ${VAULT_TAG} is ${JSON.stringify(given)}, not "${project}-${stack}"`);
    }
  },
);
