/**
 * Executes each call in the model. Outages, throttling and permissions refuse it first; then come the call's own rules.
 */
import { type Account, type Region, type SimSnapshot, regionOf, strikes } from "./account";
import { awsError } from "./awsError";
import type { Call } from "../../src/iam/call";
import { subjectOf } from "./callSubject";
import { noteDeletion, putObject } from "./auditRules";
import { makeCrowds } from "./crowds";
import { copySnapshot } from "./ec2Copies";
import { createSnapshot, createSnapshots } from "./ec2Creates";
import { createTags, deleteSnapshot } from "./ec2Deletes";
import { describeSharing, lockSnapshot } from "./ec2Locks";
import type { Hints } from "./hints";
import type { Invocation } from "./invocation";
import { isLaunchRead, readLaunch } from "./launchReads";
import { isPaged, makePagedReads } from "./pagedReads";
import { asker, roleOf } from "./role";
import { checkHeld, checkLock } from "./heldRules";
import { checkCopy, checkCreate, checkDelete, checkTagging, isRace } from "./rules";
import type { Scheduler } from "./scheduler";
import { checkMaking } from "./tagRules";
import type { Tellings } from "./tellings";
import { checkTries } from "./tryRules";

/** Executes one call now. Throws what AWS would answer instead. */
export type Aws = (invocation: Invocation, regionName: string, call: Call) => object;

const OUTAGE = 503;

function checkOutage(account: Account, region: Region, { name }: Call): void {
  const scheduler = name === "GetSchedule" || name === "UpdateSchedule";
  const down =
    account.downRegion === region.name ||
    (account.schedulerDown && scheduler) ||
    (account.snsDown && name === "Publish");
  if (down) throw awsError("ServiceUnavailable", `${region.name} is down`, OUTAGE);
}

function noteCrowd({ crowd, time }: Account, crowded: boolean): void {
  if (crowded && crowd.over) crowd.sinceMs = time.nowMs();
  if (crowded) crowd.untilMs = time.nowMs();
  crowd.over = !crowded;
}

/** Calls that take no token of EC2's buckets. */
const OTHERS = ["DescribeKey", "GetSchedule", "UpdateSchedule", "Publish", "PutObject", "SendMessage"];

/** KMS shows at once what a list of snapshots never does. */
function describeKey({ keyDisabledIn, keyState }: Account, { name }: Region, KeyId: string): object {
  return { KeyMetadata: { KeyId, KeyState: keyDisabledIn === name ? keyState : "Enabled" } };
}

/** What invokes the function later. */
interface Triggers {
  scheduler: Scheduler;
  hints: Hints;
}

export function makeAws(account: Account, { scheduler, hints }: Triggers, tellings: Tellings): Aws {
  const crowds = makeCrowds(account);
  const readPage = makePagedReads(account);
  const requestsOf = asker(account);
  const roles = { writes: roleOf(account, false), reads: roleOf(account, true) };

  /** Checks that a call is within the role's policy, unless a person changed the tags during it. */
  const checkRights = (invocation: Invocation, region: Region, call: Call) => {
    if (account.deniedAction === `ec2:${call.name}`) {
      throw awsError("UnauthorizedOperation", "explicitly denied by somebody", 403);
    }
    const allowed = invocation.settings.dryRun ? roles.reads : roles.writes;
    const refused = requestsOf(region, call).find((one) => allowed(one) !== "allowed");
    if (refused === undefined) return;
    const what = `${call.name} ${subjectOf(call)}: ${refused.action} on ${refused.resource}`;
    if (!isRace(account, invocation, region, call)) account.story.violate("no call exceeds the role's policy", what);
    throw awsError("UnauthorizedOperation", `not authorized: ${what}`, 403);
  };

  const tried = (invocation: Invocation) => (made: readonly SimSnapshot[]) => {
    checkTries(account, invocation, made);
  };

  const execute = (invocation: Invocation, region: Region, call: Call): object => {
    if (isPaged(call)) return readPage(region, call);
    if (isLaunchRead(call)) return readLaunch(account, call);
    switch (call.name) {
      case "DescribeSnapshotAttribute":
        return describeSharing(account, region, call.input);
      case "LockSnapshot":
        checkLock(account, invocation, region, call.input);
        return lockSnapshot(account, region, call.input);
      case "CreateSnapshots":
        checkCreate(account, invocation, call.input);
        checkMaking(account, call);
        return createSnapshots(account, crowds, call.input, tried(invocation));
      case "CreateSnapshot":
        checkMaking(account, call);
        return createSnapshot(account, crowds, call.input, tried(invocation));
      case "CopySnapshot":
        checkCopy(account, invocation, region, call.input.SourceSnapshotId ?? "");
        checkMaking(account, call);
        return copySnapshot(account, crowds, region, call.input);
      case "DeleteSnapshot":
        checkDelete(account, invocation, region, call.input.SnapshotId ?? "");
        checkHeld(account, invocation, region, call.input.SnapshotId ?? "");
        return noteDeletion(invocation, call.input, deleteSnapshot(account, region, call.input));
      case "CreateTags":
        checkTagging(account, invocation, region, call.input);
        return createTags(account, region, call.input);
      case "DescribeKey":
        return describeKey(account, region, call.input.KeyId ?? "");
      case "PutObject":
        return putObject(account, invocation, region, call.input);
      case "GetSchedule":
        return scheduler.get();
      case "UpdateSchedule":
        return scheduler.update(call.input);
      case "SendMessage":
        return hints.send(invocation, call.input);
      case "Publish":
        tellings.mailed(invocation, call.input.Subject ?? "", call.input.Message ?? "");
        return {};
    }
  };

  return (invocation, regionName, call) => {
    const region = regionOf(account, regionName);
    checkOutage(account, region, call);
    const crowded = crowds("busyBuckets");
    noteCrowd(account, crowded);
    const share = crowded ? 0.002 : 1;
    const ec2 = !OTHERS.includes(call.name);
    if (ec2 && !region.buckets.take(call.name, account.time.nowMs(), share)) {
      throw awsError("RequestLimitExceeded", "Request limit exceeded", 503);
    }
    if (strikes(account, "internal error", account.faults.calls.internalError)) {
      throw awsError("InternalError", "An internal error has occurred", 500);
    }
    checkRights(invocation, region, call);
    return execute(invocation, region, call);
  };
}
