/**
 * Answers the calls of a life at once on the simulation's account. It refuses only mails while SNS is down, and lists of
 * regions that cannot be read.
 */
import { type Account, type Region, type SimSnapshot, regionOf } from "../simulation/account/account";
import { awsError } from "../simulation/account/awsError";
import type { Call } from "../../src/iam/call";
import { subjectOf } from "../simulation/account/callSubject";
import { copySnapshot } from "../simulation/account/ec2Copies";
import { createSnapshot, createSnapshots } from "../simulation/account/ec2Creates";
import { createTags, deleteSnapshot, existing } from "../simulation/account/ec2Deletes";
import { describeSharing, lockSnapshot } from "../simulation/account/ec2Locks";
import { isLaunchRead, readLaunch } from "../simulation/account/launchReads";
import { isPaged, makePagedReads } from "../simulation/account/pagedReads";
import type { LifeClock } from "./lifeClock";

/** Listener for what the vault does. */
export interface LifeEars {
  made: (snapshots: readonly SimSnapshot[]) => void;
  /** Called once AWS has accepted it. */
  copying: (sourceId: string, region: string) => void;
  /** Called before it is executed. */
  deleting: (snapshot: SimSnapshot, region: Region) => void;
  mailed: (subject: string, body: string) => void;
  /** Called when the vault looks for instances. */
  looking: () => void;
}

const OUTAGE = 503;
const FORBIDDEN = 403;
const NOBODY = () => false;
const TOLD = ["CreateSnapshots", "DeleteSnapshot", "Publish"];

function execute(account: Account, region: Region, call: Call, clock: LifeClock, ears: LifeEars) {
  switch (call.name) {
    case "CreateSnapshots":
      return createSnapshots(account, NOBODY, call.input, ears.made);
    case "CreateSnapshot":
      return createSnapshot(account, NOBODY, call.input, ears.made);
    case "CopySnapshot": {
      const copy = copySnapshot(account, NOBODY, region, call.input);
      ears.copying(call.input.SourceSnapshotId ?? "", region.name);
      return copy;
    }
    case "DeleteSnapshot":
      ears.deleting(existing(region, call.input.SnapshotId), region);
      return deleteSnapshot(account, region, call.input);
    case "CreateTags":
      return createTags(account, region, call.input);
    case "LockSnapshot":
      return lockSnapshot(account, region, call.input);
    case "DescribeSnapshotAttribute":
      return describeSharing(account, region, call.input);
    case "DescribeKey":
      return { KeyMetadata: { KeyId: call.input.KeyId ?? "", KeyState: "Enabled" } };
    case "GetSchedule":
      return clock.get();
    case "UpdateSchedule":
      return clock.update(call.input);
    case "Publish":
      if (account.snsDown) throw awsError("ServiceUnavailable", "SNS is down", OUTAGE);
      ears.mailed(call.input.Subject ?? "", call.input.Message ?? "");
      return {};
    default:
      throw new Error(`the call ${call.name} is not part of a life`);
  }
}

/** The parts of a life's stage that calls read or change. */
interface Stage {
  clock: LifeClock;
  unreadable: ReadonlySet<string>;
}

export function makeLifeAws(account: Account, { clock, unreadable }: Stage, ears: LifeEars) {
  const readPage = makePagedReads(account);
  return (regionName: string, call: Call): object => {
    const region = regionOf(account, regionName);
    const { story } = account;
    story.count(`call: ${call.name}`);
    if (call.name === "DescribeSnapshots" && unreadable.has(regionName)) {
      throw awsError("UnauthorizedOperation", "a policy denies it", FORBIDDEN);
    }
    if (call.name === "DescribeInstances") ears.looking();
    if (isPaged(call)) return readPage(region, call);
    if (isLaunchRead(call)) return readLaunch(account, call);
    if (TOLD.includes(call.name)) story.say(`${call.name} ${regionName} ${subjectOf(call)}`);
    return execute(account, region, call, clock, ears);
  };
}
