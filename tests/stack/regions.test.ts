/**
 * Tests a production stack with two DR regions that also encrypts its snapshots in the primary region, under its own
 * key.
 */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { settingsIn } from "../support/stackArchive";
import { COPY_USE, KEY_EVENTS_ROLE, KEY_USE, PRIMARY_BUS, ROLE, TAGS, TOPIC, VAULT } from "../support/stackPolicies";
import { ARN, type DeclaredStack, declareStack, policyOf } from "../support/stackProgram";
import { SETTINGS } from "../support/stackSettings";

const DR = ["us-west-2", "eu-west-1"];
const ALL = ["us-east-1", ...DR];
const EVENTS = `${VAULT}-key-events`;
const RESTORER = `arn:aws:iam::${ACCOUNT_ID}:role/restorer`;
const KEY = "aws:kms/key:Key";
const ALIAS = "aws:kms/alias:Alias";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod", [
    "drRegion=",
    `drRegions=${JSON.stringify(DR)}`,
    "encryptPrimary=true",
    `restoreRoleArns=["${RESTORER}"]`,
  ]);
});

test("gives each region its provider, and puts each resource into its own", () => {
  const providers = stack.program.declared.filter(({ type }) => type === "pulumi:providers:aws");
  expect(providers.map(({ name, inputs }) => [name, inputs.region]).sort()).toStrictEqual([
    ["dr-eu-west-1", "eu-west-1"],
    ["dr-us-west-2", "us-west-2"],
    ["primary", "us-east-1"],
  ]);
  const regional = /kms|eventRule|eventTarget|rbin/;
  expect(stack.list.filter((line) => regional.test(line))).toStrictEqual([
    `aws:cloudwatch/eventRule:EventRule ${EVENTS} us-east-1`,
    `aws:cloudwatch/eventRule:EventRule ${EVENTS}-eu-west-1 eu-west-1`,
    `aws:cloudwatch/eventRule:EventRule ${EVENTS}-us-west-2 us-west-2`,
    `aws:cloudwatch/eventTarget:EventTarget ${EVENTS} us-east-1`,
    `aws:cloudwatch/eventTarget:EventTarget ${EVENTS}-eu-west-1 eu-west-1`,
    `aws:cloudwatch/eventTarget:EventTarget ${EVENTS}-us-west-2 us-west-2`,
    `aws:kms/alias:Alias ${VAULT}-eu-west-1 eu-west-1`,
    `aws:kms/alias:Alias ${VAULT}-us-east-1 us-east-1`,
    `aws:kms/alias:Alias ${VAULT}-us-west-2 us-west-2`,
    `aws:kms/key:Key ${VAULT}-eu-west-1 eu-west-1`,
    `aws:kms/key:Key ${VAULT}-us-east-1 us-east-1`,
    `aws:kms/key:Key ${VAULT}-us-west-2 us-west-2`,
    `aws:rbin/rule:Rule ${VAULT} us-east-1`,
    `aws:rbin/rule:Rule ${VAULT}-eu-west-1 eu-west-1`,
    `aws:rbin/rule:Rule ${VAULT}-us-west-2 us-west-2`,
  ]);
  // The rest is that of a stack with one DR region, all in the primary region.
  const isOther = (line: string) => line.startsWith("aws:") && !line.startsWith("aws:s3/");
  const others = stack.list.filter((line) => isOther(line) && !regional.test(line));
  expect(others.length).toBeGreaterThan(20);
  expect(others.filter((line) => !line.endsWith(" us-east-1"))).toStrictEqual([]);
});

test("retains all that is protected, so that it is kept in AWS even if it is unprotected only in the state", () => {
  const named = stack.program.declared.map(({ type, name }) => ({ type, name }));
  const kept = named.filter(({ type, name }) => stack.options(type, name).protect);
  const types = (pattern: RegExp) => kept.filter(({ type }) => pattern.test(type)).length;
  expect([types(/^aws:kms\//), types(/^aws:s3\//)]).toStrictEqual([6, 3 * 7]);
  expect(kept).toHaveLength(27);
  expect(kept.filter(({ type, name }) => !stack.options(type, name).retainOnDelete)).toStrictEqual([]);
});

describe("the keys", () => {
  test.each([
    ["us-west-2", "DR copies", ["us-west-2"]],
    ["eu-west-1", "DR copies", ["eu-west-1"]],
    ["us-east-1", "Encrypted snapshots", ALL],
  ])("of %s is for %s, and the function uses it through EC2 in %j", (region, what, ec2Regions) => {
    const { policy, ...inputs } = stack.inputs(KEY, `${VAULT}-${region}`);
    expect(inputs).toStrictEqual({
      description: `${what} of ${VAULT}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: TAGS,
    });
    const use = policyOf({ policy }).Statement.map(({ Sid, Principal, Action, Condition }) => [
      Sid,
      Principal,
      Action,
      Condition?.StringEquals,
    ]);
    const via = (regions: string[]) => ({ "kms:ViaService": regions.map((one) => `ec2.${one}.amazonaws.com`) });
    // The buckets' use of the DR keys has its own tests.
    const forBuckets: unknown[] = ["VaultWrites", "ReadObjects", "TrailEncrypts"];
    const forCopies = use.slice(1).filter(([sid]) => !forBuckets.includes(sid));
    expect(forCopies).toStrictEqual([
      ["VaultCopies", { AWS: [ROLE] }, COPY_USE, via(ec2Regions)],
      ["VaultCopiesGrants", { AWS: [ROLE] }, "kms:CreateGrant", via(ec2Regions)],
      ["VaultAsksForState", { AWS: [ROLE] }, "kms:DescribeKey", undefined],
      ["Restore", { AWS: [RESTORER] }, KEY_USE, via([region])],
      ["RestoreGrants", { AWS: [RESTORER] }, "kms:CreateGrant", via([region])],
    ]);
  });

  test.each(ALL)("of %s outlives the stack with its alias, and is made after the role", (region) => {
    const name = `${VAULT}-${region}`;
    for (const type of [KEY, ALIAS]) {
      const { protect, retainOnDelete } = stack.options(type, name);
      expect({ protect, retainOnDelete }).toStrictEqual({ protect: true, retainOnDelete: true });
    }
    expect(stack.options(KEY, name).after).toStrictEqual([`aws:iam/role:Role ${VAULT}-function`]);
    expect(stack.inputs(ALIAS, name)).toStrictEqual({
      name: `alias/${VAULT}`,
      targetKeyId: ARN.keyIn(region).slice(-36),
    });
  });
});

describe("a change that makes a key unusable", () => {
  const RULE = "aws:cloudwatch/eventRule:EventRule";
  const TARGET = "aws:cloudwatch/eventTarget:EventTarget";

  test.each([
    [EVENTS, ["us-west-2", "eu-west-1", "us-east-1"]],
    [`${EVENTS}-us-west-2`, ["us-west-2"]],
    [`${EVENTS}-eu-west-1`, ["eu-west-1"]],
  ])("is matched by rule %s for the keys of %j", (name, regions) => {
    const { eventPattern, ...inputs } = stack.inputs(RULE, name);
    expect(inputs).toStrictEqual({
      name: EVENTS,
      description: `${VAULT}: somebody takes a key of the vault's away`,
      tags: TAGS,
    });
    const { detail } = JSON.parse(String(eventPattern)) as { detail: { resources: unknown } };
    expect(detail.resources).toStrictEqual({ ARN: regions.map(ARN.keyIn) });
  });

  test.each(DR)("is handed from %s to the primary region, which mails it", (region) => {
    expect(stack.inputs(TARGET, `${EVENTS}-${region}`)).toStrictEqual({
      rule: EVENTS,
      targetId: "primary-region",
      arn: PRIMARY_BUS,
      roleArn: KEY_EVENTS_ROLE,
    });
    expect(stack.options(TARGET, `${EVENTS}-${region}`).after).toContain(`aws:iam/rolePolicy:RolePolicy ${EVENTS}`);
    expect(stack.inputs(TARGET, EVENTS)).toMatchObject({ targetId: "topic", arn: TOPIC });
  });
});

test("declares the same Recycle Bin in each region", () => {
  const rules = [VAULT, ...DR.map((region) => `${VAULT}-${region}`)].map((name) =>
    stack.inputs("aws:rbin/rule:Rule", name),
  );
  expect(rules.map((rule) => JSON.stringify(rule))).toStrictEqual(Array(3).fill(JSON.stringify(rules[0])));
  expect(rules[0]?.retentionPeriod).toStrictEqual({
    retentionPeriodValue: 7,
    retentionPeriodUnit: "DAYS",
  });
});

test("gives the function the regions in the config's order, each with its key, and the primary key", () => {
  expect(settingsIn(stack.archive)).toStrictEqual({
    ...SETTINGS,
    dr: DR.map((region) => ({ region, keyArn: ARN.keyIn(region) })),
    primaryKeyArn: ARN.keyIn("us-east-1"),
    manifests: DR.map((region) => {
      const bucket = `${VAULT}-manifests-${ACCOUNT_ID}-${region}`;
      return { bucket, region, host: `${bucket}.s3.${region}.amazonaws.com` };
    }),
  });
});

test("grants the function permissions for these regions and keys", () => {
  const rights = policyOf(stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`));
  const resources = (sid: string) => rights.Statement.find(({ Sid }) => Sid === sid)?.Resource;
  expect(resources("PruneOwnSnapshots")).toStrictEqual(ALL.map((region) => `arn:aws:ec2:${region}:*:snapshot/*`));
  expect(["EncryptCopies", "EncryptCopies2", "ReadEncryptedSources"].map(resources)).toStrictEqual([
    ...DR.map(ARN.keyIn),
    // Its own key is one of the account's.
    `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/*`,
  ]);
});

test("gives one key per region as output", () => {
  expect(stack.program.outputs).toMatchObject({
    keyArns: Object.fromEntries(ALL.map((region) => [region, ARN.keyIn(region)])),
    regions: { primary: "us-east-1", dr: DR },
  });
});
