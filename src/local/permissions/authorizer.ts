/**
 * Decides each call of the function as AWS does when the call is made: by the policies of the function's role, of the
 * topic and the bucket as the stack declares them, and of the keys as they are at that moment.
 */
import { type IamRequest, compilePolicy } from "../../iam/evaluator";
import { type KeyPolicy, keyAllows, resourceDecision } from "../../iam/keyAccess";
import { groupBy } from "../../vault/lib/collections";
import { ACCOUNT_ID } from "../account/accountId";
import type { DeclaredPolicies } from "./declaredPolicies";
import { type RecordedCall, requestsOfCall } from "./wireCall";

/** Question of the emulated account before it carries out a call of the function. */
export interface Question {
  call: RecordedCall;
  /** Policies, as text, of keys that are new or have another policy since the last question; by ARN. */
  keyPolicies: Record<string, string>;
}

/** A permission that the role lacks. */
export interface Refusal {
  action: string;
  resource: string;
  /** `arn:aws:sts::…:assumed-role/<role>/<function>` */
  caller: string;
  /** Completes AWS's message: "because no identity-based policy allows the … action". */
  because: string;
}

/** Refusals of one permission on one kind of resource. */
export interface RefusedCalls extends Refusal {
  count: number;
}

/** Returns each permission and kind of resource once, with the first resource. */
export function countRefusals(refusals: readonly Refusal[]): RefusedCalls[] {
  const kindOf = ({ action, resource }: Refusal) => `${action} ${resource.replace(/[^/]*$/, "")}`;
  return [...groupBy(refusals, kindOf).values()].flatMap((alike) =>
    alike.slice(0, 1).map((first) => ({ ...first, count: alike.length })),
  );
}

export interface Answer {
  /** The call is refused. */
  refused?: Refusal;
  /** The call is accepted, and the copy fails, since EC2 uses the keys later. */
  keyRefused?: Refusal;
}

/** Every call comes over TLS, as the SDK's do. */
const TLS = { "aws:SecureTransport": "true" };

type Decide = (request: IamRequest) => Refusal | undefined;

function isKeyUse({ action }: IamRequest): boolean {
  return action.startsWith("kms:");
}

/** Returns what decides about keys: their own policy, with the role's where theirs leaves it to IAM. */
function keyDecider(
  { roleArn }: DeclaredPolicies,
  keyPolicies: ReadonlyMap<string, string>,
  identity: (request: IamRequest) => boolean,
): (request: IamRequest) => boolean {
  const compiled = new Map<string, { text: string; allows: (request: IamRequest) => boolean }>();
  return (request) => {
    const keyArn = request.resource;
    const text = keyPolicies.get(keyArn);
    // The key of a volume, whose policy no inventory has, is taken to leave it to IAM, as KMS's default policy does.
    if (text === undefined) return identity(request);
    let known = compiled.get(keyArn);
    if (known?.text !== text) {
      const policy = JSON.parse(text) as KeyPolicy;
      known = { text, allows: keyAllows(policy, keyArn, { arn: roleArn }, identity) };
      compiled.set(keyArn, known);
    }
    return known.allows(request);
  };
}

function decider(policies: DeclaredPolicies, keyPolicies: ReadonlyMap<string, string>): Decide {
  const { roleArn, functionName, role, resources } = policies;
  const [, partition = ""] = roleArn.split(":");
  const roleName = roleArn.split("/").pop() ?? "";
  const caller = `arn:${partition}:sts::${ACCOUNT_ID}:assumed-role/${roleName}/${functionName}`;
  const ofRole = compilePolicy(role);
  const keyAllowsIt = keyDecider(policies, keyPolicies, (one) => ofRole(one) === "allowed");
  const ofResources = [...resources].map(([arn, policy]) => [arn, resourceDecision(policy, { arn: roleArn })] as const);
  return (asked) => {
    const request = { ...asked, context: { ...TLS, ...asked.context } };
    const { action, resource } = request;
    const refusal = (because: string) => ({ action, resource, caller, because });
    const own = ofRole(request);
    if (own === "denied") return refusal("with an explicit deny in an identity-based policy");
    if (isKeyUse(request)) {
      return keyAllowsIt(request)
        ? undefined
        : refusal(`because no policy of the role and of the key allows the ${action} action`);
    }
    const about = ofResources.filter(([arn]) => resource === arn || resource.startsWith(`${arn}/`));
    const decisions = about.map(([, decide]) => decide(request));
    if (decisions.includes("denied")) return refusal("with an explicit deny in a resource-based policy");
    if (own === "allowed" || decisions.includes("allowed")) return undefined;
    return refusal(`because no identity-based policy allows the ${action} action`);
  };
}

export interface Authorizer {
  /** Evaluates by these from now on: the stack was deployed. */
  use: (policies: DeclaredPolicies) => void;
  /** @throws for a call or a policy that is not modelled */
  answer: (question: Question) => Answer;
  /** Every call that was refused so far. */
  refusals: () => readonly Refusal[];
}

/** Starts without policies: a call before the first deployment is a mistake of the rehearsal. */
export function makeAuthorizer(): Authorizer {
  const keyPolicies = new Map<string, string>();
  const refusals: Refusal[] = [];
  let current: { policies: DeclaredPolicies; decide: Decide } | undefined;
  return {
    use: (policies) => {
      current = { policies, decide: decider(policies, keyPolicies) };
    },
    answer: ({ call, keyPolicies: changed }) => {
      if (current === undefined) throw new Error("the function called before it was deployed");
      const { policies, decide } = current;
      for (const [arn, text] of Object.entries(changed)) keyPolicies.set(arn, text);
      const [, partition = ""] = policies.roleArn.split(":");
      const bucketKeyOf = (bucket: string) => policies.bucketKeys.get(bucket) ?? "";
      const asked = requestsOfCall(call, { partition, accountId: ACCOUNT_ID, bucketKeyOf });
      const isLater = (one: IamRequest) => call.action === "CopySnapshot" && isKeyUse(one);
      const firstOf = (some: readonly IamRequest[]) => {
        for (const request of some) {
          const refusal = decide(request);
          if (refusal !== undefined) return refusal;
        }
        return undefined;
      };
      const refused = firstOf(asked.filter((one) => !isLater(one)));
      if (refused !== undefined) {
        refusals.push(refused);
        return { refused };
      }
      const keyRefused = firstOf(asked.filter(isLater));
      return keyRefused === undefined ? {} : { keyRefused };
    },
    refusals: () => refusals,
  };
}
