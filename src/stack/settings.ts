/** The settings that the function's closure captures, as one literal. */
import type * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../config/config";
import { namesOf } from "../iam/names";
import type { BucketTarget, VaultSettings } from "../vault/model/settings";
import type { VaultKeys } from "./keys/vaultKeys";

/** Settings that come from the stack's resources. */
type MadeKey = keyof VaultKeys | "audit" | "manifests" | "topicArn" | "hintQueueUrl" | "clock";

/** Settings that are configuration unchanged. If one is missing, even an optional one, this does not compile. */
const CONFIGURED = {
  vaultId: true,
  primaryRegion: true,
  dryRun: true,
  tags: true,
  tagKey: true,
  policies: true,
  keepAtLeast: true,
  overrideMin: true,
  overrideMax: true,
  orphans: true,
  orphanDays: true,
  editGraceDays: true,
  maxDeletePercent: true,
  maxDeletes: true,
  approvedDeletePlan: true,
  schedule: true,
  timezone: true,
  startWindowHours: true,
  copyStuckHours: true,
  userData: true,
  uefiData: true,
  mailOn: true,
  lock: true,
} satisfies Record<Exclude<keyof VaultSettings, MadeKey>, true>;

type Configured = Pick<VaultConfig, keyof typeof CONFIGURED>;

/** Sources of the settings besides the configuration. */
interface Made {
  keys: VaultKeys;
  audit: BucketTarget | undefined;
  manifests: BucketTarget[];
  topicArn: string;
  hintQueueUrl: string;
  schedulerRoleArn: string;
}

function configured(config: VaultConfig): Configured {
  const keys = Object.keys(CONFIGURED) as (keyof Configured)[];
  const values = keys.map((key) => [key, config[key]] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as unknown as Configured;
}

/** Returns the settings once the stack's resources are known; settings that are not configured are absent. */
export function settingsOf(config: VaultConfig, made: pulumi.Output<Made>): pulumi.Output<VaultSettings> {
  const { clockSchedule: name, scheduleGroup: groupName } = namesOf(config.vaultId);
  return made.apply(({ keys, audit, manifests, topicArn, hintQueueUrl, schedulerRoleArn: roleArn }) => ({
    ...configured(config),
    ...keys,
    ...(audit !== undefined && { audit }),
    manifests,
    topicArn,
    hintQueueUrl,
    clock: { name, groupName, roleArn },
  }));
}
