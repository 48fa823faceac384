/**
 * Finds what is verified: the regions, DR key and role of a stack, from its files, the command line and the account.
 */
import { join } from "node:path";
import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { configOf } from "../config/config";
import { userError } from "../local/account/python";
import { loadStackConfig } from "../local/deploy/stackConfig";
import { namesOf } from "../iam/names";
import { causeOf } from "../vault/aws/errors";
import type { Clients } from "./clients";
import type { Options } from "./options";

const ROOT = join(__dirname, "..", "..");

/** Target as the stack's files and the options name it. */
export interface Wanted {
  stack: string;
  vaultId: string;
  primaryRegion: string;
  drRegion: string;
  drKey?: string;
  /** Assumed with the vault's permissions; absent: what needs them can't be checked. */
  roleArn?: string;
  tagKey: string;
  policies: Readonly<Record<string, unknown>>;
}

export interface Target extends Omit<Wanted, "drKey"> {
  partition: string;
  accountId: string;
  callerArn: string;
  drKeyArn: string;
}

const KEY_ARN = /^arn:aws[\w-]*:kms:([\w-]+):\d{12}:key\/[\w-]+$/;
const ROLE_ARN = /^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

function check(option: string, value: string | undefined, form: RegExp, expected: string): void {
  if (value === undefined || form.test(value)) return;
  throw userError(`${option}: expected ${expected}, got "${value}"`);
}

/**
 * Reads the stack's files as `npm start` does, under the options.
 * @throws a user error, or what the configuration says of a mistake
 */
export function wantedOf(options: Options): Wanted {
  const { project, stack, values } = loadStackConfig(ROOT, options.stack, []);
  const config = configOf(project, stack, values);
  const primaryRegion = options.primaryRegion ?? config.primaryRegion;
  const drRegion = options.drRegion ?? config.drRegions[0] ?? "";
  const roleArn = options.role ?? config.restoreRoleArns[0];
  check("--primary-region", primaryRegion, REGION, "a region such as us-east-1");
  check("--dr-region", drRegion, REGION, "a region such as us-west-2");
  check("--dr-key", options.drKey, KEY_ARN, "the ARN of a KMS key");
  check("--role", roleArn, ROLE_ARN, "the ARN of a role");
  if (drRegion === primaryRegion) {
    throw userError(`--dr-region: expected a region other than ${primaryRegion}`);
  }
  const keyRegion = KEY_ARN.exec(options.drKey ?? "")?.[1];
  if (keyRegion !== undefined && keyRegion !== drRegion) {
    throw userError(`--dr-key: expected a key in ${drRegion}, got one in ${keyRegion}`);
  }
  const { vaultId, tagKey, policies } = config;
  return {
    ...{ stack, vaultId, primaryRegion, drRegion, tagKey, policies },
    ...(options.drKey !== undefined && { drKey: options.drKey }),
    ...(roleArn !== undefined && { roleArn }),
  };
}

/** Returns the ARN of the stack's DR key: by its alias, which `pulumi up` has made, unless it is given. */
async function keyOf(clients: Clients, { vaultId, drRegion, drKey }: Wanted): Promise<string> {
  const KeyId = drKey ?? namesOf(vaultId).keyAlias;
  try {
    const { KeyMetadata } = await clients.kms(drRegion).send(new DescribeKeyCommand({ KeyId }));
    if (KeyMetadata?.KeyState === "Enabled" && KeyMetadata.Arn !== undefined) {
      return KeyMetadata.Arn;
    }
    throw userError(`the key ${KeyId} in ${drRegion} is ${KeyMetadata?.KeyState ?? "unknown"}: expected Enabled`);
  } catch (error) {
    if (error instanceof Error && error.name === "UserError") throw error;
    const { code, message } = causeOf(error);
    throw userError(
      `the key ${KeyId} in ${drRegion} could not be read (${code}: ${message}). Deploy the stack first, ` +
        "or name the key: --dr-key, from `npx pulumi stack output keyArns`.",
    );
  }
}

/**
 * Adds what only the account knows, with reads alone.
 * @throws a user error where the caller or the key can't be read, or the key is of another account
 */
export async function findTarget(clients: Clients, wanted: Wanted): Promise<Target> {
  const { drKey: _given, ...rest } = wanted;
  let caller: { Account?: string | undefined; Arn?: string | undefined };
  try {
    caller = await clients.sts(wanted.primaryRegion).send(new GetCallerIdentityCommand({}));
  } catch (error) {
    const { code, message } = causeOf(error);
    throw userError(`no AWS credentials that count (${code}: ${message}): set AWS_PROFILE, say`);
  }
  const { Account: accountId = "", Arn: callerArn = "" } = caller;
  const drKeyArn = await keyOf(clients, wanted);
  const [, partition = "aws", , , keyAccount = ""] = drKeyArn.split(":");
  if (keyAccount !== accountId) {
    throw userError(
      `the credentials are of account ${accountId}, the DR key of ${keyAccount}: expected the stack's account`,
    );
  }
  return { ...rest, partition, accountId, callerArn, drKeyArn };
}
