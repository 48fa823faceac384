/** Tests the stack with a budget: what it counts, when it notifies, and its permission to do so. */
import { type DeclaredStack, declareStack } from "../support/stackProgram";
import { TAGS, TOPIC, VAULT } from "../support/stackPolicies";

describe("a monthly budget", () => {
  let stack: DeclaredStack;
  beforeAll(async () => {
    stack = await declareStack("prod", ["monthlyBudgetUsd=250"]);
  });

  test("covers what carries the vault's tag, and notifies at 80 % expected and 100 % spent", () => {
    const notified = {
      comparisonOperator: "GREATER_THAN",
      thresholdType: "PERCENTAGE",
      subscriberSnsTopicArns: [TOPIC],
    };
    expect(stack.inputs("aws:budgets/budget:Budget")).toStrictEqual({
      name: VAULT,
      budgetType: "COST",
      limitAmount: "250",
      limitUnit: "USD",
      timeUnit: "MONTHLY",
      costFilters: [{ name: "TagKeyValue", values: [`user:smart-vault:vault$${VAULT}`] }],
      notifications: [
        { ...notified, notificationType: "FORECASTED", threshold: 80 },
        { ...notified, notificationType: "ACTUAL", threshold: 100 },
      ],
      tags: TAGS,
    });
  });

  test("is allowed to publish to the topic, for this account only", () => {
    const { policy } = stack.inputs("aws:sns/topicPolicy:TopicPolicy");
    const { Statement } = JSON.parse(String(policy)) as { Statement: { Sid: string }[] };
    expect(Statement.find(({ Sid }) => Sid === "BudgetPublishes")).toStrictEqual({
      Sid: "BudgetPublishes",
      Effect: "Allow",
      Principal: { Service: "budgets.amazonaws.com" },
      Action: "sns:Publish",
      Resource: TOPIC,
      Condition: {
        StringEquals: { "aws:SourceAccount": "123456789012" },
        ArnLike: { "aws:SourceArn": "arn:aws:budgets::123456789012:*" },
      },
    });
  });
});
