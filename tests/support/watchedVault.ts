/**
 * Plays nights of the real handler on a stubbed account that remembers its snapshots, with what CloudWatch would get:
 * the function's own metrics as it sends them, and those of Lambda and Scheduler by the outcome of each invocation.
 */
import {
  CopySnapshotCommand,
  CreateSnapshotsCommand,
  DeleteSnapshotCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import { namesOf } from "../../src/iam/names";
import { LOG_NAMESPACE, METRIC_NAMESPACE, outOfMemoryMetric } from "../../src/vault/model/metricNames";
import { tagsFromList } from "../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, isoSeconds } from "../../src/vault/lib/time";
import type { Snapshot, Tags } from "../../src/vault/model/world";
import type { MetricPoint } from "../../src/local/runtime/alarmEvaluator";
import { described, lambdaContext, makeRig } from "./rig";
import { DR, NOW, SETTINGS, sealedIn, snapshot } from "./world";
import { PublishCommand } from "@aws-sdk/client-sns";

/** Faults of a night; none by default. */
export interface Night {
  /** Scheduler's call is lost on its way. */
  runLost?: boolean;
  noInstances?: boolean;
  /** AWS refuses to snapshot, or to copy. */
  snapshotsRefused?: boolean;
  copiesRefused?: boolean;
  /** EC2 accepts no more copies; deferred work is not an error. */
  copiesLimited?: boolean;
  /** Seconds that each invocation takes; from the timeout on it is killed before it reports. */
  seconds?: number;
  /** Each invocation ends in an error before it does anything. */
  crashes?: boolean;
  /** Every invocation runs out of memory, which Lambda logs. */
  memoryUsedUp?: boolean;
  /** The function's log, and so its own metrics, do not arrive. */
  metricsLost?: boolean;
  /** Nothing is invoked: Lambda accepts no event, and tries again every five minutes. */
  throttled?: boolean;
  /** Scheduler is not allowed to call the function, and drops each call after an hour. */
  dropped?: boolean;
}

const refused = Object.assign(new Error("no"), { name: "UnauthorizedOperation", $metadata: { httpStatusCode: 403 } });
const limited = Object.assign(new Error("full"), { name: "ResourceLimitExceeded", $metadata: { httpStatusCode: 400 } });
const $metadata = { requestId: "r-1" };
const TRIED_AGAIN_MS = 5 * MINUTE_MS;

/** Returns the tags that a call gives to what it makes. */
function tagsOf({ TagSpecifications }: { TagSpecifications?: TagSpecification[] }): Tags {
  return tagsFromList(TagSpecifications?.[0]?.Tags);
}

export function watchedVault(timeoutSeconds: number, settings = SETTINGS) {
  const rig = makeRig(settings);
  rig.reset();
  const names = namesOf(SETTINGS.vaultId);
  const points: MetricPoint[] = [];
  let snapshots: Snapshot[] = [];
  let copies: Snapshot[] = [];
  let nowMs = NOW;
  let ids = 0;
  let tonight: Night = {};
  account();

  function publish(namespace: string, dimensions: MetricPoint["dimensions"], values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values)) {
      points.push({ namespace, name, dimensions, value, atMs: nowMs });
    }
  }

  /** Stubs EC2 so that snapshots and copies are completed at once. */
  function account(): void {
    const mapping = { DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-1" } };
    const Instances = [{ InstanceId: "i-1", BlockDeviceMappings: [mapping] }];
    rig.primary
      .on(DescribeInstancesCommand)
      .callsFake(() => (tonight.noInstances ? {} : { Reservations: [{ Instances }] }));
    rig.primary.on(DescribeSnapshotsCommand).callsFake(() => ({ Snapshots: snapshots.map(described) }));
    rig.dr.on(DescribeSnapshotsCommand).callsFake(() => ({ Snapshots: copies.map(described) }));
    rig.writer.on(CreateSnapshotsCommand).callsFake((input: { TagSpecifications?: TagSpecification[] }) => {
      if (tonight.snapshotsRefused) throw refused;
      const tags = tagsOf(input);
      const made = snapshot(`snap-${(ids += 1)}`, { startTimeMs: nowMs, tags });
      snapshots.push(made);
      return { Snapshots: [{ SnapshotId: made.snapshotId }], $metadata };
    });
    rig.drWriter.on(CopySnapshotCommand).callsFake((input: { TagSpecifications?: TagSpecification[] }) => {
      if (tonight.copiesRefused) throw refused;
      if (tonight.copiesLimited) throw limited;
      const tags = tagsOf(input);
      const made = snapshot(`copy-${(ids += 1)}`, { startTimeMs: nowMs, tags });
      copies.push({ ...made, ...sealedIn(DR) });
      return { SnapshotId: made.snapshotId, $metadata };
    });
    const drop = ({ SnapshotId }: { SnapshotId?: string }) => {
      snapshots = snapshots.filter(({ snapshotId }) => snapshotId !== SnapshotId);
      copies = copies.filter(({ snapshotId }) => snapshotId !== SnapshotId);
      return { $metadata };
    };
    for (const stub of [rig.writer, rig.drWriter]) stub.on(DeleteSnapshotCommand).callsFake(drop);
  }

  async function call(event: object): Promise<void> {
    const night = tonight;
    const lambda = { FunctionName: names.function };
    if (night.dropped) {
      nowMs += HOUR_MS;
      publish("AWS/Scheduler", { ScheduleGroup: names.scheduleGroup }, { InvocationDroppedCount: 1 });
      return;
    }
    if (night.throttled) {
      publish("AWS/Lambda", lambda, { Throttles: 1 });
      return;
    }
    const seconds = night.seconds ?? 5;
    rig.at(nowMs);
    const begunMs = nowMs;
    // A function that is killed or crashes leaves no line, and no metric of its own.
    const killed = [night.crashes, night.memoryUsedUp].includes(true) || seconds >= timeoutSeconds;
    const sent = rig.measured.length;
    const ended = killed
      ? false
      : await rig.trigger(event, lambdaContext(timeoutSeconds * SECOND_MS)).then(
          () => true,
          () => false,
        );
    for (const { name, value, region } of night.metricsLost ? [] : rig.measured.slice(sent)) {
      const dimensions = { service: SETTINGS.vaultId, ...(region !== undefined && { region }) };
      publish(METRIC_NAMESPACE, dimensions, { [name]: value });
    }
    if (night.memoryUsedUp) publish(LOG_NAMESPACE, {}, { [outOfMemoryMetric(SETTINGS.vaultId)]: 1 });
    const Duration = Math.min(seconds, timeoutSeconds) * SECOND_MS;
    publish("AWS/Lambda", lambda, { Invocations: 1, Errors: ended ? 0 : 1, Throttles: 0, Duration });
    nowMs = begunMs;
  }

  /** Plays a day from 03:00 on: the run, and a sweep every hour at half past. */
  async function night(wrong: Night = {}): Promise<void> {
    const startMs = nowMs;
    tonight = wrong;
    if (!wrong.runLost) await call({ kind: "run", slot: isoSeconds(startMs) });
    for (let hour = 0; hour < 24; hour += 1) {
      nowMs = startMs + hour * HOUR_MS + 30 * MINUTE_MS;
      const attempts = wrong.throttled ? HOUR_MS / TRIED_AGAIN_MS : 1;
      for (let n = 0; n < attempts && nowMs < startMs + DAY_MS; n += 1) {
        await call({ kind: "sweep" });
        if (attempts > 1) nowMs += TRIED_AGAIN_MS;
      }
    }
    nowMs = startMs + DAY_MS;
  }

  /** Returns the scheduled times of the recovery points in the primary region, oldest first. */
  const slots = () => snapshots.map(({ identity }) => identity.slot).sort();

  const mails = () => rig.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.Message ?? "");

  return { points, night, slots, mails, nowMs: () => nowMs };
}
