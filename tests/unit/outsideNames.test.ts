/**
 * Tests the names that people and existing snapshots rely on. A change here is a breaking change, and needs a line in
 * the changelog.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { METRIC, METRIC_NAMESPACE, REGION_METRIC } from "../../src/vault/model/metricNames";
import { KINDS } from "../../src/vault/model/problem";
import { COPY_EXPIRED_PREFIX, INSTANCE_TAG_PREFIX, TAG, TAG_PREFIX } from "../../src/vault/model/tags/tags";
import { parseEvent } from "../../src/vault/observe/event";

const TAG_KEYS = `
availability-zone crash-consistent device device-role dr-keep instance instance-name instance-type keep launch launch-hash network policy run set-size slot source-snapshot source-started source-volume vault volume-flags volume-iops volume-size-gib volume-throughput-mibps volume-type volumes`;
const CONFIG_KEYS = `
alertEmails approvedDeletePlan audit auditLockDays auditRetentionDays copyOverdueHours copyStuckHours dashboard drKeep drRegion drRegions drRetentionDays dryRun editGraceDays encryptPrimary iUnderstandComplianceLock keep keepAtLeast keyAdministrators lock logRetentionDays mailOn manifests maxDeletePercent maxDeletes maxRecoveryPointAgeHours memoryMb monthlyBudgetUsd operatorBoundaryArn operatorInstanceRoleArns operatorRole orphanDays orphans overrideMax overrideMin permissionsBoundaryArn policies protectKeys recycleBinDays reserveConcurrency restoreRoleArns retentionDays schedule sourceKeyArns startWindowHours tagKey tagValue tags timeoutSeconds timezone trail uefiData userData`;
const METRICS = `
ActionsDeferred CopiesCompleted CopiesDeferred CopiesFailed CopiesInFlight CopiesStarted InstancesTargeted InvocationsCompleted LeftRegionGiB LeftRegionSnapshots MaxRecoveryPointAgeHours OldestMissingCopyMinutes OrphanGiB OrphanRecoveryPoints ProblemsSeen ProtectedGiB RecoveryPoints RunDuration RunsCompleted SnapshotsCompleted SnapshotsDeleted SnapshotsFailed SnapshotsStarted ZeroMatches`;
const PROBLEM_KINDS = `
audit-not-written bad-override becoming-orphan clock-not-read clock-not-set copy-expired-tag-ignored copy-failed copy-stuck copy-unusable delete-failed delete-limit-exceeded deletion-not-checked deletions-announced dry-run in-use key-not-enabled launch-not-read left-region lock-failed locked manifest-not-written memory-nearly-used-up no-instances no-volumes not-copyable not-crash-consistent not-observed not-protected-anymore orphans-kept recovery-points-missing restore-limit run-missed run-report shared slot-missed snapshot-call-failed snapshot-errored snapshot-limit tags-left-out tampering unknown-policy weekly-summary`;

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

test("keeps the tag keys that existing snapshots have", () => {
  const keys = Object.values(TAG).map((key) => key.replace(TAG_PREFIX, ""));
  expect(keys.sort()).toStrictEqual(words(TAG_KEYS));
  expect([TAG_PREFIX, COPY_EXPIRED_PREFIX, INSTANCE_TAG_PREFIX]).toStrictEqual([
    "smart-vault:",
    "smart-vault:copy-expired:",
    "smart-vault:instance-tag:",
  ]);
});

test("keeps the config keys that existing stacks set", () => {
  const project = parse(readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8")) as { config: object };
  expect(Object.keys(project.config).sort()).toStrictEqual(words(CONFIG_KEYS));
});

test("keeps the metrics that people's own alarms and dashboards read", () => {
  const names = [...Object.values(METRIC), ...Object.values(REGION_METRIC)];
  expect([METRIC_NAMESPACE, ...names.sort()]).toStrictEqual(["SmartVault", ...words(METRICS)]);
});

test("keeps the kinds of problem that people's log queries filter by", () => {
  expect(Object.keys(KINDS).sort()).toStrictEqual(words(PROBLEM_KINDS));
});

test.each(["run", "follow-up", "sweep"])("accepts the payload %s", (kind) => {
  expect(parseEvent({ kind }, Date.UTC(2026, 10, 22), "r").kind).toBe(kind);
});
