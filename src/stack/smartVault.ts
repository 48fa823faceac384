/**
 * The vault as one component, so that another Pulumi program can use it unchanged. Input is one provider per region and
 * a plain configuration; output is names and ARNs.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../config/config";
import { configWarnings } from "../config/warnings";
import { TAG } from "../vault/model/tags";
import type { BucketTarget } from "../vault/model/settings";
import { functionPolicy } from "../iam/functionPolicy";
import { serviceRole } from "./serviceRole";
import { alarms } from "./monitoring/alarms";
import { alertTopic } from "./monitoring/topic";
import { budget } from "./monitoring/budget";
import { dashboard } from "./monitoring/dashboard";
import { outOfMemoryFilter } from "./monitoring/outOfMemory";
import { vaultFunction } from "./function";
import { keyEvents } from "./keys/keyEvents";
import { type Account, namesOf } from "../iam/names";
import { operatorPermissions, operatorRole } from "./operatorRole";
import { recycleBins } from "./recycleBin";
import type { RegionOptions } from "./regionOptions";
import { settingsOf } from "./settings";
import { hintQueue, hintTrigger } from "./hints";
import { triggers } from "./triggers";
import { type VaultKeys, allKeys, vaultKeys } from "./keys/vaultKeys";
import { vaultBuckets } from "./vaultBuckets";

export interface SmartVaultArgs {
  config: VaultConfig;
  /** Provider of `config.primaryRegion`. */
  primary: aws.Provider;
  /** Provider of each of `config.drRegions`, by region. */
  dr: Readonly<Record<string, aws.Provider>>;
}

function accountOf(opts: pulumi.InvokeOptions): pulumi.Output<Account> {
  return pulumi
    .all([aws.getPartitionOutput({}, opts), aws.getCallerIdentityOutput({}, opts)])
    .apply(([{ partition }, { accountId }]) => ({ partition, accountId }));
}

/** Returns the tags of each resource: the configured ones, and the one that names its vault. */
function resourceTags({ vaultId, tags }: VaultConfig): Record<string, string> {
  return { ...tags, [TAG.vault]: vaultId };
}

/** Resources that the function's policy names. */
interface Made {
  account: pulumi.Output<Account>;
  keys: pulumi.Output<VaultKeys>;
  audit: pulumi.Output<BucketTarget | undefined>;
  manifests: pulumi.Output<BucketTarget[]>;
  topicArn: pulumi.Output<string>;
  schedulerRoleArn: pulumi.Output<string>;
}

/** Returns the function's policy as JSON. */
function policyOf(config: VaultConfig, made: Made): pulumi.Output<string> {
  return pulumi.output(made).apply(({ account, keys, ...arns }) => {
    return JSON.stringify(functionPolicy({ ...config, ...account, ...keys, ...arns }));
  });
}

/** Warns about the configuration in `pulumi preview`, `pulumi up` and `npm start`; it refuses nothing. */
function warnOf(config: VaultConfig): void {
  for (const warning of configWarnings(config)) {
    void pulumi.log.warn(`${config.vaultId}: ${warning}`);
  }
}

export class SmartVault extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly topicArn: pulumi.Output<string>;
  /** By region. */
  readonly keyArns: pulumi.Output<Record<string, string>>;
  /** The role for the command line; `undefined` without `operatorRole`. */
  readonly operatorRoleArn: pulumi.Output<string | undefined>;
  /** Name of the audit bucket; `undefined` without `audit`. */
  readonly auditBucket: pulumi.Output<string | undefined>;

  constructor(name: string, args: SmartVaultArgs, options?: pulumi.ComponentResourceOptions) {
    super("smart-vault:index:SmartVault", name, {}, options);
    const { config } = args;
    const { vaultId } = config;
    const here = { parent: this, provider: args.primary };
    const there = Object.fromEntries(
      Object.entries(args.dr).map(([region, provider]) => [region, { parent: this, provider }]),
    );
    const opts: RegionOptions = { primary: here, dr: there };
    const tags = resourceTags(config);
    const names = namesOf(vaultId);
    warnOf(config);

    const account = accountOf(here);
    const roleArgs = { ...config, account, tags };
    const role = serviceRole(names.role, "lambda", roleArgs, here);
    const schedulerRole = serviceRole(names.schedulerRole, "scheduler", roleArgs, here);
    const topic = alertTopic(config, account, tags, here);
    const operator = operatorRole({ config, account, tags }, here);
    const hints = hintQueue({ ...config, account, tags }, here);
    const keys = vaultKeys(config, { account, roleArn: role.arn, operatorArn: operator?.arn, tags }, opts);
    if (operator !== undefined) operatorPermissions(operator, { config, account, keys, tags }, here);
    const everyKey = keys.apply((known) => allKeys(config.primaryRegion, known));
    const { parts, ...targets } = vaultBuckets(config, { account, keys, tags }, opts);
    const made = { account, keys, ...targets, topicArn: topic.arn, schedulerRoleArn: schedulerRole.arn };
    const permissions = new aws.iam.RolePolicy(names.role, { role: role.name, policy: policyOf(config, made) }, here);
    const lambda = vaultFunction(
      {
        ...config,
        settings: settingsOf(config, pulumi.output({ ...made, hintQueueUrl: hints.url })),
        role,
        topicArn: topic.arn,
        tags,
      },
      { ...here, dependsOn: [permissions, ...parts] },
    );
    keyEvents({ ...config, account, keys: everyKey, topicArn: topic.arn, tags }, opts);
    recycleBins({ ...config, tags }, opts);
    hintTrigger({ vaultId, queue: hints, functionArn: lambda.arn, tags }, { ...here, dependsOn: [permissions] });
    const sweep = triggers({ ...config, functionArn: lambda.arn, schedulerRole, tags }, here);
    // A rate without a start date starts at once (Scheduler user guide, "Rate-based schedules"). So the first heartbeat
    // may come before the alarm that fires without one.
    alarms({ ...config, topicArn: topic.arn, tags }, { ...here, dependsOn: [sweep] });
    outOfMemoryFilter(vaultId, { ...here, dependsOn: [lambda] });
    dashboard({ ...config, account }, here);
    budget({ ...config, topicArn: topic.arn, tags }, here);

    this.functionName = lambda.name;
    this.topicArn = topic.arn;
    this.keyArns = everyKey.apply((all) => Object.fromEntries(all.map(({ region, keyArn }) => [region, keyArn])));
    this.auditBucket = targets.audit.apply((target) => target?.bucket);
    this.operatorRoleArn = pulumi.output(operator?.arn);
    this.registerOutputs({
      functionName: this.functionName,
      topicArn: this.topicArn,
      keyArns: this.keyArns,
      operatorRoleArn: this.operatorRoleArn,
      auditBucket: this.auditBucket,
    });
  }
}
