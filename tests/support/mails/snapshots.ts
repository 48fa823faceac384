/** Mails about instances and their snapshots. */
import { DescribeInstancesCommand, DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { makingProblems } from "../../../src/vault/apply/makingProblems";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Dropout } from "../../../src/vault/model/dropout";
import type { Outcome } from "../../../src/vault/model/actions";
import { failedSnapshots } from "../../../src/vault/plan/problems";
import { planDropouts } from "../../../src/vault/plan/snapshots/dropoutProblems";
import { restoreLimits } from "../../../src/vault/plan/snapshots/restoreLimits";
import { missedRun } from "../../../src/vault/plan/snapshots/missedRun";
import {
  nothingToSnapshot,
  noInstances,
  overrideProblems,
  slotMissed,
} from "../../../src/vault/plan/snapshots/snapshotProblems";
import { instanceRules } from "../../../src/vault/retention/effectiveRules";
import { summarize } from "../../../src/vault/report/summary";
import type { LaunchSpec } from "../../../src/vault/model/launchSpec";
import { TAG } from "../../../src/vault/model/tags/tags";
import { copyAction, snapshotAction } from "../actions";
import { NOW, OPEN, RUN, SETTINGS, SLOT, instance, snapshot, volume } from "../world";
import { makeRig } from "../rig";
import { DENIED, type MailRow, denied, loggedBy } from "./row";

const DETAIL = `${DENIED.name}: ${DENIED.message}`;
const NO_PLAN = { actions: [], kept: [], problems: [], pending: [], slotSettled: true };

function outcome(action: Outcome["action"], extra: Partial<Outcome> = {}): Outcome {
  return { action, status: "done", detail: DETAIL, snapshotIds: ["snap-1"], ...extra };
}

/** Returns the problem of an action that AWS refused. */
export function failed(action: Outcome["action"]) {
  const outcomes = [outcome(action, { status: "failed", snapshotIds: [] })];
  return summarize(SETTINGS.vaultId, { trigger: RUN, plan: NO_PLAN, outcomes, deferredReads: [] }).problems[0];
}

/** Returns the notice about an instance's own rule beside a bound of 30. */
function badOverride(key: string, value: string) {
  const one = instance("i-1", [], { Backup: "true", [key]: value });
  return overrideProblems(one, { ...SETTINGS, overrideMax: { daily: 30 } })[0];
}

function dropout(extra: Partial<Dropout>) {
  const one = { instanceId: "i-2", tags: { Name: "web" }, newestMs: NOW - DAY_MS, because: "left" as const, ...extra };
  return planDropouts([one], SETTINGS, OPEN, NOW).problems[0];
}

function errored(n: number) {
  const extra = { state: "error", stateMessage: "Volume is impaired", tags: { [TAG.slot]: SLOT } };
  return snapshot(`snap-${n}`, { ...extra, startTimeMs: NOW + n * MINUTE_MS });
}

async function launchUnread() {
  const rig = makeRig();
  rig.reset();
  const NetworkInterfaces = [{ SubnetId: "subnet-1", Attachment: { DeviceIndex: 0 } }];
  const BlockDeviceMappings = [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-1" } }];
  const shown = { InstanceId: "i-1", InstanceType: "m7g.large" as const, BlockDeviceMappings, NetworkInterfaces };
  rig.primary.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [shown] }] });
  rig.primary.on(DescribeSubnetsCommand).rejects(denied());
  return loggedBy(rig, { kind: "run", slot: SLOT }, "launch-not-read");
}

function limitOf(launch: LaunchSpec) {
  return restoreLimits({ ...instance("i-1", []), captured: { launch, interfaces: [] } })[0];
}

export const SNAPSHOT_MAILS: MailRow[] = [
  {
    kind: "launch-not-read",
    make: launchUnread,
    begins: "backups may lack facts of a launch, because the vault could not read subnets in us-east-1",
    next: "The next run reads the facts again",
    act: "pulumi up --refresh",
  },
  {
    kind: "restore-limit",
    when: "an instance store",
    make: () => limitOf({ instanceStoreDevices: ["/dev/sdb"] }),
    begins: "a restore of i-1 lacks the data of its instance-store disks",
    act: "Keep what must survive on EBS volumes",
  },
  {
    kind: "restore-limit",
    when: "hibernation",
    make: () => limitOf({ hibernation: true }),
    begins: "a restore of i-1 boots it",
    act: "Save what must survive",
  },
  {
    kind: "restore-limit",
    when: "product codes",
    make: () => limitOf({ productCodes: ["abc"] }),
    begins: "a restore of i-1 needs the subscription of its product codes",
    act: "Keep the subscription",
  },
  {
    kind: "snapshot-call-failed",
    make: () => failed(snapshotAction()),
    begins: "i-1 in us-east-1 is not backed up yet",
    next: "tries again every hour",
    act: "pulumi up --refresh",
  },
  {
    kind: "snapshot-errored",
    make: () => failedSnapshots([errored(1), errored(2), errored(3)], SETTINGS, NOW + HOUR_MS)[0],
    begins: `vol-1 of i-1 has no recovery point for ${SLOT}`,
    next: "The next scheduled run takes a new snapshot",
    act: "aws ec2 describe-volume-status --region us-east-1 --volume-ids vol-1",
  },
  {
    kind: "slot-missed",
    make: () => slotMissed(instance("i-1", []), [volume("vol-1"), volume("vol-2")], SLOT, SETTINGS),
    begins: `i-1 has no snapshot of vol-1, vol-2 for ${SLOT}`,
    next: "The next scheduled run takes new snapshots",
    act: "start a run at once",
  },
  {
    kind: "slot-missed",
    when: "EC2 did not list the instance",
    make: () =>
      planDropouts(
        [{ instanceId: "i-2", tags: { Backup: "true" }, newestMs: NOW - DAY_MS, because: "left" }],
        SETTINGS,
        { slot: SLOT, mode: "closing" },
        NOW,
      ).problems[0],
    begins: `i-2 has no snapshot for ${SLOT}`,
    next: "The next scheduled run takes new snapshots",
    act: "start a run at once",
  },
  {
    kind: "run-missed",
    make: () => missedRun({ ...OPEN, isMissedRun: true }, SETTINGS)[0],
    begins: `the scheduled run for ${SLOT} is missing`,
    next: "the hourly sweep creates its snapshots instead",
    act: "aws scheduler list-schedules --region us-east-1",
  },
  {
    kind: "run-missed",
    when: "found out too late",
    make: () => missedRun({ slot: SLOT, mode: "closing", isMissedRun: true }, SETTINGS)[0],
    begins: `the scheduled run for ${SLOT} is missing`,
    next: "the next run creates new ones",
    act: "aws scheduler list-schedules --region us-east-1",
  },
  {
    kind: "no-volumes",
    make: () => nothingToSnapshot(instance("i-1", []), SETTINGS),
    begins: "i-1 has the backup tag, but no EBS volume to back up",
    next: "the next run backs it up",
    act: "remove the instance's backup tag",
  },
  {
    kind: "snapshot-limit",
    make: () =>
      makingProblems([outcome(copyAction("snap-1"), { status: "deferred", code: "SnapshotLimitExceeded" })])[0],
    begins: "nothing new is backed up in us-west-2",
    next: "The vault tries again at every invocation",
    act: "aws service-quotas list-service-quotas --region us-west-2",
  },
  {
    kind: "not-crash-consistent",
    make: () => makingProblems([outcome(snapshotAction(), { brokenSet: DETAIL })])[0],
    begins: `the snapshots of i-1 in us-east-1 for ${SLOT} are not crash-consistent`,
    next: "The next scheduled run tries a set again",
    act: "aws ec2 describe-instances --region us-east-1 --instance-ids i-1",
  },
  {
    kind: "tags-left-out",
    make: () =>
      makingProblems([
        outcome(snapshotAction(), { tagsLeftOut: { code: "TagPolicyViolation", message: "Owner must be an address" } }),
      ])[0],
    begins: "the snapshots of i-1 in us-east-1 (snap-1) lack the tags of instance and volumes",
    next: "the next ones are tried with all tags again",
    act: "aws organizations describe-effective-policy",
  },
  {
    kind: "tags-left-out",
    when: "a volume's tags could not be written",
    make: () =>
      makingProblems([
        outcome(snapshotAction(), {
          tagsLeftOut: { code: DENIED.name, message: DENIED.message, snapshotIds: ["snap-1"] },
        }),
      ])[0],
    begins: "the snapshots of i-1 in us-east-1 lack tags of their volumes",
    next: "the vault does not write these tags again",
    act: "aws ec2 create-tags --region us-east-1 --resources snap-1",
  },
  {
    kind: "no-instances",
    make: () => noInstances(SETTINGS),
    begins: "nothing was backed up: no instance in us-east-1 has the tag Backup=true",
    next: "The next scheduled run looks again",
    act: "Tag the instances",
  },
  {
    kind: "not-protected-anymore",
    when: "the tag is nearly right",
    make: () => dropout({ tags: { Name: "web", backup: "True" } }),
    begins: "i-2 (web) is not backed up any more",
    next: "After that, only the newest recovery point of each volume is kept",
    act: "aws ec2 create-tags --region us-east-1 --resources i-2 --tags Key=Backup,Value=true",
  },
  {
    kind: "becoming-orphan",
    make: () => dropout({ because: "orphan-soon", newestMs: NOW - 29 * DAY_MS }),
    begins: "i-2 (web) has not been backed up since",
    next: "only the newest recovery point of each volume is kept",
    act: "aws ec2 create-tags --region us-east-1 --resources i-2",
  },
  {
    kind: "bad-override",
    make: () => badOverride("Backup-keep-daily", "many"),
    begins: "i-1 has the tag Backup-keep-daily=many, which is ignored",
    next: "The policy's own rule is used",
    act: "raise overrideMax",
  },
  {
    kind: "bad-override",
    when: "a tag asks for more than the bound",
    make: () => badOverride("Backup-dr-keep-daily", "60"),
    begins: "i-1 has the tag Backup-dr-keep-daily=60, which is too high",
    next: "The highest value, 30, is used",
    act: "raise overrideMax",
  },
  {
    kind: "unknown-policy",
    make: () => instanceRules([snapshot("snap-1", { tags: { [TAG.policy]: "gold" } })], {}, SETTINGS, NOW).problems[0],
    begins: "1 instance has recovery points of the policy gold, which the stack does not have",
    next: "none of them is pruned",
    act: "put the policy back into `policies`",
  },
];
