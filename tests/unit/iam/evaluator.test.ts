/**
 * Tests that the evaluator reads policies as IAM does, as far as this project's go. Method: one statement, one request
 * and the decision per line.
 */
import { type IamRequest, type IamStatement, compilePolicy } from "../../../src/iam/evaluator";

function allow(extra: Partial<IamStatement> = {}): IamStatement {
  return { Effect: "Allow", Action: "ec2:CopySnapshot", Resource: "*", ...extra };
}

function ask(extra: Partial<IamRequest> = {}): IamRequest {
  return { action: "ec2:CopySnapshot", resource: "*", context: {}, ...extra };
}

const SNAPSHOT = "arn:aws:ec2:us-east-1::snapshot/snap-1";
const NEW_SNAPSHOT = "arn:aws:ec2:us-east-1::snapshot/*";
const KEYS = "aws:TagKeys";

type Row = [name: string, statements: IamStatement[], request: IamRequest, decision: string];

const ACTIONS: Row[] = [
  ["an action by name", [allow()], ask(), "allowed"],
  ["names of actions regardless of case", [allow({ Action: "EC2:copysnapshot" })], ask(), "allowed"],
  ["a wildcard action", [allow({ Action: "ec2:Copy*" })], ask(), "allowed"],
  ["one action of a list", [allow({ Action: ["ec2:X", "ec2:CopySnapshot"] })], ask(), "allowed"],
  ["another action", [allow({ Action: "ec2:CopySnapshots" })], ask(), "unmentioned"],
  ["not by a part of a name", [allow({ Action: "ec2:Copy" })], ask(), "unmentioned"],
  ["a denial over an allowance", [allow(), allow({ Effect: "Deny" })], ask(), "denied"],
  ["a denial of another action", [allow(), allow({ Effect: "Deny", Action: "s3:*" })], ask(), "allowed"],
  ["no statement", [], ask(), "unmentioned"],
];

const anyAccount = allow({ Resource: "arn:aws:ec2:us-east-1:*:snapshot/*" });
const anyId = allow({ Resource: "arn:aws:ec2:us-east-1:*:snapshot/snap-*" });
const noId = allow({ Resource: "arn:aws:ec2:us-east-1:*:snapshot/${" + "*}" });

const RESOURCES: Row[] = [
  ["an empty account by *", [anyAccount], ask({ resource: SNAPSHOT }), "allowed"],
  ["another region", [anyAccount], ask({ resource: SNAPSHOT.replace("east", "west") }), "unmentioned"],
  ["an id by its prefix", [anyId], ask({ resource: SNAPSHOT }), "allowed"],
  ["a resource without an id by an id's prefix", [anyId], ask({ resource: NEW_SNAPSHOT }), "unmentioned"],
  ["a resource without an id by a literal asterisk", [noId], ask({ resource: NEW_SNAPSHOT }), "allowed"],
  ["an id by a literal asterisk", [noId], ask({ resource: SNAPSHOT }), "unmentioned"],
  ["one character by ?", [allow({ Resource: "arn:x?" })], ask({ resource: "arn:xy" }), "allowed"],
  ["a dot as a dot", [allow({ Resource: "a.b" })], ask({ resource: "axb" }), "unmentioned"],
  ["resources with case", [allow({ Resource: "ARN" })], ask({ resource: "arn" }), "unmentioned"],
];

function when(Condition: IamStatement["Condition"]): IamStatement[] {
  return [allow({ Condition })];
}

const tagged = when({ StringEquals: { "aws:ResourceTag/vault": "a" } });
const onlyKeys = when({ "ForAllValues:StringEquals": { [KEYS]: ["a", "b"] } });
const noKeyLike = when({ "ForAllValues:StringNotLike": { [KEYS]: ["v:*", "aws:*"] } });
const someKey = when({ "ForAnyValue:StringEquals": { [KEYS]: ["a"] } });
const both = when({ StringEquals: { one: "1", two: ["2", "3"] } });

const atMost = when({ NumericLessThanEquals: { days: "10" } });

const CONDITIONS: Row[] = [
  ["an equal tag", tagged, ask({ context: { "aws:ResourceTag/vault": "a" } }), "allowed"],
  ["another tag", tagged, ask({ context: { "aws:ResourceTag/vault": "A" } }), "unmentioned"],
  ["no tag", tagged, ask(), "unmentioned"],
  ["an asterisk as a pattern in StringLike", when({ StringLike: { k: "*" } }), ask({ context: { k: "a" } }), "allowed"],
  [
    "an asterisk as itself in StringEquals",
    when({ StringEquals: { k: "*" } }),
    ask({ context: { k: "a" } }),
    "unmentioned",
  ],
  ["an escaped asterisk", when({ StringEquals: { k: "$" + "{*}" } }), ask({ context: { k: "*" } }), "allowed"],
  ["keys regardless of case", tagged, ask({ context: { "AWS:resourcetag/vault": "a" } }), "allowed"],
  ["all keys known", onlyKeys, ask({ context: { [KEYS]: ["b"] } }), "allowed"],
  ["one key too many", onlyKeys, ask({ context: { [KEYS]: ["a", "c"] } }), "unmentioned"],
  ["ForAllValues without the key", onlyKeys, ask(), "allowed"],
  ["all keys unlike", noKeyLike, ask({ context: { [KEYS]: ["b", "x:v:a"] } }), "allowed"],
  ["one key alike", noKeyLike, ask({ context: { [KEYS]: ["b", "v:a"] } }), "unmentioned"],
  ["unlike keys without any value", noKeyLike, ask(), "allowed"],
  ["one value unlike", when({ StringNotLike: { k: "v:*" } }), ask({ context: { k: "x" } }), "allowed"],
  ["one value alike", when({ StringNotLike: { k: "v:*" } }), ask({ context: { k: "v:a" } }), "unmentioned"],
  ["unlike without the key", when({ StringNotLike: { k: "v:*" } }), ask(), "allowed"],
  ["Null false with the key", when({ Null: { k: "false" } }), ask({ context: { k: "" } }), "allowed"],
  ["Null false without the key", when({ Null: { k: "false" } }), ask(), "unmentioned"],
  ["Null true with the key", when({ Null: { k: "true" } }), ask({ context: { k: "a" } }), "unmentioned"],
  ["Null true without the key", when({ Null: { k: "true" } }), ask(), "allowed"],
  ["ForAnyValue with one", someKey, ask({ context: { [KEYS]: ["a", "c"] } }), "allowed"],
  ["ForAnyValue without the key", someKey, ask(), "unmentioned"],
  ["every key of an operator", both, ask({ context: { one: "1", two: "3" } }), "allowed"],
  ["all keys of an operator but one", both, ask({ context: { one: "1" } }), "unmentioned"],
  ["Bool", when({ Bool: { b: "true" } }), ask({ context: { b: "true" } }), "allowed"],
  ["Bool with the other value", when({ Bool: { b: "true" } }), ask({ context: { b: "false" } }), "unmentioned"],
  ["a number of at most", atMost, ask({ context: { days: "10" } }), "allowed"],
  ["a number of more", atMost, ask({ context: { days: "11" } }), "unmentioned"],
  ["not a number", atMost, ask(), "unmentioned"],
  ["StringLike", when({ StringLike: { k: "ec2.*" } }), ask({ context: { k: "ec2.x" } }), "allowed"],
];

describe("iamEvaluator", () => {
  test.each([...ACTIONS, ...RESOURCES, ...CONDITIONS])("%s", (_name, Statement, request, decision) => {
    expect(compilePolicy({ Statement })(request)).toBe(decision);
  });

  test.each(["StringNotEquals", "DateLessThan", "ForNoValue:StringEquals", "ForAnyValue:StringNotLike"])(
    "refuses to guess at %s",
    (operator) => {
      expect(() => compilePolicy({ Statement: when({ [operator]: { k: "v" } }) })).toThrow(/not modelled/);
    },
  );
});

test("throws at a variable that is not modeled instead of reading it as text", () => {
  const policy = { Statement: when({ StringEquals: { k: "$" + "{aws:username}" } }) };
  expect(() => compilePolicy(policy)).toThrow("is not modelled");
});
