/**
 * What the vault's resources and snapshots may cost a month, told by AWS Budgets. Costs are found by the vault's tag,
 * once it is activated as a cost allocation tag in the billing console: until then the budget sees nothing.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { TAG } from "../../vault/model/tags";
import type { Account } from "../../iam/names";

export interface BudgetArgs {
  vaultId: string;
  /** 0: there is none. */
  monthlyBudgetUsd: number;
  topicArn: pulumi.Output<string>;
  tags: Record<string, string>;
}

/** At what share of it, and of what was spent or what AWS expects the month to come to. */
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
      // `user:<key>$<value>` (AWS Cost Management user guide, "Budget filters").
      // By the vault's tag alone: a configured one is on other things too.
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

/** What lets the budget publish (AWS Cost Management user guide, "Creating an Amazon SNS topic for budget notifications"). */
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
