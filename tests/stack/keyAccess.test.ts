/**
 * Tests that a key's policy is read as KMS reads it. Method: one statement, one caller and the answer, one per line.
 */
import { type Caller, type KeyStatement, keyAllows } from "../../src/iam/keyAccess";

const HOME = "arn:aws:iam::111111111111";
const AWAY = "arn:aws:iam::222222222222";
const KEY = "arn:aws:kms:us-east-1:111111111111:key/1";
const role = { arn: `${HOME}:role/r` };
const root = { arn: `${HOME}:root` };
const foreign = { arn: `${AWAY}:role/r` };
const service = { service: "s.amazonaws.com" };

const to = (Principal: unknown, more: Partial<KeyStatement> = {}): KeyStatement => ({
  Effect: "Allow",
  Action: "kms:Decrypt",
  Resource: "*",
  Principal,
  ...more,
});
const onlyRoot = to({ AWS: root.arn }, { Condition: { StringEquals: { "aws:PrincipalType": "Account" } } });

type Row = [what: string, statements: KeyStatement[], caller: Caller, iam: boolean, allows: boolean];

test.each<Row>([
  ["a role that is named needs no IAM policy", [to({ AWS: role.arn })], role, false, true],
  ["one of several named roles is let in", [to({ AWS: [foreign.arn, role.arn] })], role, false, true],
  ["another role is not let in", [to({ AWS: `${role.arn}2` })], role, true, false],
  ["the account hands over to IAM policies", [to({ AWS: root.arn })], role, true, true],
  ["without an IAM policy the account lets nobody in", [to({ AWS: root.arn })], role, false, false],
  ["the account's number means the same as its root ARN", [to({ AWS: "111111111111" })], role, true, true],
  ["the account lets its root user in", [to({ AWS: root.arn })], root, false, true],
  ["without a statement the root user is not let in", [to({ AWS: role.arn })], root, true, false],
  ["only the root user is of the type Account", [onlyRoot], root, false, true],
  ["a statement for the root user alone hands nothing over", [onlyRoot], role, true, false],
  ["another account needs an IAM policy as well", [to({ AWS: foreign.arn })], foreign, false, false],
  ["another account with an IAM policy is let in", [to({ AWS: foreign.arn })], foreign, true, true],
  ["another account's role is not this account's", [to({ AWS: root.arn })], foreign, true, false],
  ["a wildcard lets everyone in", [to("*")], "anonymous", false, true],
  ["a wildcard as AWS principal lets everyone in", [to({ AWS: "*" })], "anonymous", false, true],
  ["an account does not let everyone in", [to({ AWS: root.arn })], "anonymous", true, false],
  ["a service is let in by its name", [to({ Service: "s.amazonaws.com" })], service, false, true],
  ["another service is not let in", [to({ Service: "t.amazonaws.com" })], service, true, false],
  ["a role is not a service", [to({ Service: "s.amazonaws.com" })], role, true, false],
  ["a denial outweighs an allowance", [to({ AWS: role.arn }), to("*", { Effect: "Deny" })], role, true, false],
  [
    "a denial of others does not matter",
    [to({ AWS: role.arn }), to({ AWS: foreign.arn }, { Effect: "Deny" })],
    role,
    false,
    true,
  ],
  ["another action is not allowed", [to({ AWS: role.arn }, { Action: "kms:Encrypt" })], role, true, false],
])("reads as KMS does: %s", (_what, Statement, caller, iam, allows) => {
  const asks = keyAllows({ Statement }, KEY, caller, () => iam);
  expect(asks({ action: "kms:Decrypt", context: {} })).toBe(allows);
});

test.each([
  ["an unknown kind of principal", to({ Federated: "x" })],
  ["a missing principal", to(undefined)],
  ["an unknown element", { ...to("*"), NotAction: "kms:Decrypt" }],
])("refuses to guess at %s", (_what, statement) => {
  expect(() => keyAllows({ Statement: [statement] }, KEY, role, () => true)).toThrow(/not modelled/);
});

test("refuses to guess at an unknown caller", () => {
  const asks = keyAllows({ Statement: [to("*")] }, KEY, { arn: `${HOME}:group/g` }, () => true);
  expect(() => asks({ action: "kms:Decrypt", context: {} })).toThrow(/no caller/);
});
