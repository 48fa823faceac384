/**
 * Tests the function's permissions, statement by statement, with several DR regions, encryption in the primary region
 * and dry runs.
 */
import { type FunctionPolicyArgs, functionPolicy } from "../../src/iam/functionPolicy";
import { keyPolicy } from "../../src/iam/keyPolicy";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { ARN, type Statement } from "../support/stackProgram";
import {
  ASKS_FOR_STATE,
  COPY_USE,
  FUNCTION_RIGHTS,
  KEY_POLICY,
  KEY_USE,
  LOCK_RIGHTS,
  RECEIVING,
  ROLE,
  SCHEDULER_ROLE,
  TOPIC,
  VAULT,
  newSnapshot,
} from "../support/stackPolicies";

const PROD: FunctionPolicyArgs = {
  partition: "aws",
  accountId: ACCOUNT_ID,
  vaultId: VAULT,
  primaryRegion: "us-east-1",
  dr: [{ region: "us-west-2", keyArn: ARN.key }],
  dryRun: false,
  tagKey: "backup",
  policies: { True: {} },
  sourceKeyArns: [],
  manifests: [],
  topicArn: TOPIC,
  schedulerRoleArn: SCHEDULER_ROLE,
};
const TWO = {
  ...PROD,
  dr: ["us-west-2", "eu-west-1"].map((region) => ({ region, keyArn: ARN.keyIn(region) })),
};
const THEIRS = "arn:aws:kms:us-east-1:210987654321:key/shared";
const ANY_OWN_KEY = `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/*`;
const GIVEN = ["us-east-1", "us-west-2", "eu-west-1"];

const via = (...regions: string[]) => ({
  StringEquals: { "kms:ViaService": regions.map((region) => `ec2.${region}.amazonaws.com`) },
});
const snapshotsIn = (...regions: string[]) => regions.map((region) => `arn:aws:ec2:${region}:*:snapshot/*`);

/** Returns the two statements of a key's use. */
function use(Sid: string, Resource: unknown, condition: ReturnType<typeof via>) {
  const FOR_AWS = { "kms:GrantIsForAWSResource": "true" };
  return [
    { Sid, Effect: "Allow", Action: KEY_USE, Resource, Condition: condition },
    {
      Sid: `${Sid}Grants`,
      Effect: "Allow",
      Action: "kms:CreateGrant",
      Resource,
      Condition: { ...condition, Bool: FOR_AWS },
    },
  ];
}

/** Returns the function's statements in a key's policy. */
function copies(condition: ReturnType<typeof via>) {
  const [used, ...others] = use("VaultCopies", "*", condition);
  return [{ ...used, Action: COPY_USE }, ...others];
}

/** Returns the statement about the keys' states. */
const asks = (...Resource: string[]) => ({
  Sid: "AskForKeyStates",
  Effect: "Allow",
  Action: "kms:DescribeKey",
  Resource,
});

function statements(args: FunctionPolicyArgs): Statement[] {
  return functionPolicy(args).Statement as unknown as Statement[];
}

/** Returns the statements that differ from the production stack's, and the Sid of those that are gone. */
function difference(args: FunctionPolicyArgs) {
  const now = statements(args);
  const before = new Map(FUNCTION_RIGHTS.map((one) => [one.Sid, JSON.stringify(one)]));
  const sids = now.map(({ Sid }) => Sid);
  return {
    differs: now.filter((one) => before.get(one.Sid) !== JSON.stringify(one)),
    gone: [...before.keys()].filter((sid) => !sids.includes(sid)),
  };
}

test("grants with one DR region, no encryption and no dry run what the production stack grants", () => {
  expect(statements(PROD)).toStrictEqual(FUNCTION_RIGHTS);
});

test("grants with uefiData to read UEFI variables, and nothing else", () => {
  const [observe] = FUNCTION_RIGHTS;
  expect(difference({ ...PROD, uefiData: true })).toStrictEqual({
    differs: [{ ...observe, Action: [observe?.Action, "ec2:GetInstanceUefiData"].flat() }],
    gone: [],
  });
});

describe("a second DR region", () => {
  test("is included in the permissions to read, copy, tag and prune, with its own key", () => {
    const [observe, , , , copyFrom] = FUNCTION_RIGHTS;
    const requested = { StringEquals: { "aws:RequestedRegion": GIVEN } };
    const OWNED = { "aws:ResourceTag/smart-vault:vault": VAULT };
    const TAGGED = { "aws:RequestTag/smart-vault:vault": VAULT };
    expect(difference(TWO)).toStrictEqual({
      differs: [
        { ...observe, Condition: requested },
        { ...copyFrom, Condition: requested },
        {
          Sid: "MakeTaggedCopies",
          Effect: "Allow",
          Action: "ec2:CopySnapshot",
          Resource: [newSnapshot("us-west-2"), newSnapshot("eu-west-1")],
          Condition: { StringEquals: TAGGED },
        },
        {
          Sid: "TagOnlyWhatIsBeingMade",
          Effect: "Allow",
          Action: "ec2:CreateTags",
          Resource: snapshotsIn(...GIVEN),
          Condition: {
            StringEquals: {
              ...TAGGED,
              "ec2:CreateAction": ["CreateSnapshot", "CreateSnapshots", "CopySnapshot"],
            },
          },
        },
        {
          Sid: "MarkExpiredCopies",
          Effect: "Allow",
          Action: "ec2:CreateTags",
          Resource: snapshotsIn("us-east-1"),
          Condition: {
            StringEquals: OWNED,
            "ForAllValues:StringEquals": {
              "aws:TagKeys": ["smart-vault:copy-expired:us-west-2", "smart-vault:copy-expired:eu-west-1"],
            },
          },
        },
        {
          Sid: "PruneOwnSnapshots",
          Effect: "Allow",
          Action: "ec2:DeleteSnapshot",
          Resource: snapshotsIn(...GIVEN),
          Condition: { StringEquals: OWNED },
        },
        ...use("EncryptCopies2", ARN.keyIn("eu-west-1"), via("eu-west-1")),
        ...use("ReadEncryptedSources", ANY_OWN_KEY, via(...GIVEN)),
        asks(ARN.key, ARN.keyIn("eu-west-1")),
      ],
      gone: [],
    });
  });

  test("has its copies locked like the first, while no snapshot of the primary region can be locked", () => {
    const lock = statements({ ...TWO, lock: { mode: "governance", days: 30 } });
    expect(lock.filter(({ Sid }) => Sid === "LockOwnCopies")).toStrictEqual([
      { ...LOCK_RIGHTS, Resource: snapshotsIn("us-west-2", "eu-west-1") },
    ]);
  });
});

describe("encryption in the primary region", () => {
  test.each([
    // It may copy from under every key of the account, so this one adds nothing.
    ["under the vault's own key", ARN.keyIn("us-east-1"), []],
    [
      "under a given key of another account",
      THEIRS,
      use("ReadEncryptedSources", [THEIRS, ANY_OWN_KEY], via("us-east-1", "us-west-2")),
    ],
  ])(
    "allows copies in the primary region and the use of that key, there and to copy from there: %s",
    (_what, primaryKeyArn, reads) => {
      const copies = FUNCTION_RIGHTS.find(({ Sid }) => Sid === "MakeTaggedCopies");
      expect(difference({ ...PROD, primaryKeyArn })).toStrictEqual({
        differs: [
          { ...copies, Resource: [newSnapshot("us-west-2"), newSnapshot("us-east-1")] },
          ...reads,
          asks(ARN.key, primaryKeyArn),
        ],
        gone: [],
      });
    },
  );
});

describe("a dry run", () => {
  const everything: FunctionPolicyArgs = {
    ...TWO,
    dryRun: true,
    primaryKeyArn: THEIRS,
    sourceKeyArns: [THEIRS],
    lock: { mode: "governance", days: 30 },
  };

  test("is allowed to read, ask for key states, notify, set the timer, receive, trace and log, and nothing more", () => {
    const services = ["Notify", "Hint", "SetTheClock", "LetTheClockCall", "TraceAndList", "Log"];
    expect(statements(everything)).toStrictEqual([
      {
        ...FUNCTION_RIGHTS[0],
        Condition: { StringEquals: { "aws:RequestedRegion": GIVEN } },
      },
      asks(ARN.key, ARN.keyIn("eu-west-1"), THEIRS),
      ...FUNCTION_RIGHTS.filter(({ Sid }) => services.includes(Sid)).map((one) =>
        one.Sid === "Hint" ? { ...one, Action: RECEIVING } : one,
      ),
    ]);
  });

  test("has no EC2 action that writes, and no KMS action but asking for a key's state", () => {
    const actions = statements(everything).flatMap(({ Action }) => Action);
    expect(actions.filter((action) => /^ec2:(?!Describe)|^kms:(?!DescribeKey$)/.test(action))).toStrictEqual([]);
  });
});

test("fits with five DR regions, encryption, a lock and the longest names what IAM allows inline", () => {
  const vaultId = "v".repeat(48);
  const regions = ["ap-southeast-1", "ap-southeast-2", "ap-northeast-3", "eu-central-1", "us-gov-west-1"];
  const policy = functionPolicy({
    ...PROD,
    vaultId,
    primaryRegion: "ap-southeast-4",
    dr: regions.map((region) => ({ region, keyArn: ARN.keyIn(region) })),
    primaryKeyArn: ARN.keyIn("ap-southeast-4"),
    lock: { mode: "compliance", days: 30 },
    topicArn: ARN.topic(vaultId),
    schedulerRoleArn: ARN.role(`${vaultId}-scheduler`),
  });
  expect(JSON.stringify(policy).length).toBeLessThan(10_240);
});

describe("a key", () => {
  const RESTORER = `arn:aws:iam::${ACCOUNT_ID}:role/restorer`;
  const users = (ec2Regions: string[], restoreRoleArns: string[]) => {
    const account = { partition: "aws", accountId: ACCOUNT_ID };
    const [region = ""] = ec2Regions;
    const ofKey = { roleArn: ROLE, restoreRoleArns, ec2Regions, keyAdministrators: [] };
    const policy = keyPolicy(account, region, ofKey);
    return (policy.Statement as Statement[]).slice(1);
  };
  const by = (arn: string, all: object[]) => all.map((one) => ({ ...one, Principal: { AWS: [arn] } }));

  test("of the primary region is used there and by copies that leave it; people who restore use it there", () => {
    expect(users(GIVEN, [RESTORER])).toStrictEqual([
      ...by(ROLE, copies(via(...GIVEN))),
      ASKS_FOR_STATE,
      ...by(RESTORER, use("Restore", "*", via("us-east-1"))),
    ]);
  });

  test("with administrators is only theirs: the account can look, and its root user can set another policy", () => {
    const account = { partition: "aws", accountId: ACCOUNT_ID };
    const keyAdministrators = [`arn:aws:iam::${ACCOUNT_ID}:role/deploy`, `arn:aws:iam::${ACCOUNT_ID}:user/officer`];
    const ofKey = { roleArn: ROLE, restoreRoleArns: [], ec2Regions: ["eu-west-1"] };
    const policy = keyPolicy(account, "eu-west-1", { ...ofKey, keyAdministrators });
    const Principal = { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` };
    const [byAccount] = KEY_POLICY.Statement;
    const all = policy.Statement as Statement[];
    expect(all.slice(0, 3)).toStrictEqual([
      { ...byAccount, Sid: "Administer", Principal: { AWS: keyAdministrators } },
      {
        Sid: "AccountReads",
        Effect: "Allow",
        Resource: "*",
        Principal,
        Action: ["kms:Describe*", "kms:Get*", "kms:List*"],
      },
      {
        Sid: "RootUserRecovers",
        Effect: "Allow",
        Resource: "*",
        Principal,
        Action: "kms:PutKeyPolicy",
        Condition: { StringEquals: { "aws:PrincipalType": "Account" } },
      },
    ]);
    expect(all).toHaveLength(6);
  });

  test("of a DR region is used only there", () => {
    expect(users(["eu-west-1"], [])).toStrictEqual([...by(ROLE, copies(via("eu-west-1"))), ASKS_FOR_STATE]);
  });
});
