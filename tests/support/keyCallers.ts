/** Lists callers for the table of key policies, and what a key is set up for. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { IamRequest } from "../../src/iam/evaluator";
import type { Caller, Identity } from "../../src/iam/keyAccess";

const iam = (account: string, what: string) => `arn:aws:iam::${account}:${what}`;
const OTHER_ACCOUNT = "210987654321";

export const RESTORER = iam(ACCOUNT_ID, "role/restorer");
export const ADMINISTRATORS = [iam(ACCOUNT_ID, "role/smart-vault-deploy"), iam(ACCOUNT_ID, "user/keys/officer")];

/** Purpose of one key of a stack, given by the test and not read from the stack. */
export interface KeyFacts {
  vaultId: string;
  region: string;
  /** Regions where EC2 uses it for the vault. */
  ec2Regions: string[];
  /** True if {@link RESTORER} restores with it. */
  restores: boolean;
  /** True if {@link ADMINISTRATORS} administer it, in place of the account. */
  isSeparate: boolean;
  /** True if its region has the audit bucket. */
  audit: boolean;
  /** True if its region has a manifest bucket. */
  manifests: boolean;
  trail: boolean;
}

/** A caller with its label in the rows, and what IAM grants it. */
export interface Who {
  label: string;
  caller: Caller;
  /** `vault`: the policy that the stack gives the function's role. */
  iam: "everything" | "nothing" | "vault";
}

const inIam = (label: string, what: string, rights: Who["iam"]): Who => ({
  label,
  caller: { arn: iam(ACCOUNT_ID, what) },
  iam: rights,
});

export const vaultRole = ({ vaultId }: KeyFacts): Who => inIam("the vault's role", `role/${vaultId}-function`, "vault");
/** Has every IAM permission, so that only the key's policy can refuse it. */
export const restorer = inIam("the restore role", "role/restorer", "everything");
export const plainRestorer = inIam("a restore role without IAM rights", "role/restorer", "nothing");
export const iamAdmin = inIam("a role with AdministratorAccess", "role/admin", "everything");
export const iamUser = inIam("a user with AdministratorAccess", "user/admin", "everything");
export const plainRole = inIam("a role without IAM rights", "role/plain", "nothing");
export const rootUser = inIam("the root user", "root", "nothing");

export const administrators: Who[] = ADMINISTRATORS.map((arn) => ({
  label: `the administrator ${arn.split(":")[5] ?? ""}`,
  caller: { arn },
  iam: "nothing",
}));

/** Callers that no key of a vault knows, whatever their own account grants them. */
export const strangers = ({ vaultId }: KeyFacts): Who[] => [
  {
    label: "the vault's role of another account",
    caller: { arn: iam(OTHER_ACCOUNT, `role/${vaultId}-function`) },
    iam: "everything",
  },
  {
    label: "the restore role of another account",
    caller: { arn: iam(OTHER_ACCOUNT, "role/restorer") },
    iam: "everything",
  },
  {
    label: "another account's root user",
    caller: { arn: iam(OTHER_ACCOUNT, "root") },
    iam: "everything",
  },
  { label: "an anonymous caller", caller: "anonymous", iam: "everything" },
];

/** Returns what the caller's IAM policies say. */
export function identityOf({ iam: rights }: Who, vault: (request: IamRequest) => string): Identity {
  return (request) => (rights === "vault" ? vault(request) === "allowed" : rights === "everything");
}
