/** Builds what the vault sees: each builder gives one complete, verified record, and a test says only what differs. */
import { TAG } from "../../src/vault/model/tags";
import { identify } from "./identify";
import { isoSeconds } from "../../src/vault/lib/time";
import type { AttachedVolume, ProtectedInstance, Snapshot, Tags, World } from "../../src/vault/model/world";
import type { KeepPolicy, KeyedRegion, VaultSettings } from "../../src/vault/model/settings";
import type { SlotTask, Trigger } from "../../src/vault/model/trigger";

export const NOW = Date.parse("2026-11-22T03:00:00Z");
export const SLOT = isoSeconds(NOW);
export const KEY = "arn:aws:kms:us-west-2:111122223333:key/dr";
export const DR: KeyedRegion = { region: "us-west-2", keyArn: KEY };
/** A second DR region, for vaults with two. */
export const DR2: KeyedRegion = {
  region: "eu-west-1",
  keyArn: "arn:aws:kms:eu-west-1:111122223333:key/dr2",
};
/** Key of encrypted replacements, if a test wants them. */
export const PRIMARY_KEY = "arn:aws:kms:us-east-1:111122223333:key/primary";
export const FUNCTION_ARN = "arn:aws:lambda:us-east-1:111122223333:function:vault";

/** One policy, for the tag value `true`. */
export function keeping(days: number, drDays = days): Record<string, KeepPolicy> {
  return { true: { keep: { retentionDays: days }, drKeep: { retentionDays: drDays } } };
}

export const SETTINGS: VaultSettings = {
  vaultId: "smart-vault-test",
  primaryRegion: "us-east-1",
  dr: [DR],
  dryRun: false,
  tags: {},
  tagKey: "Backup",
  policies: keeping(30),
  keepAtLeast: 1,
  overrideMin: {},
  overrideMax: {},
  orphans: "keep-last",
  orphanDays: 30,
  editGraceDays: 7,
  maxDeletePercent: 100,
  maxDeletes: 0,
  approvedDeletePlan: [],
  schedule: "cron(0 3 * * ? *)",
  timezone: "UTC",
  startWindowHours: 8,
  copyStuckHours: 12,
  manifests: [],
  mailOn: "failure",
  topicArn: "arn:aws:sns:us-east-1:111122223333:vault",
  hintQueueUrl: "https://sqs.us-east-1.amazonaws.com/111122223333/vault-hints",
  clock: { name: "clock", groupName: "vault", roleArn: "arn:aws:iam::111122223333:role/clock" },
};

export const RUN: Trigger = { kind: "run", slot: SLOT, runId: "run-1" };
export const SWEEP: Trigger = { kind: "sweep", runId: "sweep-1" };

/** Slot task of a run while its slot is open. */
export const OPEN: SlotTask = { slot: SLOT, mode: "open" };

export function volume(volumeId: string, extra: Partial<AttachedVolume> = {}): AttachedVolume {
  return { volumeId, deviceName: "/dev/xvda", isRoot: false, tags: {}, ...extra };
}

export function instance(
  instanceId: string,
  volumes: AttachedVolume[],
  tags: Tags = { Backup: "true" },
): ProtectedInstance {
  return { instanceId, instanceType: "m7g.large", availabilityZone: "us-east-1a", tags, volumes };
}

/** Returns a completed snapshot that the vault made of `vol-1` for the slot that `startTimeMs` is in. */
export function snapshot(snapshotId: string, extra: Partial<Snapshot> = {}): Snapshot {
  const startTimeMs = extra.startTimeMs ?? NOW;
  const record = {
    snapshotId,
    region: SETTINGS.primaryRegion,
    volumeId: "vol-1",
    state: "completed",
    startTimeMs,
    sizeGiB: 8,
    encrypted: false,
    storageTier: "standard",
    ...extra,
    tags: {
      [TAG.vault]: SETTINGS.vaultId,
      [TAG.instance]: "i-1",
      [TAG.slot]: isoSeconds(startTimeMs),
      [TAG.run]: "run-0",
      ...extra.tags,
    },
  };
  return identify(record, SETTINGS.vaultId);
}

/** Returns the fields of a snapshot encrypted in a region, under its key. */
export function sealedIn({ region, keyArn }: KeyedRegion): Partial<Snapshot> {
  return { region, encrypted: true, kmsKeyId: keyArn };
}

/** Returns the verified copy of a snapshot in the DR region, started a minute after it. */
export function copyOf(source: Snapshot, snapshotId: string, extra: Partial<Snapshot> = {}): Snapshot {
  const { identity: _ofSource, doubt: _no, ...rest } = source;
  const record = {
    ...rest,
    snapshotId,
    ...sealedIn(DR),
    startTimeMs: source.startTimeMs + 60_000,
    ...extra,
    tags: {
      ...source.tags,
      [TAG.sourceSnapshot]: source.tags[TAG.sourceSnapshot] ?? source.snapshotId,
      [TAG.sourceVolume]: source.volumeId,
      [TAG.sourceStarted]: source.tags[TAG.sourceStarted] ?? isoSeconds(source.startTimeMs),
      ...extra.tags,
    },
  };
  return identify(record, SETTINGS.vaultId);
}

/** Returns the verified encrypted replacement of a snapshot in the primary region. */
export function replacementOf(original: Snapshot, snapshotId: string, extra: Partial<Snapshot> = {}): Snapshot {
  const here = { region: SETTINGS.primaryRegion, keyArn: PRIMARY_KEY };
  return copyOf(original, snapshotId, { ...sealedIn(here), ...extra });
}

/** Returns copies by region if only the one DR region was seen. */
export function inDr(copies: Snapshot[]): World["copies"] {
  return { [DR.region]: copies };
}
