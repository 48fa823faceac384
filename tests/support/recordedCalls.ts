/**
 * Reads the calls that the function made on the emulated account, each as the requests that IAM decides on
 * (src/local/permissions/wireCall.ts).
 */
import { type Decision, type IamPolicy, type IamRequest, compilePolicy } from "../../src/iam/evaluator";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { CallsFile } from "../../src/local/findings/callsFile";
import { type RecordedCall, requestsOfCall } from "../../src/local/permissions/wireCall";

/** Returns each region's key, by the copies that were made there. */
function keysOf(calls: readonly RecordedCall[]): Map<string, string> {
  const copies = calls.filter(({ action }) => action === "CopySnapshot");
  return new Map(copies.map(({ region, parameters }) => [region, String(parameters.KmsKeyId)]));
}

/**
 * Decides whether only the key's policy allows a request: the data keys of the vault's objects (src/iam/buckets.ts). The
 * emulated account decides on each of them by that policy while it plays.
 */
function isOfKeyAlone({ action, context }: IamRequest): boolean {
  return action === "kms:GenerateDataKey" && /^s3\./.test(String(context["kms:ViaService"]));
}

/** Returns what IAM asks the role's policy for all calls, the same question once. */
function allRequests({ calls }: CallsFile): IamRequest[] {
  const keys = keysOf(calls);
  const bucketKeyOf = (_: string, region: string) => keys.get(region) ?? "";
  const around = { partition: "aws", accountId: ACCOUNT_ID, bucketKeyOf };
  const asked = calls.flatMap((call) => requestsOfCall(call, around)).filter((one) => !isOfKeyAlone(one));
  return [...new Map(asked.map((request) => [JSON.stringify(request), request])).values()];
}

function policyOf({ role }: CallsFile): IamPolicy {
  return role.policy as unknown as IamPolicy;
}

/** Returns what the role's policy says to each question that the calls raise. */
export function decided(file: CallsFile): { request: IamRequest; decision: Decision }[] {
  const decide = compilePolicy(policyOf(file));
  return allRequests(file).map((request) => ({ request, decision: decide(request) }));
}

/** Returns the statements without which some call would be denied. */
export function neededStatements(file: CallsFile): Set<string> {
  const { Statement } = policyOf(file);
  const asked = allRequests(file);
  const needed = Statement.filter((without) => {
    const decide = compilePolicy({ Statement: Statement.filter((one) => one !== without) });
    return asked.some((request) => decide(request) !== "allowed");
  });
  return new Set(needed.map(({ Sid = "" }) => Sid));
}
