/** Who administers the vault's keys may use none of them: a principal that has both is not held by either. Pure. */
import { namesOf } from "../../iam/names";

export interface KeyContext {
  vaultId: string;
  keyAdministrators: readonly string[];
  restoreRoleArns: readonly string[];
}

const WHY = "who administers a key may not use it";

/**
 * Whether the one that deploys is among them can't be seen here: KMS refuses such a policy itself (docs/DELIVERY.md).
 * @returns a line for each mistake: the key, what was expected, what was got
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
