/** Tests who is allowed to do what in the production stack: every policy in full. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { ARN, type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import {
  FUNCTION,
  BUCKET_KEY_POLICY,
  BUCKET_RIGHTS,
  FUNCTION_RIGHTS,
  KEY_POLICY,
  KEY_USE,
  PRIMARY_BUS,
  TAGS,
  TOPIC,
  VAULT,
} from "../support/stackPolicies";

/** Statements that `trail: true` adds to the DR key's policy. */
const TRAIL_KEY_POLICY = {
  Sid: "TrailEncrypts",
  Effect: "Allow",
  Principal: { Service: "cloudtrail.amazonaws.com" },
  Action: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"],
  Resource: "*",
  Condition: {
    StringEquals: {
      "aws:SourceArn": `arn:aws:cloudtrail:us-east-1:${ACCOUNT_ID}:trail/${VAULT}-trail`,
    },
  },
};

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod");
});

describe("the function's permissions", () => {
  const statements = () => policyOf(stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`)).Statement;

  test("let only Lambda take its role", () => {
    const { assumeRolePolicy, ...inputs } = stack.inputs("aws:iam/role:Role", `${VAULT}-function`);
    expect(inputs).toStrictEqual({ name: `${VAULT}-function`, tags: TAGS });
    expect(JSON.parse(String(assumeRolePolicy))).toStrictEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      ],
    });
  });

  test("are these statements, in its own role", () => {
    const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
    expect(inputs).toStrictEqual({ role: `${VAULT}-function`, policy: inputs.policy });
    expect(policyOf(inputs).Version).toBe("2012-10-17");
    expect(statements()).toStrictEqual([...FUNCTION_RIGHTS, BUCKET_RIGHTS]);
  });

  test("include no write on all resources and no action by wildcard", () => {
    for (const { Action, Resource } of statements()) {
      const actions = [Action].flat();
      expect(actions.filter((action) => action.includes("*"))).toStrictEqual([]);
      // X-Ray's calls support no resources.
      if (actions.some((action) => !/:(Describe|Get|List)|^xray:Put/.test(action))) {
        expect([Resource].flat()).not.toContain("*");
      }
    }
  });

  test("delete and tag only what has this vault's tag, and make nothing without it", () => {
    const conditions = (action: string, resource: RegExp) =>
      statements()
        .filter(({ Action }) => [Action].flat().includes(action))
        .filter(({ Resource }) => [Resource].flat().some((arn) => resource.test(arn)))
        .map(({ Condition }) => Condition?.StringEquals ?? {});
    const tag = (keys: Record<string, unknown>) =>
      keys["aws:ResourceTag/smart-vault:vault"] ?? keys["aws:RequestTag/smart-vault:vault"];
    expect(conditions("ec2:DeleteSnapshot", /./).map(tag)).toStrictEqual([VAULT]);
    expect(conditions("ec2:CreateTags", /./).map(tag)).toStrictEqual([VAULT, VAULT, VAULT]);
    for (const action of ["ec2:CreateSnapshot", "ec2:CreateSnapshots"]) {
      expect(conditions(action, /:snapshot\//).map(tag)).toStrictEqual([VAULT]);
    }
    expect(conditions("ec2:CopySnapshot", /\{\*\}$/).map(tag)).toStrictEqual([VAULT]);
  });

  test("fit the 10,240 characters that IAM allows a role's inline policies", () => {
    const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
    expect(String(inputs.policy).length).toBeLessThan(10_240);
  });

  test("come from no managed policy", () => {
    const types = stack.program.declared.map(({ type }) => type);
    expect(types.filter((type) => /attachment|managedPolic|iam\/policy:/i.test(type))).toStrictEqual([]);
    for (const { type, inputs } of stack.program.declared) {
      if (type === "aws:iam/role:Role") expect(inputs).not.toHaveProperty("managedPolicyArns");
    }
  });
});

describe("the DR key", () => {
  test("rotates, and waits thirty days before its deletion", () => {
    const { policy, ...inputs } = stack.inputs("aws:kms/key:Key");
    expect(policy).toBeDefined();
    expect(inputs).toStrictEqual({
      description: `DR copies of ${VAULT}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: TAGS,
    });
  });

  test.each(["aws:kms/key:Key", "aws:kms/alias:Alias"])("outlives the stack as %s", (type) => {
    const { protect, retainOnDelete } = stack.options(type, `${VAULT}-us-west-2`);
    expect({ protect, retainOnDelete }).toStrictEqual({ protect: true, retainOnDelete: true });
  });

  test("is made after the role that its policy names, because KMS checks that", () => {
    expect(stack.options("aws:kms/key:Key", `${VAULT}-us-west-2`).after).toStrictEqual([
      `aws:iam/role:Role ${VAULT}-function`,
    ]);
  });

  test("is administered by the account, which can't use it, and used by the function through EC2", () => {
    expect(policyOf(stack.inputs("aws:kms/key:Key"))).toStrictEqual({
      ...KEY_POLICY,
      Statement: [...KEY_POLICY.Statement, BUCKET_KEY_POLICY, TRAIL_KEY_POLICY],
    });
  });

  test("can still be administered by the account after it is made", () => {
    const [account] = policyOf(stack.inputs("aws:kms/key:Key")).Statement;
    const may = (action: string) =>
      [account?.Action ?? []].flat().some((pattern) => new RegExp(`^${pattern.replace("*", ".*")}$`).test(action));
    expect(["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"].map(may)).toStrictEqual([
      true,
      true,
      true,
    ]);
    expect([...KEY_USE.filter((action) => action !== "kms:DescribeKey"), "kms:CreateGrant"].filter(may)).toStrictEqual(
      [],
    );
  });

  test("has the vault's name as alias", () => {
    expect(stack.inputs("aws:kms/alias:Alias")).toStrictEqual({
      name: `alias/${VAULT}`,
      targetKeyId: ARN.key.slice(-36),
    });
  });
});

test("allows the scheduler to call only this function, for this account", () => {
  const name = `${VAULT}-scheduler`;
  const { assumeRolePolicy, ...role } = stack.inputs("aws:iam/role:Role", name);
  expect(role).toStrictEqual({ name, tags: TAGS });
  expect(JSON.parse(String(assumeRolePolicy))).toStrictEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "scheduler.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } },
      },
    ],
  });
  const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", name);
  expect(inputs).toStrictEqual({ role: name, policy: inputs.policy });
  expect(policyOf(inputs)).toStrictEqual({
    Version: "2012-10-17",
    Statement: [{ Sid: "Invoke", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: FUNCTION }],
  });
});

test.each([
  ["key-events", { Sid: "Forward", Action: "events:PutEvents", Resource: PRIMARY_BUS }],
  ["key-mail", { Sid: "Mail", Action: "sns:Publish", Resource: TOPIC }],
])("lets EventBridge take the role %s for this account only, to do one thing", (suffix, right) => {
  const name = `${VAULT}-${suffix}`;
  const { assumeRolePolicy, ...role } = stack.inputs("aws:iam/role:Role", name);
  expect(role).toStrictEqual({ name, tags: TAGS });
  expect(JSON.parse(String(assumeRolePolicy))).toStrictEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } },
      },
    ],
  });
  const inputs = stack.inputs("aws:iam/rolePolicy:RolePolicy", name);
  expect(inputs).toStrictEqual({ role: name, policy: inputs.policy });
  expect(policyOf(inputs)).toStrictEqual({
    Version: "2012-10-17",
    Statement: [{ ...right, Effect: "Allow" }],
  });
});

test("lets services in for no account but this one, on any resource", () => {
  const services = stack.program.declared
    .flatMap(({ inputs }) => [inputs.policy, inputs.assumeRolePolicy])
    .filter((document) => typeof document === "string")
    .flatMap((policy) => policyOf({ policy }).Statement)
    .filter(({ Principal, Action }) => {
      const { Service: service } = (Principal ?? {}) as { Service?: string };
      // Lambda names no source when it takes a function's role, and the role is given only to that function.
      const isLambdas = service === "lambda.amazonaws.com" && Action === "sts:AssumeRole";
      return service !== undefined && !isLambdas;
    });
  const keys = services.map(({ Condition = {} }) =>
    Object.values(Condition)
      .flatMap((conditions) => Object.keys(conditions))
      .filter((key) => ["aws:SourceAccount", "aws:SourceArn"].includes(key)),
  );
  expect(services.length).toBeGreaterThan(5);
  expect(keys.filter((list) => list.length === 0)).toStrictEqual([]);
});

test("accepts the account's alarms in the topic, and nothing unencrypted", () => {
  const inputs = stack.inputs("aws:sns/topicPolicy:TopicPolicy");
  expect(inputs).toStrictEqual({ arn: TOPIC, policy: inputs.policy });
  expect(policyOf(inputs)).toStrictEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AlarmsPublish",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: TOPIC,
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } },
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: TOPIC,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
});
