/**
 * Tests whether the bootstrap's roles reach the vault's keys: by IAM if the account administers, by name if somebody
 * else does.
 */
import { statementsOf, vaultGrants } from "../../bootstrap/grants";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { keyPolicy } from "../../src/iam/keyPolicy";
import { type IamPolicy, compilePolicy } from "../../src/iam/evaluator";
import { callsOf } from "../support/deployCalls";
import { type Identity, type KeyPolicy, keyAllows } from "../../src/iam/keyAccess";

const VAULT = "smart-vault-prod";
const ACCOUNT = { partition: "aws", accountId: ACCOUNT_ID };
const KEY = `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/1`;
const role = (name: string) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
const DEPLOY = role(`${VAULT}-deploy`);
const PREVIEW = role(`${VAULT}-preview`);
const OFFICER = role("officer");

function iam(mayWrite: boolean): Identity {
  const Statement = statementsOf(vaultGrants(ACCOUNT, VAULT), mayWrite);
  const decide = compilePolicy({ Statement } as unknown as IamPolicy);
  return (request) => decide(request) === "allowed";
}
const nothing: Identity = () => false;

/** The calls on an existing key. Only IAM decides on making one, since a new key has no policy yet. */
const calls = (["kms/key:Key", "kms/alias:Alias"] as const)
  .map((type) => callsOf(`aws:${type}`, { name: VAULT, inputs: {}, vaultId: VAULT }))
  .map(({ reads, writes }) => ({
    reads: reads.filter(({ resource }) => resource === KEY),
    writes: writes.filter(({ resource }) => resource === KEY),
  }));
const READS = calls.flatMap(({ reads }) => reads);
const WRITES = calls.flatMap(({ writes }) => writes);

/** Returns the calls that a role is not allowed. */
function missing(keyAdministrators: string[], arn: string, identity: Identity) {
  const policy = keyPolicy(ACCOUNT, "us-east-1", {
    roleArn: role(`${VAULT}-function`),
    restoreRoleArns: [],
    ec2Regions: ["us-east-1"],
    keyAdministrators,
  });
  const allows = keyAllows(policy as unknown as KeyPolicy, KEY, { arn }, identity);
  const names = (list: typeof READS) => list.filter((one) => !allows(one)).map((one) => one.action);
  return { reads: names(READS), writes: names(WRITES) };
}

const none = { reads: [], writes: [] };
const allWrites = WRITES.map(({ action }) => action);

test("finds the calls on a key and its alias", () => {
  expect(READS.length).toBeGreaterThanOrEqual(4);
  expect(allWrites).toEqual(expect.arrayContaining(["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CreateAlias"]));
});

test("allows the deploy role key administration by its own policy alone if the account administers", () => {
  expect(missing([], DEPLOY, iam(true))).toStrictEqual(none);
  expect(missing([], DEPLOY, nothing).writes).toStrictEqual(allWrites);
});

test("allows the deploy role key administration by the key's policy if it is one of keyAdministrators", () => {
  expect(missing([OFFICER, DEPLOY], DEPLOY, nothing)).toStrictEqual(none);
});

test("allows the deploy role only reads if it is not one of keyAdministrators, so KMS refuses to make the key", () => {
  expect(missing([OFFICER], DEPLOY, iam(true))).toStrictEqual({ reads: [], writes: allWrites });
});

test.each([[[]], [[DEPLOY]], [[OFFICER]]])(
  "allows the preview role reads and no change, whoever administers: %j",
  (administrators) => {
    const rights = missing(administrators, PREVIEW, iam(false));
    expect(rights).toStrictEqual({ reads: [], writes: allWrites });
  },
);
