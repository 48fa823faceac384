/** Puts IAM in front of the emulator: a session's calls are decided by the session policy with which it was assumed. */
import { callOf } from "../../src/iam/call";
import { requestsOf, tagRecord } from "../../src/iam/callRequests";
import { type IamPolicy, compilePolicy } from "../../src/iam/evaluator";
import { ACCOUNT_ID } from "../../src/local/account/accountId";

/** A call on its way to EC2. */
export interface SentCall {
  name: string;
  region: string;
  input: Record<string, unknown>;
  /** Session policy of the caller, as JSON; if absent, the caller itself, or the role with all its permissions. */
  policy?: string;
}

export type TagsOf = (snapshotId: string) => Promise<{ Key?: string; Value?: string }[]>;

/** Makes an error as the SDK throws it after an answer of EC2. */
export function ec2Refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
}

/** @throws UnauthorizedOperation if the session's policy does not allow everything that the call asks for */
export async function authorize(call: SentCall, tagsOf: TagsOf): Promise<void> {
  if (call.policy === undefined) return;
  const { SnapshotId, Resources = [] } = call.input as {
    SnapshotId?: string;
    Resources?: string[];
  };
  const ids = [...(SnapshotId === undefined ? [] : [SnapshotId]), ...Resources];
  const tags = new Map<string, Record<string, string>>();
  for (const id of ids) tags.set(id, tagRecord(await tagsOf(id)));
  const facts = {
    partition: "aws",
    accountId: ACCOUNT_ID,
    tagsOf: (id: string) => tags.get(id),
    volumesOf: () => [],
    bucketKeyOf: () => "",
  };
  const asked = requestsOf(facts, call.region, callOf({ constructor: { name: call.name }, input: call.input }));
  const decide = compilePolicy(JSON.parse(call.policy) as IamPolicy);
  const refused = asked.find((request) => decide(request) !== "allowed");
  if (refused !== undefined) throw ec2Refusal("UnauthorizedOperation", JSON.stringify(refused));
}
