/**
 * A monthly budget for the vault's resources and snapshots, reported by AWS Budgets. It finds costs by the vault's tag,
 * once that is activated as a cost allocation tag in the billing console. Until then the budget sees nothing.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { TAG } from "../../vault/model/tags/tags";
import type { Account } from "../../iam/names";

export interface BudgetArgs {
  vaultId: string;
  /** 0: no budget. */
  monthlyBudgetUsd: number;
  topicArn: pulumi.Output<string>;
  tags: Record<string, string>;
}

/** Shares of the budget at which it notifies, by spent and by expected cost. */
const NOTIFICATIONS = [
  { notificationType: "FORECASTED", threshold: 80 },
  { notificationType: "ACTUAL", threshold: 100 },
] as const;

export function budget(args: BudgetArgs, opts: pulumi.CustomResourceOptions): void {
  const { vaultId, monthlyBudgetUsd, topicArn, tags } = args;
  if (monthlyBudgetUsd === 0) return;
  new aws.budgets.Budget(
    vaultId,
    {
      name: vaultId,
      budgetType: "COST",
      limitAmount: String(monthlyBudgetUsd),
      limitUnit: "USD",
      timeUnit: "MONTHLY",
      // `user:<key>$<value>` (AWS Cost Management user guide, "Budget filters"). Only the vault's tag, because
      // configured tags are on other resources too.
      costFilters: [{ name: "TagKeyValue", values: [`user:${TAG.vault}$${vaultId}`] }],
      notifications: NOTIFICATIONS.map((notification) => ({
        ...notification,
        comparisonOperator: "GREATER_THAN",
        thresholdType: "PERCENTAGE",
        subscriberSnsTopicArns: [topicArn],
      })),
      tags,
    },
    opts,
  );
}

/**
 * Returns the statement that lets the budget publish (AWS Cost Management user guide, "Creating an Amazon SNS topic for
 * budget notifications").
 */
export function budgetPublishes(
  { partition, accountId }: Account,
  topicArn: string,
): aws.types.input.iam.PolicyStatement {
  return {
    Sid: "BudgetPublishes",
    Effect: "Allow",
    Principal: { Service: "budgets.amazonaws.com" },
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:${partition}:budgets::${accountId}:*` },
    },
  };
}
