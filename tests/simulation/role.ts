/**
 * Decides what the function's role is allowed in the simulation. The policy is the stack's own (`functionPolicy` of
 * src/iam/functionPolicy.ts), src/iam says what a call needs, and this is the account that both are evaluated against.
 */
import { type Facts, requestsOf } from "../../src/iam/callRequests";
import type { Call } from "../../src/iam/call";
import { type Decision, type IamPolicy, type IamRequest, compilePolicy } from "../../src/iam/evaluator";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { functionPolicy } from "../../src/iam/functionPolicy";
import { type Account, type Region } from "./account";
import { volumesOfSet } from "./ec2Creates";

function factsOf(account: Account, region: Region): Facts {
  return {
    partition: "aws",
    accountId: ACCOUNT_ID,
    tagsOf: (id) => {
      if (id.startsWith("i-")) return account.instances.get(id)?.tags;
      if (id.startsWith("vol-")) return account.volumes.get(id)?.tags;
      const snapshot = region.snapshots.get(id);
      return snapshot?.deleted === true ? undefined : snapshot?.tags;
    },
    volumesOf: ({ input }) => volumesOfSet(account, input).map(({ volumeId }) => volumeId),
    bucketKeyOf: (_, here) => account.settings.dr.find((one) => one.region === here)?.keyArn ?? "",
  };
}

/** Returns what IAM is asked for each call of an account. */
export function asker(account: Account): (region: Region, call: Call) => IamRequest[] {
  const facts = new Map<string, Facts>();
  return (region, call) => {
    let known = facts.get(region.name);
    if (known === undefined) facts.set(region.name, (known = factsOf(account, region)));
    return requestsOf(known, region.name, call);
  };
}

/** Returns the role's policy, as the stack writes it for this vault. */
export function roleOf({ settings }: Account, dryRun: boolean): (request: IamRequest) => Decision {
  const policy = functionPolicy({
    ...settings,
    dryRun,
    partition: "aws",
    accountId: ACCOUNT_ID,
    sourceKeyArns: [],
    schedulerRoleArn: settings.clock.roleArn,
  });
  const decide = compilePolicy(policy as unknown as IamPolicy);
  // Reads, the timer and the mail repeat the same requests.
  const decided = new Map<string, Decision>();
  return (request) => {
    const [key, ...more] = Object.keys(request.context);
    if (more.length > 0) return decide(request);
    const value = key === undefined ? "" : `${key}=${String(request.context[key])}`;
    const question = `${request.action} ${request.resource} ${value}`;
    let decision = decided.get(question);
    if (decision === undefined) decided.set(question, (decision = decide(request)));
    return decision;
  };
}
