/** The vault's KMS keys: one in each DR region for its copies, and one in the primary region where snapshots are encrypted there. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Account, namesOf } from "../../iam/names";
import { type Statement, keyPolicy } from "../../iam/keyPolicy";

export interface KeyArgs {
  vaultId: string;
  region: string;
  /** Purpose of the key, in a word or two. */
  description: string;
  account: pulumi.Output<Account>;
  roleArn: pulumi.Output<string>;
  restoreRoleArns: readonly string[];
  /** The vault's own role for restores; absent: there is none. */
  operatorArn?: pulumi.Output<string> | undefined;
  ec2Regions: readonly string[];
  keyAdministrators: readonly string[];
  /** More statements of its policy: `KeyUsers.more`. */
  moreOf?: (account: Account, roleArn: string) => Statement[];
  protect: boolean;
  tags: Record<string, string>;
}

/**
 * Makes a key. A lost key means lost copies, so a deletion can be canceled for thirty days. With `protect` the stack
 * neither deletes the key nor removes it with itself, and keeps its alias, by which the runbook finds it again
 * (docs/RUNBOOK.md).
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
      policy: pulumi.all([account, args.roleArn, args.operatorArn]).apply(([acc, roleArn, operatorArn]) => {
        const restoreRoleArns = [...args.restoreRoleArns, ...(operatorArn === undefined ? [] : [operatorArn])];
        const users = { ...args, roleArn, restoreRoleArns, more: args.moreOf?.(acc, roleArn) };
        return JSON.stringify(keyPolicy(acc, region, users));
      }),
      tags,
    },
    kept,
  );
  new aws.kms.Alias(name, { name: namesOf(vaultId).keyAlias, targetKeyId: key.keyId }, kept);
  return key;
}
