/** Tests what no command's policy allows, whatever calls are made before. */
import { operatorBoundary } from "../../../bootstrap/operatorBoundary";
import { type IamPolicy, compilePolicy } from "../../../src/iam/evaluator";
import { OPERATOR_COMMANDS, commandPolicy, operatorPolicy } from "../../../src/iam/operatorPolicy";
import type { OperatorArgs } from "../../../src/iam/restoreStatements";
import { OLD_ROLES, RESTORE_ID, RESTORE_ROLE } from "../../../src/iam/restoreTagNames";
import { RESTORE_TAG, oldRole } from "../../../src/restore/restoreTags";

const ARGS: OperatorArgs = {
  partition: "aws",
  accountId: "123456789012",
  vaultId: "smart-vault-prod",
  primaryRegion: "us-east-1",
  dr: [{ region: "us-west-2", keyArn: "arn:aws:kms:us-west-2:123456789012:key/1" }],
  tagKey: "backup",
  policies: { True: {} },
  sourceKeyArns: [],
  operatorInstanceRoleArns: [],
};
const VOLUME = "arn:aws:ec2:us-east-1:123456789012:volume/vol-1";
const INSTANCE = "arn:aws:ec2:us-east-1:123456789012:instance/i-1";

type Tags = Record<string, string>;
const prefixed = (prefix: string, tags: Tags) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));
const HERE = { "aws:RequestedRegion": "us-east-1" };

const KEYS = [RESTORE_ID, RESTORE_ROLE, "Name"];
const VALUES = ["r-1", "/dev/sdf", "old:kept:/dev/sdf"];
/** Requests to tag, each key with each value or not at all. */
const REQUESTS: Tags[] = KEYS.reduce<Tags[]>(
  (all, key) => all.flatMap((tags) => [tags, ...VALUES.map((value) => ({ ...tags, [key]: value }))]),
  [{}],
).filter((tags) => Object.keys(tags).length > 0);

/** Returns every state of a resource's tags that a policy lets its holder reach from a state. */
function reachable(policy: IamPolicy, resource: string, from: Tags): Tags[] {
  const decide = compilePolicy(policy);
  const seen = new Map([[JSON.stringify(from), from]]);
  for (const tags of seen.values()) {
    for (const given of REQUESTS) {
      const about = { ...HERE, ...prefixed("aws:ResourceTag", tags), "aws:TagKeys": Object.keys(given) };
      const writing = { ...about, ...prefixed("aws:RequestTag", given) };
      const kept = Object.fromEntries(Object.entries(tags).filter(([key]) => !Object.hasOwn(given, key)));
      const written = { action: "ec2:CreateTags", resource, context: writing };
      const removed = { action: "ec2:DeleteTags", resource, context: about };
      const next = [
        ...(decide(written) === "allowed" ? [{ ...kept, ...given }] : []),
        ...(decide(removed) === "allowed" ? [kept] : []),
      ];
      for (const one of next) seen.set(JSON.stringify(Object.fromEntries(Object.entries(one).sort())), one);
    }
  }
  return [...seen.values()];
}

const POLICIES = [
  ["the role", operatorPolicy(ARGS)],
  ["its boundary", operatorBoundary(ARGS)],
] as unknown as [string, IamPolicy][];

function deletable(policy: IamPolicy, action: string, resource: string, states: readonly Tags[]): Tags[] {
  const decide = compilePolicy(policy);
  return states.filter(
    (tags) => decide({ action, resource, context: { ...HERE, ...prefixed("aws:ResourceTag", tags) } }) === "allowed",
  );
}

describe.each(POLICIES)("%s", (_name, policy) => {
  it("lets no sequence of tags make a source volume deletable", () => {
    const states = reachable(policy, VOLUME, { Name: "data", backup: "True" });
    expect(states.length).toBeGreaterThan(1);
    expect(deletable(policy, "ec2:DeleteVolume", VOLUME, states)).toStrictEqual([]);
  });

  it("lets no sequence of tags make a protected instance end", () => {
    const states = reachable(policy, INSTANCE, { Name: "web", backup: "True" });
    expect(deletable(policy, "ec2:TerminateInstances", INSTANCE, states)).toStrictEqual([]);
  });

  it("lets what a restore made be taken away, until it is named as old", () => {
    const made = { [RESTORE_ID]: "r-1", [RESTORE_ROLE]: "/dev/sdf" };
    const old = { [RESTORE_ID]: "r-1", [RESTORE_ROLE]: "old:kept:/dev/sdf" };
    expect(deletable(policy, "ec2:DeleteVolume", VOLUME, [made, old])).toStrictEqual([made]);
  });

  it("names no call that deletes a snapshot", () => {
    const actions = policy.Statement.flatMap(({ Action }) => [Action].flat());
    expect(actions.filter((action) => /Snapshot/.test(action) && !action.startsWith("ec2:Describe"))).toStrictEqual([]);
  });
});

test("the commands that read change nothing, but for asking the function", () => {
  const actions = OPERATOR_COMMANDS.filter((command) => command !== "restore")
    .flatMap((command) => (commandPolicy(command, ARGS) as unknown as IamPolicy).Statement)
    .flatMap(({ Action }) => [Action].flat());
  const writes = actions.filter((action) => !/:(Describe|Get)/.test(action));
  expect([...new Set(writes)]).toStrictEqual(["lambda:InvokeFunction"]);
});

test("the policies know a restore's tags as the restore writes them", () => {
  expect([RESTORE_ID, RESTORE_ROLE]).toStrictEqual([RESTORE_TAG.id, RESTORE_TAG.role]);
  const pattern = new RegExp(`^${OLD_ROLES.replace("*", ".*")}$`);
  expect([true, false].map((one) => oldRole("/dev/sdf", one)).filter((role) => !pattern.test(role))).toStrictEqual([]);
});

test("the boundary fits a managed policy with ten keys and ten roles", () => {
  const sourceKeyArns = Array.from({ length: 10 }, () => `arn:aws:kms:us-east-1:123456789012:key/${"0".repeat(36)}`);
  const operatorInstanceRoleArns = Array.from({ length: 10 }, () => `arn:aws:iam::123456789012:role/${"r".repeat(30)}`);
  const text = JSON.stringify(operatorBoundary({ ...ARGS, sourceKeyArns, operatorInstanceRoleArns }));
  expect(text.length).toBeLessThanOrEqual(6_144);
});
