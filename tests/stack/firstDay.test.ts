/**
 * Tests production in an account made today: it deploys, and changes that make a key unusable are reported to a person,
 * without further steps.
 */
import { type DeclaredStack, declareStack } from "../support/stackProgram";

/**
 * Concurrent executions of a new account; Lambda keeps ten of them from being reserved (Lambda developer guide,
 * "Quotas").
 */
const NEW_ACCOUNT = { concurrency: 10, unreservable: 10 };

const KEY = "aws:kms/key:Key";
const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";

interface Pattern {
  source: string[];
  "detail-type": string[];
  detail: { eventName: string[]; resources: { ARN: string[] } };
}

describe.each(["dev", "prod"])("%s", (stack) => {
  test("reserves no more concurrency than a new account has", async () => {
    const { program } = await declareStack(stack);
    const reserved = program.declared
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ inputs }) => Number(inputs.reservedConcurrentExecutions));
    expect(reserved.length).toBeGreaterThan(0);
    const sum = reserved.filter((one) => one > 0).reduce((total, one) => total + one, 0);
    expect(NEW_ACCOUNT.concurrency - sum).toBeGreaterThanOrEqual(NEW_ACCOUNT.unreservable);
  });
});

describe("prod", () => {
  let stack: DeclaredStack;
  const all = (type: string) => stack.program.declared.filter((one) => one.type === type);
  const regionOf = (provider: string) => /dr-([a-z0-9-]+)::/.exec(provider)?.[1] ?? "us-east-1";

  beforeAll(async () => {
    stack = await declareStack("prod");
  });

  test("has a trail that logs management events of every region", () => {
    const { isMultiRegionTrail, enableLogging, eventSelectors, advancedEventSelectors } =
      stack.inputs("aws:cloudtrail/trail:Trail");
    expect(isMultiRegionTrail).toBe(true);
    // Unset, a trail logs, and it logs management events (CloudTrail user guide, "Creating a trail").
    expect([enableLogging, eventSelectors, advancedEventSelectors]).toStrictEqual(Array(3).fill(undefined));
  });

  test("watches each key in its own region for what makes copies unreadable", () => {
    expect(all(KEY).length).toBeGreaterThan(0);
    for (const key of all(KEY)) {
      const region = regionOf(key.provider);
      const rules = all(RULE).filter(({ provider }) => regionOf(provider) === region);
      const patterns = rules.map(({ inputs }) => JSON.parse(String(inputs.eventPattern)) as Pattern);
      const [pattern] = patterns.filter(({ detail }) =>
        detail.resources.ARN.some((arn) => arn.includes(`:${region}:`)),
      );
      expect(pattern?.source).toStrictEqual(["aws.kms"]);
      expect(pattern?.["detail-type"]).toStrictEqual(["AWS API Call via CloudTrail"]);
      expect(pattern?.detail.eventName).toEqual(
        expect.arrayContaining(["DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion"]),
      );
    }
  });

  test("hands each region's events to the primary region, and those to a topic with a subscriber's address", () => {
    const targets = all(TARGET).map(({ inputs }) => String(inputs.arn));
    const { arn: topic } = stack.inputs("aws:sns/topicPolicy:TopicPolicy");
    expect(targets.filter((arn) => arn === topic)).toHaveLength(1);
    const others = targets.filter((arn) => arn !== topic);
    expect(others).toHaveLength(all(RULE).length - 1);
    for (const arn of others) expect(arn).toMatch(/^arn:aws:events:us-east-1:.*event-bus\/default$/);
    const subscription = stack.inputs("aws:sns/topicSubscription:TopicSubscription");
    expect(subscription).toMatchObject({ topic, protocol: "email" });
  });
});
