/**
 * Decides whether a resource's policy and the caller's own let a request through: the IAM evaluator, and on top of it what
 * a resource's policy has beside, principals. The account's principal stands for its root user and hands over to IAM
 * policies; a role or user that is named needs none; other accounts' callers need both (KMS developer guide, "Default
 * key policy" and "Allowing users in other accounts to use a KMS key"; IAM user guide, "Policy evaluation logic").
 */
import { type Decision, type IamRequest, type IamStatement, compilePolicy } from "./evaluator";

/** A role, a user or an account's root user by ARN, a service of AWS by name, or nobody that is known. */
export type Caller = { arn: string } | { service: string } | "anonymous";

/** What the caller's own policies say of a request. */
export type Identity = (request: IamRequest) => boolean;

export interface KeyStatement extends IamStatement {
  Principal?: unknown;
}

export interface KeyPolicy {
  Statement: readonly KeyStatement[];
}

const KNOWN = new Set(["Sid", "Effect", "Principal", "Action", "Resource", "Condition"]);

const partOf = (arn: string, index: number) => arn.split(":")[index] ?? "";

/** What AWS says of the caller beside the request (IAM user guide, "AWS global condition context keys"). */
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
 * Compiles what the policy of a topic or bucket has for one caller of its own account, who needs either that or a policy
 * of its own (IAM user guide, "Policy evaluation logic").
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

/** A request for a key, which its policy calls `*`. */
export type KeyRequest = Pick<IamRequest, "action" | "context">;

/**
 * @param keyArn the key's; its account is the one whose callers need no right of their own where they are named
 * @param identity the root user's is never asked
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
