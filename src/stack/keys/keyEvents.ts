/**
 * Mails you when somebody disables one of the vault's keys, schedules its deletion or changes its policy. KMS is called
 * in the key's region, the topic is in the primary region, and a rule reaches only topics of its own region. So a rule
 * in each DR region sends the event to the primary region's default bus, and a rule there sends it to the topic
 * (docs/adr/0010). CloudTrail delivers the events, and only if a trail logs management events.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { KeyedRegion } from "../../vault/model/settings";
import { type RoleArgs, serviceRole } from "../serviceRole";
import { namesOf } from "../../iam/names";
import type { RegionOptions } from "../regionOptions";

/**
 * Calls that make copies unreadable, now or in thirty days. DeleteAlias does not, because the vault refers to the key
 * by its ARN.
 */
const THREATS = ["DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion"];

/**
 * Returns the event pattern of the rules. `requestParameters.keyId` is whatever the caller wrote, an id or an ARN;
 * `resources` always has the key's ARN (AWS KMS developer guide, "CloudTrail log entries"). Refused calls did nothing,
 * so the pattern leaves them out.
 */
function keyEventPattern(keyArns: readonly string[]): string {
  return JSON.stringify({
    source: ["aws.kms"],
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: {
      eventSource: ["kms.amazonaws.com"],
      eventName: THREATS,
      errorCode: [{ exists: false }],
      resources: { ARN: keyArns },
    },
  });
}

/**
 * Returns the mail's text. EventBridge requires each line as a JSON string, and puts the event's fields into the
 * brackets.
 */
function mailTemplate(vaultId: string): string {
  return [
    `${vaultId}: <call> on its key in <region>, by <who> at <at>.`,
    "While the key <key> is disabled, deleted or shut off by its policy, no snapshot under it is made, copied or restored.",
    "If that was not meant: docs/RUNBOOK.md, 'A key is disabled or going to be deleted'. In short:",
    "aws kms cancel-key-deletion --region <region> --key-id <key>",
    "aws kms enable-key --region <region> --key-id <key>",
    "After PutKeyPolicy: pulumi up --refresh puts the vault's own policy back.",
  ]
    .map((line) => JSON.stringify(line))
    .join("\n");
}

export interface KeyEventArgs extends RoleArgs {
  vaultId: string;
  primaryRegion: string;
  /** Every key that the vault has made. */
  keys: pulumi.Output<KeyedRegion[]>;
  topicArn: pulumi.Output<string>;
}

/** Makes a role that EventBridge assumes for one target, with the one permission that it needs there. */
function targetRole(
  name: string,
  { Resource, ...use }: { Sid: string; Action: string; Resource: pulumi.Output<string> },
  args: KeyEventArgs,
  opts: pulumi.CustomResourceOptions,
) {
  const role = serviceRole(name, "events", args, opts);
  const policy = Resource.apply((arn) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ ...use, Effect: "Allow", Resource: arn }],
    }),
  );
  const attached = new aws.iam.RolePolicy(name, { role: role.name, policy }, opts);
  return { roleArn: role.arn, attached };
}

/** Returns the primary region's bus, to which other regions send their events. */
function busOf({ account, primaryRegion }: KeyEventArgs): pulumi.Output<string> {
  return account.apply(
    ({ partition, accountId }) => `arn:${partition}:events:${primaryRegion}:${accountId}:event-bus/default`,
  );
}

function keyRule(
  resourceName: string,
  { vaultId, keys, tags }: KeyEventArgs,
  region: string | undefined,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.EventRule {
  const eventPattern = keys.apply((all) => {
    const watched = all.filter((key) => region === undefined || key.region === region);
    return keyEventPattern(watched.map(({ keyArn }) => keyArn));
  });
  const description = `${vaultId}: somebody takes a key of the vault's away`;
  const name = namesOf(vaultId).keyEvents;
  return new aws.cloudwatch.EventRule(resourceName, { name, description, eventPattern, tags }, opts);
}

export function keyEvents(args: KeyEventArgs, { primary, dr }: RegionOptions): void {
  const { vaultId, topicArn } = args;
  const { keyEvents: name, keyMail } = namesOf(vaultId);
  const bus = busOf(args);
  const toBus = { Sid: "Forward", Action: "events:PutEvents", Resource: bus };
  const forward = targetRole(name, toBus, args, primary);
  for (const [region, opts] of Object.entries(dr)) {
    const rule = keyRule(`${name}-${region}`, args, region, opts);
    new aws.cloudwatch.EventTarget(
      `${name}-${region}`,
      { rule: rule.name, targetId: "primary-region", arn: bus, roleArn: forward.roleArn },
      { ...opts, dependsOn: [forward.attached] },
    );
  }
  // This does not use the topic's policy, which could not distinguish this account's EventBridge from another's.
  // EventBridge accepts a role for a topic as well (EventBridge user guide, "Using resource-based policies").
  const mail = targetRole(keyMail, { Sid: "Mail", Action: "sns:Publish", Resource: topicArn }, args, primary);
  const rule = keyRule(name, args, undefined, primary);
  new aws.cloudwatch.EventTarget(
    name,
    {
      rule: rule.name,
      targetId: "topic",
      arn: topicArn,
      roleArn: mail.roleArn,
      inputTransformer: {
        inputPaths: {
          call: "$.detail.eventName",
          who: "$.detail.userIdentity.arn",
          at: "$.detail.eventTime",
          region: "$.region",
          key: "$.detail.resources[0].ARN",
        },
        inputTemplate: mailTemplate(vaultId),
      },
    },
    { ...primary, dependsOn: [mail.attached] },
  );
}
