/** Mails about deletions, and about the vault itself. */
import { DescribeSnapshotAttributeCommand } from "@aws-sdk/client-ec2";
import { GetScheduleCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { planChanges } from "../../../src/vault/changes/changePlans";
import { inUseNotices, lockNotice, sharedNotice } from "../../../src/vault/guard/holds";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { ChangeKey, HeldPoint } from "../../../src/vault/model/memory/waitingPlans";
import type { ProblemKind } from "../../../src/vault/model/problem";
import type { VaultSettings } from "../../../src/vault/model/settings";
import { orphanNotices } from "../../../src/vault/plan/prune/orphans";
import { plannedOutcomes } from "../../../src/vault/apply/dryRun";
import { dryRunNotice } from "../../../src/vault/report/dryRunNotice";
import { memoryNotice } from "../../../src/vault/report/memoryNotice";
import { reportsOf } from "../../../src/vault/report/runReport";
import { summarize } from "../../../src/vault/report/summary";
import { takeInventory } from "../../../src/vault/inventory/inventory";
import { copyAction, deleteAction, snapshotAction } from "../actions";
import { MANIFESTED, fakeBucket, rigOf as auditedRig } from "../auditBucket";
import { makeRig } from "../rig";
import { NOW, RUN, SETTINGS, SLOT, copyOf, inDr, instance, keeping, snapshot, volume } from "../world";
import { type MailRow, denied, loggedBy } from "./row";
import { failed } from "./snapshots";

const EVENT = { kind: "run", slot: SLOT };
const due = deleteAction("snap-1", { reason: "40 days old, kept for 30 days" });

/** Returns the problem of recovery points that wait because of a change, or because of the deletion limit. */
function waiting(why: "settings" | "limit", of: string) {
  const key: ChangeKey = `us-east-1 ${why} ${of}`;
  const held = [3, 2].map((days): HeldPoint => {
    const slot = isoSeconds(NOW - days * DAY_MS);
    const keys = new Set([key]);
    const endMs = NOW + SETTINGS.editGraceDays * DAY_MS;
    return { region: "us-east-1", snapshotId: `snap-${days}`, instanceId: "i-1", slot, keys, fresh: keys, endMs };
  });
  const remembered = { memory: undefined, known: new Map() };
  const settings = { ...SETTINGS, maxDeletePercent: 50 };
  return planChanges(held, new Map([["us-east-1", 3]]), remembered, settings).problems[0];
}

function heldByAmi() {
  const outcome = {
    action: due,
    status: "skipped" as const,
    detail: "it is in use",
    snapshotIds: [],
    heldBy: ["ami-1"],
  };
  return inUseNotices([outcome], SETTINGS, NOW)[0];
}

async function notChecked() {
  const rig = makeRig({ ...SETTINGS, policies: keeping(3) });
  rig.reset();
  const old = snapshot("snap-1", { startTimeMs: NOW - 9 * DAY_MS });
  const today = snapshot("snap-2");
  rig.sees([old, today], [copyOf(old, "copy-1"), copyOf(today, "copy-2")]);
  for (const reader of [rig.primary, rig.dr]) reader.on(DescribeSnapshotAttributeCommand).rejects(denied());
  return loggedBy(rig, EVENT, "deletion-not-checked");
}

async function timerFails(command: typeof GetScheduleCommand | typeof UpdateScheduleCommand, kind: ProblemKind) {
  const rig = makeRig();
  rig.reset();
  rig.scheduler.on(command as typeof GetScheduleCommand).rejects(denied());
  return loggedBy(rig, EVENT, kind);
}

async function unwritten() {
  const bucket = fakeBucket();
  bucket.refuse(403);
  return loggedBy(auditedRig(), EVENT, "audit-not-written");
}

async function unwrittenManifest() {
  const bucket = fakeBucket();
  bucket.refuse(403);
  return loggedBy(auditedRig(MANIFESTED), EVENT, "manifest-not-written");
}

function reported(mailOn: VaultSettings["mailOn"]) {
  const plan = { actions: [], kept: [], problems: [], pending: [], slotSettled: true };
  const outcomes = [
    { action: snapshotAction(), status: "done" as const, detail: "", snapshotIds: ["snap-1", "snap-2"] },
  ];
  const summary = summarize(SETTINGS.vaultId, { trigger: RUN, plan, outcomes, deferredReads: [] });
  const one = snapshot("snap-1", { startTimeMs: NOW - DAY_MS });
  const instances = [instance("i-1", [volume("vol-1")])];
  const world = { snapshots: [one], copies: inDr([copyOf(one, "copy-1")]), instances, problems: [], throttled: [] };
  const seen = { world, inventory: takeInventory(world, SETTINGS) };
  return reportsOf(summary, seen, { ...SETTINGS, mailOn }, NOW)[0];
}

export const DELETION_MAILS: MailRow[] = [
  {
    kind: "delete-failed",
    make: () => failed(due),
    begins: "snap-1 in us-east-1 still exists and costs storage",
    next: "tries again every hour",
    act: "pulumi up --refresh",
  },
  {
    kind: "deletions-announced",
    make: () => waiting("settings", SLOT),
    begins: "the vault will delete 2 recovery points in us-east-1 that it kept before a change",
    next: "The change deletes none of this before then",
    act: "undo the change before then",
  },
  {
    kind: "delete-limit-exceeded",
    make: () => waiting("limit", "i-1"),
    begins: "pruning would delete 2 of 3 recovery points in us-east-1",
    next: "none was deleted, and none will be until you approve it",
    act: "npx pulumi config set approvedDeletePlan",
  },
  {
    kind: "deletion-not-checked",
    make: notChecked,
    begins: "some snapshots in us-east-1 were not deleted",
    next: "The next hourly sweep tries again",
    act: "pulumi up --refresh",
  },
  {
    kind: "in-use",
    make: heldByAmi,
    begins: "snap-1 in us-east-1 is due for deletion (40 days old, kept for 30 days) but was not deleted",
    next: "The vault deletes the snapshot after that",
    act: "aws ec2 deregister-image --region us-east-1 --image-id ami-1",
  },
  {
    kind: "locked",
    make: () => lockNotice(due, { state: "governance", expiresMs: NOW + 30 * DAY_MS }, SETTINGS, NOW),
    begins: "snap-1 in us-east-1 is due for deletion (40 days old, kept for 30 days) but was not deleted",
    next: "the vault deletes it after the lock expires",
    act: "aws ec2 unlock-snapshot --region us-east-1 --snapshot-id snap-1",
  },
  {
    kind: "locked",
    when: "in compliance mode",
    make: () => lockNotice(due, { state: "compliance", expiresMs: NOW + 30 * DAY_MS }, SETTINGS, NOW),
    begins: "snap-1 in us-east-1 is due for deletion (40 days old, kept for 30 days) but was not deleted",
    next: "The vault deletes the snapshot after the lock expires",
    act: "Nobody can end a compliance lock",
  },
  {
    kind: "shared",
    make: () => sharedNotice(due, ["444455556666"]),
    begins: "snap-1 in us-east-1 is due for deletion (40 days old, kept for 30 days) but was not deleted",
    next: "Otherwise the vault keeps it",
    act: "aws ec2 reset-snapshot-attribute --region us-east-1 --snapshot-id snap-1",
  },
  {
    kind: "clock-not-read",
    make: () => timerFails(GetScheduleCommand, "clock-not-read"),
    begins: "no recovery point is deleted and every invocation mails all open problems",
    next: "the hourly sweep follows the schedule alone",
    act: "pulumi up --refresh",
  },
  {
    kind: "clock-not-set",
    make: () => timerFails(UpdateScheduleCommand, "clock-not-set"),
    begins: "follow-up work is slower and no recovery point is deleted",
    next: "the hourly sweep takes over",
    act: "pulumi up --refresh",
  },
  {
    kind: "memory-nearly-used-up",
    make: () => memoryNotice({ peakMb: 450.4, limitMb: 512 }),
    begins: "the function used 450 of its 512 MB of memory",
    act: "npx pulumi config set memoryMb 1024 && npx pulumi up",
  },
  {
    kind: "memory-nearly-used-up",
    when: "and there is no more",
    make: () => memoryNotice({ peakMb: 10_000, limitMb: 10_240 }),
    begins: "the function used 10000 of its 10240 MB of memory",
    act: "Back up some of the instances with another stack",
  },
  {
    kind: "audit-not-written",
    make: unwritten,
    begins: "the audit log lacks the record",
    next: "Backups continue",
    act: "Check that the bucket exists",
  },
  {
    kind: "manifest-not-written",
    make: unwrittenManifest,
    begins: "the manifest bucket in us-west-2 lacks captures/i-1/",
    next: "The next invocation writes a missing manifest",
    act: "Check that the bucket exists",
  },
  {
    kind: "orphans-kept",
    make: () => orphanNotices([snapshot("snap-1", { startTimeMs: NOW - 40 * DAY_MS })], ["i-1"], SETTINGS)[0],
    begins: "us-east-1 keeps 1 recovery point",
    next: "keeps the newest one of each volume for good",
    act: "set `orphans: expire`",
  },
  {
    kind: "dry-run",
    make: () => dryRunNotice(RUN, plannedOutcomes([snapshotAction(), copyAction("snap-1"), due])),
    begins: "nothing was written to EC2, because this was a dry run",
    act: "npx pulumi config set dryRun false && npx pulumi up",
  },
  { kind: "run-report", make: () => reported("always"), begins: `the run for ${SLOT} was clean` },
  { kind: "weekly-summary", make: () => reported("weekly-summary"), begins: "2026-W47: 1 instance backed up" },
];
