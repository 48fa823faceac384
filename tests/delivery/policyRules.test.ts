/** Tests a table of resources that each violate one rule and no other, and of similar resources that violate none. */
import { type Given, violations } from "../support/policyRules";

const ACCOUNT = "arn:aws:iam::123456789012:root";
const TAGS = { tags: { "smart-vault:vault": "smart-vault-prod" } };
const BUCKET = "arn:aws:s3:::b";
const TLS = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: BUCKET,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

const json = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const key = (props: object, protect = true): Given => ({
  type: "aws:kms/key:Key",
  props: { enableKeyRotation: true, deletionWindowInDays: 30, ...TAGS, ...props },
  protect,
});
const alarm = (props: object): Given => ({
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  props: { alarmActions: ["t"], okActions: ["t"], ...TAGS, ...props },
});
const rights = (statement: object): Given => ({
  type: "aws:iam/rolePolicy:RolePolicy",
  props: { policy: json({ Sid: "S", Effect: "Allow", ...statement }) },
});
const trust = (principal: unknown): Given => ({
  type: "aws:iam/role:Role",
  props: {
    assumeRolePolicy: json({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }),
    ...TAGS,
  },
});
const attached = (policyArn: string): Given => ({
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  props: { role: "r", policyArn },
});
const topicPolicy = (...statements: object[]): Given => ({
  type: "aws:sns/topicPolicy:TopicPolicy",
  props: { policy: json(...statements) },
});

const queue = (...statements: object[]): Given => ({
  type: "aws:sqs/queue:Queue",
  props: { policy: json(...statements), ...TAGS },
});

const BAD: [rule: string, why: string, given: Given][] = [
  ["kms-keys-rotate", "does not rotate", key({ enableKeyRotation: false })],
  ["kms-keys-rotate", "says nothing of rotation", key({ enableKeyRotation: undefined })],
  ["kms-keys-wait", "waits a week", key({ deletionWindowInDays: 7 })],
  ["kms-keys-protected-in-production", "unprotected", key({}, false)],
  [
    "kms-keys-protected-in-production",
    "unprotected in prod-eu",
    {
      ...key({ tags: { "smart-vault:vault": "smart-vault-prod-eu" } }, false),
      stack: "prod-eu",
    },
  ],
  ["iam-no-broad-managed-policies", "administrator", attached("arn:aws:iam::aws:policy/AdministratorAccess")],
  ["iam-no-broad-managed-policies", "power user", attached("arn:aws:iam::aws:policy/PowerUserAccess")],
  ["iam-no-broad-managed-policies", "a whole service", attached("arn:aws:iam::aws:policy/AWSLambda_FullAccess")],
  [
    "iam-no-broad-managed-policies",
    "by the role itself",
    {
      type: "aws:iam/role:Role",
      props: { managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEC2FullAccess"], ...TAGS },
    },
  ],
  ["iam-no-write-on-everything", "all actions", rights({ Action: "*", Resource: "arn:x" })],
  ["iam-no-write-on-everything", "all of a service", rights({ Action: ["ec2:*"], Resource: "arn:x" })],
  [
    "iam-no-write-on-everything",
    "a write on all",
    rights({ Action: ["ec2:DescribeVolumes", "ec2:DeleteSnapshot"], Resource: "*" }),
  ],
  [
    "iam-no-write-on-everything",
    "a write on all by region",
    rights({
      Action: "ec2:DeleteSnapshot",
      Resource: "*",
      Condition: { StringEquals: { "aws:RequestedRegion": "us-east-1" } },
    }),
  ],
  ["iam-no-write-on-everything", "all but some", rights({ NotAction: "iam:*", Resource: "arn:x" })],
  [
    "iam-no-write-on-everything",
    "all resources but some",
    rights({ Action: "ec2:DeleteSnapshot", NotResource: "arn:x" }),
  ],
  [
    "iam-no-write-on-everything",
    "inline in a role",
    {
      type: "aws:iam/role:Role",
      props: {
        inlinePolicies: [{ policy: json({ Effect: "Allow", Action: "*", Resource: "arn:x" }) }],
        ...TAGS,
      },
    },
  ],
  ["nothing-public", "a role for everybody", trust("*")],
  ["nothing-public", "a role for every account", trust({ AWS: "*" })],
  ["nothing-public", "a role for every account among others", trust({ AWS: [ACCOUNT, "*"] })],
  [
    "nothing-public",
    "a key for everybody",
    key({
      policy: json({
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: "kms:Decrypt",
        Resource: "*",
      }),
    }),
  ],
  [
    "nothing-public",
    "a key for all but somebody",
    key({
      policy: json({
        Effect: "Allow",
        NotPrincipal: { AWS: ACCOUNT },
        Action: "kms:Decrypt",
        Resource: "*",
      }),
    }),
  ],
  [
    "nothing-public",
    "a topic for everybody",
    topicPolicy(TLS, { Effect: "Allow", Principal: "*", Action: "sns:Publish" }),
  ],
  [
    "nothing-public",
    "a function for everybody",
    { type: "aws:lambda/permission:Permission", props: { principal: "*" } },
  ],
  [
    "nothing-public",
    "a function by URL",
    { type: "aws:lambda/functionUrl:FunctionUrl", props: { authorizationType: "NONE" } },
  ],
  ["nothing-public", "a bucket to read", { type: "aws:s3/bucketAcl:BucketAcl", props: { acl: "public-read" } }],
  [
    "tls-only",
    "a topic that takes plain text",
    topicPolicy({
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sns:Publish",
    }),
  ],
  [
    "tls-only",
    "a topic that refuses TLS",
    topicPolicy({ ...TLS, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
  ],
  ["tls-only", "a queue that takes plain text", queue()],
  ["log-groups-expire", "a log for ever", { type: "aws:cloudwatch/logGroup:LogGroup", props: { ...TAGS } }],
  [
    "log-groups-expire",
    "a log for ever, by 0",
    { type: "aws:cloudwatch/logGroup:LogGroup", props: { retentionInDays: 0, ...TAGS } },
  ],
  ["alarms-notify", "goes off silently", alarm({ alarmActions: [] })],
  ["alarms-notify", "ends silently", alarm({ okActions: undefined })],
  ["alarms-notify", "switched off", alarm({ actionsEnabled: false })],
  ["vault-tags", "no tags", alarm({ tags: undefined })],
  ["vault-tags", "other tags", alarm({ tags: { team: "blue" } })],
  ["vault-tags", "another vault's tag", alarm({ tags: { "smart-vault:vault": "smart-vault-dev" } })],
];

test.each(BAD)("reports by rule %s alone: %s", async (rule, _why, given) => {
  const reported = await violations([given]);
  expect(reported.map((line) => line.split(":")[0])).toStrictEqual([rule]);
});

const GOOD: [why: string, given: Given][] = [
  ["a key", key({})],
  ["a key that says nothing of its window, which is KMS's thirty days", key({ deletionWindowInDays: undefined })],
  ["an unprotected key in dev", { ...key({ tags: { "smart-vault:vault": "smart-vault-dev" } }, false), stack: "dev" }],
  [
    "a key that its account administers",
    key({
      policy: json({
        Effect: "Allow",
        Principal: { AWS: ACCOUNT },
        Action: "kms:Put*",
        Resource: "*",
      }),
    }),
  ],
  ["an alarm", alarm({})],
  ["reads on everything", rights({ Action: ["ec2:DescribeVolumes", "kms:ListAliases"], Resource: "*" })],
  [
    "a write on what has a tag",
    rights({
      Action: "ec2:DeleteSnapshot",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/smart-vault:vault": "v" } },
    }),
  ],
  [
    "a write on the mappings of one function",
    rights({
      Action: "lambda:CreateEventSourceMapping",
      Resource: "*",
      Condition: { ArnLike: { "lambda:FunctionArn": "arn:aws:lambda:*:1:function:f" } },
    }),
  ],
  ["a write on one resource", rights({ Action: "sns:Publish", Resource: "arn:aws:sns:us-east-1:1:t" })],
  ["a refusal of everything", rights({ Effect: "Deny", Action: "*", Resource: "*" })],
  ["a service's role", trust({ Service: "lambda.amazonaws.com" })],
  ["a managed policy for one thing", attached("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")],
  ["a topic that refuses plain text", topicPolicy(TLS)],
  ["a queue that refuses plain text", queue(TLS)],
];

test.each(GOOD)("passes %s", async (_why, given) => {
  expect(await violations([given])).toStrictEqual([]);
});
