/** Checks the role for the command line: its permissions fit IAM's limit, and a boundary limits it where one limits the others. */
import { namesOf } from "../../iam/names";
import { type ConfigError, configError } from "../configError";
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

/** Returns an error for each mistake. */
export function operatorErrors(context: OperatorContext): ConfigError[] {
  const { operatorRole, operatorBoundaryArn, permissionsBoundaryArn, keyAdministrators, vaultId } = context;
  if (operatorRole.length === 0) return [];
  const errors: ConfigError[] = [];
  if (permissionsBoundaryArn !== undefined && operatorBoundaryArn === undefined) {
    const expected = "the ARN of an IAM policy with permissionsBoundaryArn and operatorRole";
    errors.push(configError("operatorBoundaryArn", expected, '""'));
  }
  const own = keyAdministrators.find((arn) => arn.endsWith(`:role/${namesOf(vaultId).operatorRole}`));
  if (own !== undefined) {
    const why = "a key's administrator is not allowed to use it";
    errors.push(configError("keyAdministrators", "no role of the vault's own", own, why));
  }
  const length = operatorPolicyLength(context);
  if (length > MAX_CHARACTERS) {
    const keys = ["operatorInstanceRoleArns", "sourceKeyArns", "policies", "drRegions"];
    const expected = `so few that the operator's permissions fit IAM's ${MAX_CHARACTERS} characters per role`;
    errors.push(configError(keys, expected, String(length)));
  }
  return errors;
}
