/**
 * The vault's own statements as session policies: AWS evaluates the permissions that the vault's role has, with the
 * same conditions, while nobody but Lambda is allowed to assume that role. Pure.
 */
import { type WriteAccessArgs, writeStatements } from "../iam/writeStatements";
import type { Target } from "./target";

export interface Statement {
  Sid?: string;
  [part: string]: unknown;
}

/** The permission to tag what is being made. */
const TAGGING = "TagOnlyWhatIsBeingMade";

/** Statements that a copy needs, by Sid. */
export const COPYING = [
  "CopyFrom",
  "MakeTaggedCopies",
  TAGGING,
  "EncryptCopies",
  "EncryptCopiesGrants",
  "ReadEncryptedSources",
  "ReadEncryptedSourcesGrants",
];

/** The same without the vault's permission to tag, where another one replaces it. */
export const COPYING_UNTAGGED = COPYING.filter((sid) => sid !== TAGGING);

/** Tags of any kind, where tagging is not what is asked about. */
export const ANY_TAGS: Statement = { Effect: "Allow", Action: "ec2:CreateTags", Resource: "*" };

/** Removes the Sid, which only costs characters of a session policy. */
function withoutSid({ Sid: _name, ...statement }: Statement): Statement {
  return statement;
}

/** @param vaultId whose tag the conditions ask for */
function argsOf(target: Target, vaultId: string): WriteAccessArgs {
  const { partition, accountId, primaryRegion, drRegion, drKeyArn, tagKey, policies } = target;
  return {
    partition,
    accountId,
    vaultId,
    primaryRegion,
    dr: [{ region: drRegion, keyArn: drKeyArn }],
    tagKey,
    policies,
    lock: { mode: "governance", days: 1 },
    sourceKeyArns: [],
  };
}

/**
 * Returns the vault's statements of these Sids.
 * @throws where the vault has no such statement: the list above is out of date
 */
export function statementsOf(target: Target, vaultId: string, sids: readonly string[]): Statement[] {
  const all = writeStatements(argsOf(target, vaultId)) as unknown as Statement[];
  return sids.map((sid) => {
    const found = all.find(({ Sid }) => Sid === sid);
    if (found === undefined) throw new Error(`the vault's policy has no statement ${sid}`);
    return withoutSid(found);
  });
}

/** Returns the permission to tag what CopySnapshot makes, and nothing else. */
export function tagsOfCopiesAlone(target: Target, vaultId: string): Statement[] {
  return statementsOf(target, vaultId, [TAGGING]).map((statement) => {
    const condition = statement.Condition as { StringEquals: Record<string, unknown> };
    const StringEquals = { ...condition.StringEquals, "ec2:CreateAction": "CopySnapshot" };
    return { ...statement, Condition: { StringEquals } };
  });
}
