/**
 * A mail when somebody takes the DR key away. KMS is called in the DR region, the topic is in the primary one, and a rule
 * reaches only topics of its own region: so a rule there hands the event to the primary region's default bus, and a rule
 * here to the topic (docs/adr/0010). CloudTrail delivers the events, and only where a trail logs management events.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type RoleArgs, serviceRole } from "./access";
import { type Account, namesOf } from "./names";

/** What makes copies unreadable, now or in thirty days. Not DeleteAlias: the vault goes by the key's ARN. */
const THREATS = ["DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion"];

/**
 * The event pattern of both rules. `requestParameters.keyId` is what the caller wrote, an id or an ARN; `resources` has
 * the key's ARN always (AWS KMS developer guide, "CloudTrail log entries"). Calls that were refused did nothing.
 */
function keyEventPattern(keyArn: string): object {
  return {
    source: ["aws.kms"],
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: {
      eventSource: ["kms.amazonaws.com"],
      eventName: THREATS,
      errorCode: [{ exists: false }],
      resources: { ARN: [keyArn] },
    },
  };
}

/** The mail's text. EventBridge wants each line as a JSON string, and puts the event's fields into the brackets. */
function mailTemplate(vaultId: string, drRegion: string, keyArn: string): string {
  return [
    `${vaultId}: <call> on the DR key, by <who> at <at>.`,
    `While the key ${keyArn} is disabled, deleted or shut off by its policy, no copy in ${drRegion} is made or restored.`,
    "If that was not meant: docs/RUNBOOK.md, 'The DR key is disabled or going to be deleted'. In short:",
    `aws kms cancel-key-deletion --region ${drRegion} --key-id ${keyArn}`,
    `aws kms enable-key --region ${drRegion} --key-id ${keyArn}`,
    "After PutKeyPolicy: pulumi up --refresh puts the vault's own policy back.",
  ]
    .map((line) => JSON.stringify(line))
    .join("\n");
}

export interface KeyEventArgs extends RoleArgs {
  vaultId: string;
  primaryRegion: string;
  drRegion: string;
  account: pulumi.Output<Account>;
  keyArn: pulumi.Output<string>;
  topicArn: pulumi.Output<string>;
}

/** The DR region's half: the event goes over to the primary region. */
function forward(
  args: KeyEventArgs,
  rule: aws.cloudwatch.EventRuleArgs,
  here: pulumi.CustomResourceOptions,
  there: pulumi.CustomResourceOptions,
): void {
  const { vaultId, primaryRegion, account } = args;
  const name = namesOf(vaultId).keyEvents;
  const bus = account.apply(
    ({ partition, accountId }) =>
      `arn:${partition}:events:${primaryRegion}:${accountId}:event-bus/default`,
  );
  const role = serviceRole(name, "events", account, args, here);
  const policy = bus.apply((Resource) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Sid: "Forward", Effect: "Allow", Action: "events:PutEvents", Resource }],
    }),
  );
  const right = new aws.iam.RolePolicy(name, { role: role.name, policy }, here);
  const { name: ruleName } = new aws.cloudwatch.EventRule(`${name}-dr`, rule, there);
  new aws.cloudwatch.EventTarget(
    `${name}-dr`,
    { rule: ruleName, targetId: "primary-region", arn: bus, roleArn: role.arn },
    { ...there, dependsOn: [right] },
  );
}

export function keyEvents(
  args: KeyEventArgs,
  here: pulumi.CustomResourceOptions,
  there: pulumi.CustomResourceOptions,
): void {
  const { vaultId, drRegion, keyArn, topicArn, tags } = args;
  const name = namesOf(vaultId).keyEvents;
  const rule = {
    name,
    description: `${vaultId}: somebody takes the DR key away`,
    eventPattern: keyArn.apply((arn) => JSON.stringify(keyEventPattern(arn))),
    tags,
  };
  forward(args, rule, here, there);
  const { name: ruleName } = new aws.cloudwatch.EventRule(name, rule, here);
  new aws.cloudwatch.EventTarget(
    name,
    {
      rule: ruleName,
      targetId: "topic",
      arn: topicArn,
      inputTransformer: {
        inputPaths: {
          call: "$.detail.eventName",
          who: "$.detail.userIdentity.arn",
          at: "$.detail.eventTime",
        },
        inputTemplate: keyArn.apply((arn) => mailTemplate(vaultId, drRegion, arn)),
      },
    },
    here,
  );
}
