/**
 * Checks the keys' administrators. None of them may use a key, because either policy would not limit a principal that
 * has both. Pure.
 */
import { namesOf } from "../../iam/names";

export interface KeyContext {
  vaultId: string;
  keyAdministrators: readonly string[];
  restoreRoleArns: readonly string[];
}

const WHY = "a key's administrator is not allowed to use it";

/**
 * Cannot check that the deploying principal is among them: KMS itself refuses such a policy (docs/DELIVERY.md).
 * @returns a line for each mistake: the key, the expectation and the actual value
 */
export function keyAdministratorErrors(context: KeyContext): string[] {
  const { vaultId, keyAdministrators, restoreRoleArns } = context;
  const own = `:role/${namesOf(vaultId).role}`;
  return keyAdministrators.flatMap((arn) => {
    if (restoreRoleArns.includes(arn)) {
      return [`keyAdministrators: expected none of restoreRoleArns, got ${arn} in both: ${WHY}`];
    }
    if (!arn.endsWith(own)) return [];
    return [`keyAdministrators: expected no role of the vault's own, got ${arn}: ${WHY}`];
  });
}
