/** IAM in front of the emulator: a session's calls are decided by the session policy that it was assumed with. */
import { callOf } from "../../src/iam/call";
import { requestsOf, tagRecord } from "../../src/iam/callRequests";
import { type IamPolicy, compilePolicy } from "../../src/iam/evaluator";
import { ACCOUNT_ID } from "../../src/local/account/accountId";

/** A call on its way to EC2. */
export interface SentCall {
  name: string;
  region: string;
  input: Record<string, unknown>;
  /** The session policy of who calls, as JSON; absent: the caller, or the role with all its permissions. */
  policy?: string;
}

export type TagsOf = (snapshotId: string) => Promise<{ Key?: string; Value?: string }[]>;

/** An error as the SDK throws one that EC2 answered. */
export function ec2Refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
}

/** @throws UnauthorizedOperation where the session's policy does not allow all that the call asks for */
export async function authorize(call: SentCall, tagsOf: TagsOf): Promise<void> {
  if (call.policy === undefined) return;
  const { SnapshotId, Resources = [] } = call.input as {
    SnapshotId?: string;
    Resources?: string[];
  };
  const ids = [...(SnapshotId === undefined ? [] : [SnapshotId]), ...Resources];
  const tags = new Map<string, Record<string, string>>();
  for (const id of ids) tags.set(id, tagRecord(await tagsOf(id)));
  const account = {
    partition: "aws",
    accountId: ACCOUNT_ID,
    tagsOf: (id: string) => tags.get(id),
    volumesOf: () => [],
    bucketKeyOf: () => "",
  };
  const asked = requestsOf(account, call.region, callOf({ constructor: { name: call.name }, input: call.input }));
  const decide = compilePolicy(JSON.parse(call.policy) as IamPolicy);
  const refused = asked.find((request) => decide(request) !== "allowed");
  if (refused !== undefined) throw ec2Refusal("UnauthorizedOperation", JSON.stringify(refused));
}
