/**
 * The vault as one component, so that another Pulumi program can use it as it is: two providers and a plain
 * configuration in, names and ARNs out.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../config";
import type { VaultSettings } from "../vault/types";
import { functionPolicy, serviceRole } from "./access";
import { alarms, alertTopic } from "./alerts";
import { vaultFunction } from "./function";
import { keyEvents } from "./keyEvents";
import { drKey } from "./keys";
import { type Account, namesOf } from "./names";
import { recycleBins } from "./recycleBin";
import { triggers } from "./triggers";

export interface SmartVaultArgs {
  config: VaultConfig;
  /** Provider of `config.primaryRegion`. */
  primary: aws.Provider;
  /** Provider of `config.drRegion`. */
  dr: aws.Provider;
}

function accountOf(opts: pulumi.InvokeOptions): pulumi.Output<Account> {
  return pulumi
    .all([aws.getPartitionOutput({}, opts), aws.getCallerIdentityOutput({}, opts)])
    .apply(([{ partition }, { accountId }]) => ({ partition, accountId }));
}

/** The literal that the closure captures. */
function settingsOf(
  config: VaultConfig,
  drKeyArn: pulumi.Output<string>,
  topicArn: pulumi.Output<string>,
  clockRoleArn: pulumi.Output<string>,
): pulumi.Output<VaultSettings> {
  const { vaultId, primaryRegion, drRegion, tagKey, policies } = config;
  const { schedule, timezone, startWindowHours, copyStuckHours, lock } = config;
  const { keepAtLeast, overrideMax, orphans, orphanDays } = config;
  const { maxDeletePercent, maxDeletes, allowDeletePlan } = config;
  const { clockSchedule: name, scheduleGroup: groupName } = namesOf(vaultId);
  const plain = {
    vaultId,
    primaryRegion,
    drRegion,
    tagKey,
    policies,
    keepAtLeast,
    overrideMax,
    orphans,
    orphanDays,
    maxDeletePercent,
    maxDeletes,
    allowDeletePlan,
    schedule,
    timezone,
    startWindowHours,
    copyStuckHours,
    ...(lock !== undefined && { lock }),
  };
  return pulumi.all([drKeyArn, topicArn, clockRoleArn]).apply(([key, topic, roleArn]) => ({
    ...plain,
    drKeyArn: key,
    topicArn: topic,
    clock: { name, groupName, roleArn },
  }));
}

export class SmartVault extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly topicArn: pulumi.Output<string>;
  readonly drKeyArn: pulumi.Output<string>;

  constructor(name: string, args: SmartVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("smart-vault:index:SmartVault", name, {}, opts);
    const { config } = args;
    const { vaultId } = config;
    const here = { parent: this, provider: args.primary };
    const there = { parent: this, provider: args.dr };
    const tags = { "smart-vault:vault": vaultId };
    const names = namesOf(vaultId);

    const account = accountOf(here);
    const roleArgs = { ...config, tags };
    const role = serviceRole(names.role, "lambda", account, roleArgs, here);
    const schedulerRole = serviceRole(names.schedulerRole, "scheduler", account, roleArgs, here);
    const topic = alertTopic(vaultId, config, account, tags, here);
    const key = drKey(
      { ...config, account, roleArn: role.arn, protect: config.protectKeys, tags },
      there,
    );
    const rights = new aws.iam.RolePolicy(
      names.role,
      {
        role: role.name,
        policy: pulumi
          .all([account, key.arn, topic.arn, schedulerRole.arn])
          .apply(([acc, drKeyArn, topicArn, schedulerRoleArn]) =>
            JSON.stringify(
              functionPolicy({ ...config, ...acc, drKeyArn, topicArn, schedulerRoleArn }),
            ),
          ),
      },
      here,
    );
    const lambda = vaultFunction(
      {
        ...config,
        settings: settingsOf(config, key.arn, topic.arn, schedulerRole.arn),
        role,
        topicArn: topic.arn,
        tags,
      },
      { ...here, dependsOn: [rights] },
    );
    keyEvents({ ...config, account, keyArn: key.arn, topicArn: topic.arn, tags }, here, there);
    recycleBins({ ...config, tags }, here, there);
    triggers({ ...config, functionArn: lambda.arn, schedulerRole, tags }, here);
    alarms({ ...config, topicArn: topic.arn, functionName: lambda.name, tags }, here);

    this.functionName = lambda.name;
    this.topicArn = topic.arn;
    this.drKeyArn = key.arn;
    this.registerOutputs({
      functionName: this.functionName,
      topicArn: this.topicArn,
      drKeyArn: this.drKeyArn,
    });
  }
}
