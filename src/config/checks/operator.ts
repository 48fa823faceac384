/** Checks the role for the command line: its permissions fit IAM's limit, and a boundary limits it where one limits the others. */
import { namesOf } from "../../iam/names";
import { operatorPolicy } from "../../iam/operatorPolicy";
import { partitionOf } from "../../iam/partition";
import type { OperatorArgs } from "../../iam/restoreStatements";
import { ACCOUNT_ID, MAX_CHARACTERS, type PolicySizeContext, keysOf } from "./policySize";

type OperatorContext = Omit<PolicySizeContext, "audit" | "lock"> &
  Pick<OperatorArgs, "operatorInstanceRoleArns"> & {
    operatorRole: readonly string[];
    operatorBoundaryArn: string | undefined;
    permissionsBoundaryArn: string | undefined;
    keyAdministrators: readonly string[];
  };

/** Returns the characters of the role's policy. */
function operatorPolicyLength(context: OperatorContext): number {
  const partition = partitionOf(context.primaryRegion);
  return JSON.stringify(operatorPolicy({ ...context, ...keysOf(context), partition, accountId: ACCOUNT_ID })).length;
}

/** @returns a line for each mistake: the keys, the expectation and the actual value */
export function operatorErrors(context: OperatorContext): string[] {
  const { operatorRole, operatorBoundaryArn, permissionsBoundaryArn, keyAdministrators, vaultId } = context;
  if (operatorRole.length === 0) return [];
  const errors: string[] = [];
  if (permissionsBoundaryArn !== undefined && operatorBoundaryArn === undefined) {
    errors.push(
      'operatorBoundaryArn: expected the ARN of an IAM policy with permissionsBoundaryArn and operatorRole, got ""',
    );
  }
  const own = keyAdministrators.find((arn) => arn.endsWith(`:role/${namesOf(vaultId).operatorRole}`));
  if (own !== undefined) {
    errors.push(
      `keyAdministrators: expected no role of the vault's own, got ${own}: a key's administrator is not allowed to use it`,
    );
  }
  const length = operatorPolicyLength(context);
  if (length > MAX_CHARACTERS) {
    errors.push(
      "operatorInstanceRoleArns, sourceKeyArns, policies, drRegions: expected so few that the operator's permissions fit " +
        `IAM's ${MAX_CHARACTERS} characters per role, got ${length}`,
    );
  }
  return errors;
}
