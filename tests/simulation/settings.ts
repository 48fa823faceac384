/** Draws the settings of the vault under simulation, as the stack would capture them, with what the seed chooses. */
import type { BucketTarget, VaultSettings } from "../../src/vault/model/settings";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { bucketName } from "../../src/iam/buckets";
import { namesOf } from "../../src/iam/names";
import { SETTINGS, keeping } from "../support/world";
import { drawRetention } from "./edits";
import type { Random } from "./random";

/** Values of the backup tag that a simulated vault of rules has a policy each for. */
const TAG_VALUES = ["true", "gold"];

const MAIL_ON = ["failure", "failure", "failure", "always", "weekly-summary"] as const;

const VAULT_ID = "smart-vault-simulated";

const DR_REGION = "us-west-2";

function keyArn(region: string): string {
  return `arn:aws:kms:${region}:${ACCOUNT_ID}:key/11111111-2222-3333-4444-555555555555`;
}

const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/${namesOf(VAULT_ID).schedulerRole}`;
export const FUNCTION_ARN = `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:${VAULT_ID}`;

function targetIn(region: string, purpose: "audit" | "manifests"): BucketTarget {
  const bucket = bucketName(VAULT_ID, purpose, ACCOUNT_ID, region);
  return { bucket, region, host: `${bucket}.s3.${region}.amazonaws.com` };
}

/** Whatever else the vault's settings have comes from the tests' common world. */
export function drawSettings(random: Random): VaultSettings {
  const names = namesOf(VAULT_ID);
  const retentionDays = random.pick([1, 1, 2, 2, 3, 4]);
  const drRetentionDays = random.pick([1, 1, 2, 2, 3, 4]);
  const mode = random.pick(["governance", "compliance"] as const);
  const days = random.int(1, drRetentionDays);
  const byRules = random.chance(0.4);
  const locks = random.chance(0.4);
  const drRegions = random.chance(0.35) ? [DR_REGION, "eu-west-1"] : [DR_REGION];
  const encrypts = random.chance(0.25);
  const audits = random.chance(0.4);
  const mailOn = random.fork("mailOn").pick(MAIL_ON);
  const manifests = random.fork("manifests").chance(0.7);
  return {
    ...SETTINGS,
    editGraceDays: 1,
    vaultId: VAULT_ID,
    tags: random.fork("tags").chance(0.3) ? { Team: "backup", Mount: "none" } : {},
    dr: drRegions.map((region) => ({ region, keyArn: keyArn(region) })),
    mailOn,
    // No copy takes longer but a slow one (ec2Copies.ts).
    copyStuckHours: 2,
    ...(audits && { audit: targetIn(DR_REGION, "audit") }),
    manifests: manifests ? drRegions.map((region) => targetIn(region, "manifests")) : [],
    ...(encrypts && { primaryKeyArn: keyArn("us-east-1") }),
    topicArn: `arn:aws:sns:us-east-1:${ACCOUNT_ID}:${VAULT_ID}`,
    hintQueueUrl: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT_ID}/${names.hintQueue}`,
    clock: { name: names.clockSchedule, groupName: names.scheduleGroup, roleArn: ROLE_ARN },
    policies: keeping(retentionDays, drRetentionDays),
    ...(byRules && drawRetention(random, TAG_VALUES)),
    // Rules may release a copy within its lock's days, which the stack refuses.
    ...(locks && !byRules && { lock: { mode, days } }),
  };
}
