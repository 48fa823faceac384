/**
 * The vault as one component, so that another Pulumi program can use it unchanged. Input is one provider per region and
 * a plain configuration; output is names and ARNs.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../config/config";
import { configWarnings } from "../config/warnings";
import { TAG } from "../vault/model/tags";
import type { AuditTarget } from "../vault/model/settings";
import { functionPolicy } from "../iam/functionPolicy";
import { serviceRole } from "./serviceRole";
import { alarms } from "./monitoring/alarms";
import { alertTopic } from "./monitoring/topic";
import { type AuditBucket, auditBucket } from "./audit/bucket";
import { budget } from "./monitoring/budget";
import { dashboard } from "./monitoring/dashboard";
import { vaultFunction } from "./function";
import { keyEvents } from "./keys/keyEvents";
import { type Account, namesOf } from "../iam/names";
import { operatorPermissions, operatorRole } from "./operatorRole";
import { recycleBins } from "./recycleBin";
import type { RegionOptions } from "./regionOptions";
import { settingsOf } from "./settings";
import { auditTrail } from "./audit/trail";
import { triggers } from "./triggers";
import { type VaultKeys, allKeys, vaultKeys } from "./keys/vaultKeys";

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

/** Makes the audit bucket in the first DR region, and the trail into it, as far as they are configured. */
function auditParts(
  config: VaultConfig,
  { account, keys }: { account: pulumi.Output<Account>; keys: pulumi.Output<VaultKeys> },
  opts: RegionOptions,
): AuditBucket | undefined {
  const [region] = config.drRegions;
  if (!config.audit || region === undefined) return undefined;
  const keyArn = keys.apply(({ dr }) => dr[0]?.keyArn ?? "");
  const tags = resourceTags(config);
  const args = { ...config, region, account, keyArn, protect: config.protectKeys, tags };
  const made = auditBucket(args, opts.dr[region] ?? {});
  const bucket = made.target.apply((target) => target.bucket);
  if (config.trail) auditTrail({ ...config, bucket, keyArn, tags }, { ...opts.primary, dependsOn: made.parts });
  return made;
}

/** Resources that the function's policy names. */
interface Made {
  account: pulumi.Output<Account>;
  keys: pulumi.Output<VaultKeys>;
  audit: pulumi.Output<AuditTarget | undefined>;
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
    const keys = vaultKeys(config, { account, roleArn: role.arn, operatorArn: operator?.arn, tags }, opts);
    if (operator !== undefined) operatorPermissions(operator, { config, account, keys, tags }, here);
    const everyKey = keys.apply((known) => allKeys(config.primaryRegion, known));
    const audit = auditParts(config, { account, keys }, opts);
    const auditTarget = pulumi.output(audit?.target);
    const made = { account, keys, audit: auditTarget, topicArn: topic.arn, schedulerRoleArn: schedulerRole.arn };
    const permissions = new aws.iam.RolePolicy(names.role, { role: role.name, policy: policyOf(config, made) }, here);
    const lambda = vaultFunction(
      {
        ...config,
        settings: settingsOf(
          config,
          pulumi.output({ keys, audit: auditTarget, topicArn: topic.arn, clockRoleArn: schedulerRole.arn }),
        ),
        role,
        topicArn: topic.arn,
        tags,
      },
      { ...here, dependsOn: [permissions, ...(audit?.parts ?? [])] },
    );
    keyEvents({ ...config, account, keys: everyKey, topicArn: topic.arn, tags }, opts);
    recycleBins({ ...config, tags }, opts);
    const sweep = triggers({ ...config, functionArn: lambda.arn, schedulerRole, tags }, here);
    // A rate without a start date starts at once (Scheduler user guide, "Rate-based schedules"). So the first heartbeat
    // may come before the alarm that fires without one.
    alarms({ ...config, topicArn: topic.arn, tags }, { ...here, dependsOn: [sweep] });
    dashboard({ ...config, account }, here);
    budget({ ...config, topicArn: topic.arn, tags }, here);

    this.functionName = lambda.name;
    this.topicArn = topic.arn;
    this.keyArns = everyKey.apply((all) => Object.fromEntries(all.map(({ region, keyArn }) => [region, keyArn])));
    this.operatorRoleArn = pulumi.output(operator?.arn);
    this.auditBucket = auditTarget.apply((target) => target?.bucket);
    this.registerOutputs({
      functionName: this.functionName,
      topicArn: this.topicArn,
      keyArns: this.keyArns,
      operatorRoleArn: this.operatorRoleArn,
      auditBucket: this.auditBucket,
    });
  }
}
