/** What stands between the production stack's copies and whoever deletes them: the Recycle Bin and mails about its keys. */
import { configOf } from "../../src/config/config";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { ARN, type DeclaredStack, ROOT, declareStack } from "../support/stackProgram";
import { KEY_EVENTS_ROLE, PRIMARY_BUS, TAGS, TOPIC, VAULT } from "../support/stackPolicies";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod");
});

test.each([VAULT, `${VAULT}-us-west-2`])(
  "rule %s: what is deleted of the vault can be taken back for a week",
  (name) => {
    expect(stack.inputs("aws:rbin/rule:Rule", name)).toStrictEqual({
      description: `Deleted snapshots of ${VAULT}`,
      resourceType: "EBS_SNAPSHOT",
      resourceTags: [{ resourceTagKey: "smart-vault:vault", resourceTagValue: VAULT }],
      retentionPeriod: { retentionPeriodValue: 7, retentionPeriodUnit: "DAYS" },
      tags: TAGS,
    });
  },
);

describe("recycleBinDays", () => {
  const withDays = (days: string) => {
    const { project, values } = loadStackConfig(ROOT, "prod", [`recycleBinDays=${days}`]);
    return configOf(project, "prod", values).recycleBinDays;
  };

  test.each(["0", "1", "365"])("takes %s", (days) => {
    expect(withDays(days)).toBe(Number(days));
  });

  test.each(["-1", "366", "7.5", ""])("refuses %j", (days) => {
    expect(() => withDays(days)).toThrow("recycleBinDays: expected a whole number from 0 to 365");
  });
});

describe("whoever takes a key away is told of", () => {
  const name = `${VAULT}-key-events`;

  test.each([name, `${name}-us-west-2`])("rule %s matches what was done to this key", (rule) => {
    const { eventPattern, ...inputs } = stack.inputs("aws:cloudwatch/eventRule:EventRule", rule);
    expect(inputs).toStrictEqual({
      name,
      description: `${VAULT}: somebody takes a key of the vault's away`,
      tags: TAGS,
    });
    expect(JSON.parse(String(eventPattern))).toStrictEqual({
      source: ["aws.kms"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventSource: ["kms.amazonaws.com"],
        eventName: ["DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion"],
        errorCode: [{ exists: false }],
        resources: { ARN: [ARN.key] },
      },
    });
  });

  test("the DR region hands it to the primary region, as a role that may do nothing else", () => {
    const type = "aws:cloudwatch/eventTarget:EventTarget";
    expect(stack.inputs(type, `${name}-us-west-2`)).toStrictEqual({
      rule: name,
      targetId: "primary-region",
      arn: PRIMARY_BUS,
      roleArn: KEY_EVENTS_ROLE,
    });
    expect(stack.options(type, `${name}-us-west-2`).after).toContain(`aws:iam/rolePolicy:RolePolicy ${name}`);
  });

  test("the primary region mails who did what, and how to take it back", () => {
    const type = "aws:cloudwatch/eventTarget:EventTarget";
    const { inputTransformer, ...inputs } = stack.inputs(type, name);
    const roleArn = ARN.role(`${VAULT}-key-mail`);
    expect(inputs).toStrictEqual({ rule: name, targetId: "topic", arn: TOPIC, roleArn });
    expect(stack.options(type, name).after).toContain(`aws:iam/rolePolicy:RolePolicy ${VAULT}-key-mail`);
    const { inputPaths, inputTemplate } = inputTransformer as Record<string, unknown>;
    expect(inputPaths).toStrictEqual({
      call: "$.detail.eventName",
      who: "$.detail.userIdentity.arn",
      at: "$.detail.eventTime",
      region: "$.region",
      key: "$.detail.resources[0].ARN",
    });
    const lines = String(inputTemplate)
      .split("\n")
      .map((line) => JSON.parse(line) as string);
    expect(lines[0]).toBe(`${VAULT}: <call> on its key in <region>, by <who> at <at>.`);
    for (const command of ["cancel-key-deletion", "enable-key"]) {
      expect(lines).toContain(`aws kms ${command} --region <region> --key-id <key>`);
    }
    const asked = new Set(lines.join("").match(/<\w+>/g));
    expect([...asked].sort()).toStrictEqual(["<at>", "<call>", "<key>", "<region>", "<who>"]);
  });
});
