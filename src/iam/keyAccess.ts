/**
 * Decides whether a resource's policy and the caller's own allow a request. It adds principals, which only a resource's
 * policy has, to the IAM evaluator. The account's principal means its root user and passes the decision to IAM
 * policies. A named role or user needs no IAM policy, and callers of other accounts need both (KMS developer guide,
 * "Default key policy" and "Allowing users in other accounts to use a KMS key"; IAM user guide, "Policy evaluation
 * logic").
 */
import { type Decision, type IamRequest, type IamStatement, compilePolicy } from "./evaluator";

/** A role, a user or an account's root user by ARN, an AWS service by name, or an unknown caller. */
export type Caller = { arn: string } | { service: string } | "anonymous";

/** Decides a request by the caller's own policies. */
export type Identity = (request: IamRequest) => boolean;

export interface KeyStatement extends IamStatement {
  Principal?: unknown;
}

export interface KeyPolicy {
  Statement: readonly KeyStatement[];
}

const KNOWN = new Set(["Sid", "Effect", "Principal", "Action", "Resource", "Condition"]);

const partOf = (arn: string, index: number) => arn.split(":")[index] ?? "";

/** Returns the condition keys that AWS adds about the caller (IAM user guide, "AWS global condition context keys"). */
function contextOf(caller: Caller): IamRequest["context"] {
  if (caller === "anonymous") return { "aws:PrincipalType": "Anonymous" };
  if ("service" in caller) return { "aws:PrincipalServiceName": caller.service };
  const [kind = ""] = partOf(caller.arn, 5).split("/");
  const type = { root: "Account", user: "User", role: "AssumedRole" }[kind];
  if (type === undefined) throw new Error(`${caller.arn} is no caller that is modelled`);
  const principal = { "aws:PrincipalArn": caller.arn, "aws:PrincipalType": type };
  return { ...principal, "aws:PrincipalAccount": partOf(caller.arn, 4) };
}

/** `by IAM`: the statement lets the caller's account decide. */
type Grip = "named" | "by IAM" | "none";

function gripOn(caller: Caller, kind: string, name: string): Grip {
  if (kind === "Service") {
    return typeof caller === "object" && "service" in caller && caller.service === name ? "named" : "none";
  }
  if (kind !== "AWS") throw new Error(`a principal of the kind ${kind} is not modelled`);
  if (name === "*") return "named";
  if (caller === "anonymous" || "service" in caller) return "none";
  if (caller.arn === name) return "named";
  const isAccount = /^\d{12}$/.test(name) || name.endsWith(":root");
  const account = name.includes(":") ? partOf(name, 4) : name;
  return isAccount && partOf(caller.arn, 4) === account ? "by IAM" : "none";
}

function gripOf(principal: unknown, caller: Caller): Grip {
  if (principal === "*") return "named";
  if (typeof principal !== "object" || principal === null) {
    throw new Error(`a principal ${JSON.stringify(principal)} is not modelled`);
  }
  const grips = Object.entries(principal as Record<string, string | string[]>).flatMap(([kind, names]) =>
    [names].flat().map((name) => gripOn(caller, kind, name)),
  );
  return grips.find((grip) => grip === "named") ?? grips.find((grip) => grip !== "none") ?? "none";
}

/** A statement of a resource's policy for one caller. */
interface Held {
  effect: string;
  grip: Grip;
  speaksOf: (request: IamRequest) => boolean;
}

function heldBy(policy: KeyPolicy, caller: Caller): Held[] {
  return policy.Statement.map((statement) => {
    const unknown = Object.keys(statement).filter((key) => !KNOWN.has(key));
    if (unknown.length > 0) throw new Error(`${unknown.join(", ")} is not modelled`);
    const speaks = compilePolicy({ Statement: [{ ...statement, Effect: "Allow" }] });
    return {
      effect: statement.Effect,
      grip: gripOf(statement.Principal, caller),
      speaksOf: (request: IamRequest) => speaks(request) === "allowed",
    };
  }).filter(({ grip }) => grip !== "none");
}

/**
 * Compiles the policy of a topic or bucket for one caller of its own account, who needs either this policy or one of
 * their own (IAM user guide, "Policy evaluation logic").
 */
export function resourceDecision(policy: KeyPolicy, caller: Caller): (request: IamRequest) => Decision {
  const held = heldBy(policy, caller);
  return (request) => {
    const asked = { ...request, context: { ...contextOf(caller), ...request.context } };
    const speaking = held.filter(({ speaksOf }) => speaksOf(asked));
    if (speaking.some(({ effect }) => effect === "Deny")) return "denied";
    return speaking.some(({ grip }) => grip === "named") ? "allowed" : "unmentioned";
  };
}

/** A request for a key, which the key's policy calls `*`. */
export type KeyRequest = Pick<IamRequest, "action" | "context">;

/**
 * @param keyArn the key's; callers of its account need no permission of their own if the policy names them
 * @param identity never called for the root user
 */
export function keyAllows(
  policy: KeyPolicy,
  keyArn: string,
  caller: Caller,
  identity: Identity,
): (request: KeyRequest) => boolean {
  const isRoot = typeof caller === "object" && "arn" in caller && caller.arn.endsWith(":root");
  const isForeign = typeof caller === "object" && "arn" in caller && partOf(caller.arn, 4) !== partOf(keyArn, 4);
  const held = heldBy(policy, caller);
  return ({ action, context }) => {
    const request = { action, resource: keyArn, context: { ...contextOf(caller), ...context } };
    const speaking = held.filter(({ speaksOf }) => speaksOf(request));
    if (speaking.some(({ effect }) => effect === "Deny")) return false;
    const allowing = speaking.filter(({ effect }) => effect === "Allow");
    if (allowing.length === 0) return false;
    const isEnough = !isForeign && allowing.some(({ grip }) => grip === "named");
    return isEnough || isRoot || identity(request);
  };
}
