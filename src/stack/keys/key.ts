/** The vault's KMS keys: one in each DR region for its copies, and one in the primary region where snapshots are encrypted there. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Account, namesOf } from "../../iam/names";
import { type Statement, keyPolicy } from "../../iam/keyPolicy";

export interface KeyArgs {
  vaultId: string;
  region: string;
  /** What the key is for, in a word or two. */
  description: string;
  account: pulumi.Output<Account>;
  roleArn: pulumi.Output<string>;
  restoreRoleArns: readonly string[];
  ec2Regions: readonly string[];
  keyAdministrators: readonly string[];
  /** What its policy says beside: `KeyUsers.more`. */
  moreOf?: (account: Account, roleArn: string) => Statement[];
  protect: boolean;
  tags: Record<string, string>;
}

/**
 * A lost key is lost copies: thirty days to take a deletion back, and where `protect` is set the stack neither
 * deletes it nor takes it along when it is removed. Nor its alias, by which it is found again (docs/RUNBOOK.md).
 */
export function vaultKey(args: KeyArgs, opts: pulumi.CustomResourceOptions): aws.kms.Key {
  const { vaultId, region, description, account, protect, tags } = args;
  const name = `${vaultId}-${region}`;
  const kept = { ...opts, protect, retainOnDelete: protect };
  const key = new aws.kms.Key(
    name,
    {
      description: `${description} of ${vaultId}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: pulumi.all([account, args.roleArn]).apply(([acc, roleArn]) => {
        const users = { ...args, roleArn, more: args.moreOf?.(acc, roleArn) };
        return JSON.stringify(keyPolicy(acc, region, users));
      }),
      tags,
    },
    kept,
  );
  new aws.kms.Alias(name, { name: namesOf(vaultId).keyAlias, targetKeyId: key.keyId }, kept);
  return key;
}
