/** Provides what the function of the prod stack must know of itself, by its mocked resources. */
import type { VaultSettings } from "../../src/vault/model/settings";
import { ARN } from "./stackProgram";

export const SETTINGS: VaultSettings = {
  vaultId: "smart-vault-prod",
  primaryRegion: "us-east-1",
  dryRun: false,
  tags: {},
  dr: [{ region: "us-west-2", keyArn: ARN.key }],
  tagKey: "backup",
  policies: { True: { keep: { retentionDays: 14 }, drKeep: { retentionDays: 30 } } },
  keepAtLeast: 1,
  overrideMin: {},
  overrideMax: {},
  orphans: "keep-last",
  orphanDays: 30,
  editGraceDays: 7,
  maxDeletePercent: 50,
  maxDeletes: 0,
  approvedDeletePlan: [],
  schedule: "cron(0 3 * * ? *)",
  timezone: "UTC",
  startWindowHours: 8,
  userData: false,
  uefiData: false,
  copyStuckHours: 12,
  audit: {
    bucket: "smart-vault-prod-audit-123456789012-us-west-2",
    region: "us-west-2",
    host: "smart-vault-prod-audit-123456789012-us-west-2.s3.us-west-2.amazonaws.com",
  },
  manifests: [
    {
      bucket: "smart-vault-prod-manifests-123456789012-us-west-2",
      region: "us-west-2",
      host: "smart-vault-prod-manifests-123456789012-us-west-2.s3.us-west-2.amazonaws.com",
    },
  ],
  mailOn: "failure",
  topicArn: ARN.topic("smart-vault-prod"),
  hintQueueUrl: ARN.hintQueueUrl("smart-vault-prod"),
  clock: {
    name: "smart-vault-prod-clock",
    groupName: "smart-vault-prod",
    roleArn: ARN.role("smart-vault-prod-scheduler"),
  },
};
