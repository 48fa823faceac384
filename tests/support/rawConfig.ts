/** Provides a valid configuration as the CLI passes it; a test says only what differs. */
import { type RawConfig, parseConfig } from "../../src/config/config";

export const GOOD: Record<string, string> = {
  drRegion: "us-west-2",
  drRegions: "[]",
  tags: "{}",
  tagKey: "backup",
  tagValue: "True",
  policies: "{}",
  schedule: "cron(0 3 * * ? *)",
  timezone: "UTC",
  startWindowHours: "8",
  copyStuckHours: "12",
  copyOverdueHours: "24",
  maxRecoveryPointAgeHours: "0",
  retentionDays: "7",
  drRetentionDays: "0",
  keep: "{}",
  drKeep: "{}",
  keepAtLeast: "1",
  overrideMin: "{}",
  overrideMax: "{}",
  orphans: "keep-last",
  orphanDays: "30",
  editGraceDays: "7",
  maxDeletePercent: "50",
  maxDeletes: "0",
  approvedDeletePlan: "",
  dryRun: "false",
  lock: "{}",
  iUnderstandComplianceLock: "false",
  alertEmails: "[]",
  mailOn: "failure",
  monthlyBudgetUsd: "0",
  dashboard: "true",
  logRetentionDays: "30",
  memoryMb: "512",
  timeoutSeconds: "600",
  reserveConcurrency: "true",
  protectKeys: "true",
  recycleBinDays: "0",
  encryptPrimary: "false",
  sourceKeyArns: "[]",
  restoreRoleArns: "[]",
  keyAdministrators: "[]",
  permissionsBoundaryArn: "",
  operatorRole: "[]",
  operatorInstanceRoleArns: "[]",
  operatorBoundaryArn: "",
  manifests: "true",
  userData: "false",
  uefiData: "false",
  audit: "false",
  auditRetentionDays: "400",
  auditLockDays: "0",
  trail: "false",
};
export const RAW: RawConfig = {
  project: "p",
  stack: "s",
  primaryRegion: "us-east-1",
  values: GOOD,
};

export function withValues(values: Record<string, string>): RawConfig {
  return { ...RAW, values: { ...GOOD, ...values } };
}

/** Returns the lines of the error, without the heading. */
export function configErrors(raw: RawConfig): string[] {
  try {
    parseConfig(raw);
  } catch (error) {
    const [heading, ...lines] = (error as Error).message.split("\n");
    expect(heading).toBe(`the configuration of stack ${raw.stack} has mistakes:`);
    return lines.map((line) => line.trim());
  }
  return [];
}
