/** What the function of the prod stack is to know of itself, as its mocked resources say it. */
import type { VaultSettings } from "../../src/vault/types";
import { ARN } from "./stackProgram";

export const SETTINGS: VaultSettings = {
  vaultId: "smart-vault-prod",
  primaryRegion: "us-east-1",
  drRegion: "us-west-2",
  tagKey: "backup",
  tagValue: "True",
  retentionDays: 14,
  drRetentionDays: 30,
  schedule: "cron(0 3 * * ? *)",
  timezone: "UTC",
  startWindowHours: 8,
  copyStuckHours: 12,
  drKeyArn: ARN.key,
  topicArn: ARN.topic("smart-vault-prod"),
  clock: {
    name: "smart-vault-prod-clock",
    groupName: "smart-vault-prod",
    roleArn: ARN.role("smart-vault-prod-scheduler"),
  },
};
