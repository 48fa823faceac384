/** Tests a stack whose options all differ from the defaults, and how policies follow from options. */
import { functionPolicy } from "../../src/iam/functionPolicy";
import { keyPolicy } from "../../src/iam/keyPolicy";
import { namesOf } from "../../src/iam/names";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { ARN, type DeclaredStack, type Statement, declareStack, policyOf } from "../support/stackProgram";

const VAULT = "smart-vault-dev";
const SOURCE_KEY = "arn:aws:kms:eu-west-1:210987654321:key/shared";
const BOUNDARY = `arn:aws:iam::${ACCOUNT_ID}:policy/${VAULT}-boundary`;
const RESTORER = `arn:aws:iam::${ACCOUNT_ID}:role/restorer`;

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("dev", [
    "aws:region=eu-west-1",
    "drRegion=eu-central-1",
    "tagKey=Protect",
    "tagValue=yes",
    "schedule=rate(7 days)",
    "timezone=Europe/Berlin",
    'alertEmails=["a@example.com","b@example.com"]',
    "memoryMb=1024",
    "timeoutSeconds=900",
    "reserveConcurrency=true",
    "manifests=false",
    `sourceKeyArns=["${SOURCE_KEY}"]`,
    `restoreRoleArns=["${RESTORER}"]`,
    `permissionsBoundaryArn=${BOUNDARY}`,
  ]);
});

function statement(policy: { Statement: Statement[] }, sid: string): Statement {
  const found = policy.Statement.find(({ Sid }) => Sid === sid);
  if (found === undefined) throw new Error(`no statement ${sid}`);
  return found;
}

const functionRights = () => policyOf(stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`));

test("uses both regions of the config", () => {
  expect(stack.list).toContain(`aws:lambda/function:Function ${VAULT} eu-west-1`);
  expect(stack.list).toContain(`aws:kms/key:Key ${VAULT}-eu-central-1 eu-central-1`);
  expect(stack.list.filter((line) => /us-(east|west)/.test(line))).toStrictEqual([]);
  const made = [ARN.topic(VAULT)];
  const rights = made.reduce((text, arn) => text.replaceAll(arn, ""), JSON.stringify(functionRights()));
  expect(rights).not.toMatch(/us-(east|west)/);
});

test("uses memory, timeout and concurrency of the config", () => {
  expect(stack.inputs("aws:lambda/function:Function")).toMatchObject({
    memorySize: 1_024,
    timeout: 900,
    reservedConcurrentExecutions: 1,
  });
});

test("allows snapshots only of instances with the config's tag", () => {
  expect(statement(functionRights(), "SnapshotProtectedInstances").Condition).toStrictEqual({
    StringEquals: { "aws:ResourceTag/Protect": ["yes"] },
  });
});

test("allows reading with the given source keys only", () => {
  for (const sid of ["ReadEncryptedSources", "ReadEncryptedSourcesGrants"]) {
    expect(statement(functionRights(), sid).Resource).toStrictEqual([SOURCE_KEY]);
  }
});

test("allows restoring roles to use the DR key, through EC2 in its region", () => {
  const policy = policyOf(stack.inputs("aws:kms/key:Key"));
  for (const sid of ["Restore", "RestoreGrants"]) {
    expect(statement(policy, sid)).toMatchObject({
      Principal: { AWS: [RESTORER] },
      Condition: { StringEquals: { "kms:ViaService": ["ec2.eu-central-1.amazonaws.com"] } },
    });
  }
});

test("puts the boundary on every role of the vault", () => {
  const roles = stack.program.declared.filter(({ type }) => type === "aws:iam/role:Role");
  const boundaries = roles.map(({ inputs }) => inputs.permissionsBoundary);
  expect(boundaries).toStrictEqual(Array(4).fill(BOUNDARY));
});

test("subscribes each address separately", () => {
  const subscriptions = stack.program.declared.filter(({ type }) => type.endsWith("Subscription"));
  expect(subscriptions.map(({ inputs }) => inputs.endpoint).sort()).toStrictEqual(["a@example.com", "b@example.com"]);
});

test("gives a weekly stack every alarm that a daily one has", () => {
  const alarms = stack.program.declared.filter(({ type }) => type.endsWith(":MetricAlarm"));
  expect(alarms.map(({ name }) => name.replace(`${VAULT}-`, "")).sort()).toStrictEqual([
    "dropped",
    "duration",
    "errors",
    "no-heartbeat",
    "no-match",
    "out-of-memory",
    "overdue-eu-central-1",
    "stale-eu-central-1",
    "stale-eu-west-1",
    "throttles",
  ]);
  // Its warnings about retention are true: configWarnings.test.ts.
  expect(stack.warnings.filter((text) => text.includes("alarm"))).toStrictEqual([]);
});

test("makes no bucket without manifests and audit log, and grants nothing on one", () => {
  expect(stack.list.filter((line) => line.startsWith("aws:s3/"))).toStrictEqual([]);
  expect(JSON.stringify(functionRights())).not.toContain("s3:");
});

test("uses another partition's own ARNs", () => {
  const account = { partition: "aws-cn", accountId: ACCOUNT_ID };
  const policy = functionPolicy({
    ...account,
    vaultId: VAULT,
    primaryRegion: "cn-north-1",
    dryRun: false,
    dr: [{ region: "cn-northwest-1", keyArn: "arn:aws-cn:kms:cn-northwest-1:1:key/1" }],
    primaryKeyArn: "arn:aws-cn:kms:cn-north-1:1:key/1",
    tagKey: "backup",
    policies: { True: {} },
    sourceKeyArns: [],
    manifests: [{ bucket: "m", region: "cn-northwest-1", host: "" }],
    topicArn: "arn:aws-cn:sns:cn-north-1:1:t",
    schedulerRoleArn: "arn:aws-cn:iam::1:role/s",
  });
  const key = keyPolicy(account, "cn-northwest-1", {
    roleArn: "arn:aws-cn:iam::1:role/f",
    restoreRoleArns: ["arn:aws-cn:iam::1:role/r"],
    ec2Regions: ["cn-northwest-1"],
    keyAdministrators: ["arn:aws-cn:iam::1:role/a"],
  });
  expect(JSON.stringify([policy, key])).not.toContain("arn:aws:");
});

test("makes names that AWS accepts even for the longest vault id", () => {
  const names = namesOf("x".repeat(48));
  for (const name of [names.role, names.schedulerRole, names.runSchedule, names.sweepSchedule]) {
    expect(name.length).toBeLessThanOrEqual(64);
  }
  for (const name of [names.function, names.clockSchedule, names.scheduleGroup, names.keyEvents]) {
    expect(name.length).toBeLessThanOrEqual(64);
  }
});
