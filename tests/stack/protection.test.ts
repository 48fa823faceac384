/** Tests what protects the production stack's copies from deletion: the Recycle Bin and mails about its keys. */
import { configOf } from "../../src/config/config";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { ARN, type DeclaredStack, ROOT, declareStack } from "../support/stackProgram";
import { KEY_EVENTS_ROLE, PRIMARY_BUS, TAGS, TOPIC, VAULT } from "../support/stackPolicies";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod");
});

test.each([VAULT, `${VAULT}-us-west-2`])(
  "keeps what is deleted of the vault recoverable for a week by rule %s",
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

  test.each(["0", "1", "365"])("accepts %s", (days) => {
    expect(withDays(days)).toBe(Number(days));
  });

  test.each(["-1", "366", "7.5", ""])("refuses %j", (days) => {
    expect(() => withDays(days)).toThrow("recycleBinDays: expected a whole number from 0 to 365");
  });
});

describe("a change that makes a key unusable", () => {
  const name = `${VAULT}-key-events`;

  test.each([name, `${name}-us-west-2`])("is matched by rule %s for this key", (rule) => {
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

  test("is handed by the DR region to the primary region, as a role that is allowed nothing else", () => {
    const type = "aws:cloudwatch/eventTarget:EventTarget";
    expect(stack.inputs(type, `${name}-us-west-2`)).toStrictEqual({
      rule: name,
      targetId: "primary-region",
      arn: PRIMARY_BUS,
      roleArn: KEY_EVENTS_ROLE,
    });
    expect(stack.options(type, `${name}-us-west-2`).after).toContain(`aws:iam/rolePolicy:RolePolicy ${name}`);
  });

  test("is mailed by the primary region: who did what, and how to undo it", () => {
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
