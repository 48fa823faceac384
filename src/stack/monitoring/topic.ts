/** The topic that sends notifications. */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../../config/config";
import { budgetPublishes } from "./budget";
import { type Account, namesOf } from "../../iam/names";

/**
 * Allows publishing by this account's alarms and budget, and only over TLS. EventBridge is not included. Its service
 * principal is every account's, and it gives SNS nothing that a condition could check, so it publishes as a role of
 * this account (keyEvents.ts).
 */
function topicPolicy(account: Account, topicArn: string, hasBudget: boolean): aws.iam.PolicyDocument {
  const { accountId } = account;
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
      ...(hasBudget ? [budgetPublishes(account, topicArn)] : []),
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
 * Returns a subscription's logical name. Every preview and the state show it in plain text, so a secret address appears
 * only as eight digits of a hash. Names do not change with the list, so nobody has to confirm twice.
 */
function subscriptionName(vaultId: string, email: string, isSecret: boolean): string {
  if (!isSecret) return `${vaultId}-${email}`;
  const digest = createHash("sha256").update(`${vaultId} ${email}`).digest("hex");
  return `${vaultId}-${digest.slice(0, 8)}`;
}

export function alertTopic(
  {
    vaultId,
    alertEmails,
    secretEmails = false,
    monthlyBudgetUsd,
  }: Pick<VaultConfig, "vaultId" | "alertEmails" | "secretEmails" | "monthlyBudgetUsd">,
  account: pulumi.Output<Account>,
  tags: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): aws.sns.Topic {
  const topic = new aws.sns.Topic(vaultId, { name: namesOf(vaultId).topic, tags }, opts);
  const policy = pulumi
    .all([account, topic.arn])
    .apply(([acc, arn]) => JSON.stringify(topicPolicy(acc, arn, monthlyBudgetUsd > 0)));
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
