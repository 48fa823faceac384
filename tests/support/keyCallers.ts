/** Who asks for a vault's key in the table of key policies, and what a key is set up for. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { IamRequest } from "../../src/iam/evaluator";
import type { Caller, Identity } from "../../src/iam/keyAccess";

const iam = (account: string, what: string) => `arn:aws:iam::${account}:${what}`;
const OTHER_ACCOUNT = "210987654321";

export const RESTORER = iam(ACCOUNT_ID, "role/restorer");
export const ADMINISTRATORS = [iam(ACCOUNT_ID, "role/smart-vault-deploy"), iam(ACCOUNT_ID, "user/keys/officer")];

/** What one key of a stack is for, said by the test and not read off the stack. */
export interface KeyFacts {
  vaultId: string;
  region: string;
  /** Those where EC2 uses it for the vault. */
  ec2Regions: string[];
  /** Whether {@link RESTORER} restores with it. */
  restores: boolean;
  /** Whether {@link ADMINISTRATORS} administer it, in place of the account. */
  isSeparate: boolean;
  audit: boolean;
  trail: boolean;
}

/** A caller as the rows call it, and what IAM gives it. */
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
/** With every permission that IAM has, so that only the key's policy refuses it. */
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

/** Whom no key of a vault knows, whatever their own account gives them. */
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

/** What the caller's IAM policies say. */
export function identityOf({ iam: rights }: Who, vault: (request: IamRequest) => string): Identity {
  return (request) => (rights === "vault" ? vault(request) === "allowed" : rights === "everything");
}
