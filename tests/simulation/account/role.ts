/**
 * Decides what the function's role is allowed in the simulation. The policy is the stack's own (`functionPolicy` of
 * src/iam/functionPolicy.ts), src/iam says what a call needs, and this is the account that both are evaluated against.
 */
import { type AccountView, requestsOf } from "../../../src/iam/callRequests";
import type { Call } from "../../../src/iam/call";
import { type Decision, type IamPolicy, type IamRequest, compilePolicy } from "../../../src/iam/evaluator";
import { ACCOUNT_ID } from "../../../src/local/account/accountId";
import { bucketArnsIn, bucketKeyStatements } from "../../../src/iam/buckets";
import { functionPolicy } from "../../../src/iam/functionPolicy";
import { type Account, type Region } from "./account";
import { volumesOfSet } from "./ec2Creates";
import type { VaultSettings } from "../../../src/vault/model/settings";

const HERE = { partition: "aws", accountId: ACCOUNT_ID };

function viewOf(account: Account, region: Region): AccountView {
  return {
    ...HERE,
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
  const views = new Map<string, AccountView>();
  return (region, call) => {
    let known = views.get(region.name);
    if (known === undefined) views.set(region.name, (known = viewOf(account, region)));
    return requestsOf(known, region.name, call);
  };
}

/** Returns what the keys' own policies allow the role for the vault's buckets, each statement with its key. */
function bucketKeyUse({ vaultId, dr, audit, manifests, clock }: VaultSettings) {
  const has = { vaultId, drRegions: dr.map(({ region }) => region), audit: audit !== undefined };
  return dr.flatMap(({ region, keyArn }) => {
    const bucketArns = bucketArnsIn(region, { ...has, manifests: manifests.length > 0 }, HERE);
    const statements = bucketKeyStatements({ roleArn: clock.roleArn, restoreRoleArns: [], region, bucketArns });
    return statements.map((statement) => ({ ...statement, Resource: keyArn }));
  });
}

/** Returns the role's permissions, as the stack writes them for this vault. */
export function roleOf({ settings }: Account, dryRun: boolean): (request: IamRequest) => Decision {
  const { Statement } = functionPolicy({
    ...settings,
    ...HERE,
    dryRun,
    sourceKeyArns: [],
    schedulerRoleArn: settings.clock.roleArn,
  });
  const policy = { Statement: [...(Statement as unknown[]), ...bucketKeyUse(settings)] };
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
