/** Mails about copies, keys and other regions. */
import { ignoredExpiredTags } from "../../../src/vault/plan/prune/released";
import { leftNotices } from "../../../src/vault/changes/leftRegions";
import { doubtProblems, strangerProblems } from "../../../src/vault/identity/doubts";
import { takeInventory } from "../../../src/vault/inventory/inventory";
import { DAY_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import { copyExpiredTag } from "../../../src/vault/model/tags/tags";
import type { Snapshot } from "../../../src/vault/model/world";
import { planCopies } from "../../../src/vault/plan/copies/copies";
import { keyProblems } from "../../../src/vault/plan/keyGate";
import { stuckCopies } from "../../../src/vault/plan/problems";
import { copiesBySource } from "../../../src/vault/inventory/copies";
import { copyAction, lockAction } from "../actions";
import { copies, look, sources, start, without } from "../looks";
import { DR, DR2, NOW, SETTINGS, copyOf, inDr, sealedIn, snapshot } from "../world";
import { type MailRow, denied, loggedBy } from "./row";
import { failed } from "./snapshots";

const one = snapshot("snap-1");
const TARGET = { ...DR, tagsOf: () => ({}), released: () => false };

function planned(source: Snapshot, made: Snapshot[]) {
  return planCopies([source], copiesBySource(made), TARGET, NOW + DAY_MS).problems[0];
}

function left(extra: object) {
  const region = { region: DR2.region, since: "2026-11-01T03:00:00Z", ...extra };
  const world = { snapshots: [], copies: {}, left: [region], problems: [], throttled: [] };
  return leftNotices(world, { regions: [] }, SETTINGS)[0];
}

const doubted: Snapshot = { ...one, doubt: { of: "tags", what: "its tag smart-vault:slot is gone" } };
const tagged = snapshot("snap-1", { tags: { [copyExpiredTag(DR.region)]: "2026-11-20" } });

function ignoredTag() {
  const [seen] = takeInventory({ snapshots: [tagged], copies: inDr([]) }, SETTINGS).dr;
  return seen && ignoredExpiredTags({ ...seen, released: () => false }, [tagged])[0];
}

async function missingPoints() {
  const rig = start();
  const less = without(sources, "snap-2");
  await look(rig, 0, sources, copies);
  await look(rig, 60, less, copies);
  rig.lines.length = 0;
  rig.at(Date.parse("2026-11-22T09:00:00Z") + 120 * MINUTE_MS);
  return loggedBy(rig, { kind: "sweep" }, "recovery-points-missing");
}

async function unread() {
  const rig = start();
  rig.dr.rejects(denied());
  return loggedBy(rig, { kind: "sweep" }, "not-observed");
}

export const COPY_MAILS: MailRow[] = [
  {
    kind: "copy-failed",
    make: () => failed(copyAction("snap-1")),
    begins: "snap-1 has no usable copy in us-west-2 yet",
    next: "tries again every hour until the copy succeeds",
    act: "pulumi up --refresh",
  },
  {
    kind: "copy-unusable",
    make: () => planned(one, [copyOf(one, "copy-1", { kmsKeyId: "arn:aws:kms:us-west-2:111122223333:key/other" })]),
    begins: "the copy copy-1 of snap-1 in us-west-2 is not usable",
    next: "the vault is replacing it",
    act: "check that the vault's key in that region is enabled",
  },
  {
    kind: "copy-stuck",
    make: () => stuckCopies([copyOf(one, "copy-1", { state: "pending" })], SETTINGS, NOW + DAY_MS)[0],
    begins: "the copy copy-1 of snap-1 in us-west-2 is not usable yet: it has been pending for",
    next: "The vault keeps waiting",
    act: "ask AWS Support",
  },
  {
    kind: "not-copyable",
    make: () => planned({ ...one, storageTier: "archive" }, []),
    begins: "snap-1 in us-east-1 has no verified copy in us-west-2 and cannot get one",
    next: "The vault copies it once it is restored",
    act: "aws ec2 restore-snapshot-tier --region us-east-1 --snapshot-id snap-1 --permanent-restore",
  },
  {
    kind: "lock-failed",
    make: () => failed(lockAction("copy-1")),
    begins: "copy-1 in us-west-2 is not protected by a lock yet",
    next: "tries again every hour",
    act: "pulumi up --refresh",
  },
  {
    kind: "key-not-enabled",
    when: "disabled",
    make: () => keyProblems([{ ...DR, state: "Disabled" }])[0],
    begins: `nobody can restore from copies in us-west-2: their key ${DR.keyArn} is Disabled`,
    next: "the vault deletes no recovery point in any region",
    act: `aws kms enable-key --region us-west-2 --key-id ${DR.keyArn}`,
  },
  {
    kind: "key-not-enabled",
    when: "pending deletion",
    make: () => keyProblems([{ ...DR, state: "PendingDeletion", deletedAt: "2026-12-22T00:00:00Z" }])[0],
    begins: `nobody can restore from copies in us-west-2: their key ${DR.keyArn} is PendingDeletion`,
    next: "the vault deletes no recovery point in any region",
    act: `aws kms cancel-key-deletion --region us-west-2 --key-id ${DR.keyArn}`,
  },
  {
    kind: "tampering",
    make: () => doubtProblems([doubted])[0],
    begins: "snap-1 in us-east-1 was changed, or is not what it says",
    next: "The vault keeps it and deletes nothing because of it",
    act: "aws cloudtrail lookup-events --region us-east-1",
  },
  {
    kind: "tampering",
    when: "somebody else's snapshot has the vault's tag",
    make: () => strangerProblems([{ snapshotId: "snap-9", region: "us-west-2", description: "mine" }])[0],
    begins: "snap-9 in us-west-2 carries the vault's tag",
    next: "The vault never changes, deletes or counts it",
    act: "remove it",
  },
  {
    kind: "copy-expired-tag-ignored",
    make: ignoredTag,
    begins: "snap-1 in us-east-1 has the tag smart-vault:copy-expired:us-west-2",
    next: "the vault copies it again",
    act: "the command that shows who",
  },
  {
    kind: "recovery-points-missing",
    make: missingPoints,
    begins: "1 recovery point of i-1 in us-east-1 is gone, and the vault did not delete it",
    next: "The vault makes DR copies again",
    act: "aws cloudtrail lookup-events --region us-east-1",
  },
  {
    kind: "not-observed",
    make: unread,
    begins: "nothing was copied to us-west-2 or deleted there",
    next: "The next hourly sweep tries again",
    act: "pulumi up --refresh",
  },
  {
    kind: "left-region",
    make: () => left({ snapshots: [copyOf(one, "copy-1", sealedIn(DR2))] }),
    begins: "eu-west-1 still has 1 snapshot of this vault",
    next: "The vault deletes nothing there any more",
    act: "aws ec2 describe-snapshots --region eu-west-1",
  },
  {
    kind: "left-region",
    when: "could not be counted",
    make: () => left({ cause: { code: "UnauthorizedOperation", message: "You are not authorized." } }),
    begins: "The vault could not count the snapshots that it left in eu-west-1",
    next: "The vault counts them again tomorrow",
    act: "The role needs ec2:DescribeSnapshots",
  },
];
