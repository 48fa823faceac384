/**
 * Checks the keys' administrators. None of them may use a key, because either policy would not limit a principal that
 * has both. Pure.
 */
import { type ConfigError, configError } from "../configError";
import { namesOf } from "../../iam/names";

export interface KeyContext {
  vaultId: string;
  keyAdministrators: readonly string[];
  restoreRoleArns: readonly string[];
}

const WHY = "a key's administrator is not allowed to use it";

/**
 * Returns an error for each administrator that may use a key. It cannot check that the deploying principal is among
 * them: KMS itself refuses such a policy (docs/DELIVERY.md).
 */
export function keyAdministratorErrors(context: KeyContext): ConfigError[] {
  const { vaultId, keyAdministrators, restoreRoleArns } = context;
  const own = `:role/${namesOf(vaultId).role}`;
  return keyAdministrators.flatMap((arn) => {
    if (restoreRoleArns.includes(arn)) {
      return [configError("keyAdministrators", "none of restoreRoleArns", `${arn} in both`, WHY)];
    }
    if (!arn.endsWith(own)) return [];
    return [configError("keyAdministrators", "no role of the vault's own", arn, WHY)];
  });
}
