/** Runs the handler with every AWS client stubbed: an account of one instance, and what was logged and counted. */
import {
  CopySnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type Snapshot as Ec2Snapshot,
  LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetScheduleCommand, UpdateScheduleCommand, type UpdateScheduleCommandInput } from "@aws-sdk/client-scheduler";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { ec2In, makeClients } from "../../src/vault/aws/clients";
import { remember } from "../../src/vault/changes/changeMemory";
import type { ClockState } from "../../src/vault/model/memory/clockState";
import { type InvocationResult, type LambdaContext, invoke } from "../../src/vault/invocation";
import type { Measured } from "../../src/vault/model/metricNames";
import { describe } from "../../src/vault/identity/description";
import { TAG, tagsToList } from "../../src/vault/model/tags/tags";
import { MINUTE_MS } from "../../src/vault/lib/time";
import type { Snapshot } from "../../src/vault/model/world";
import type { VaultSettings } from "../../src/vault/model/settings";
import { DR, FUNCTION_ARN, NOW, SETTINGS } from "./world";

/** Payload with which a follow-up is triggered. */
export type ClockInput = ClockState & { kind: "follow-up" };

/** A metric, and when it was sent. */
type Emitted = Measured & { atMs: number };

const $metadata = { requestId: "r-1" };

/** Returns a snapshot of the vault as DescribeSnapshots gives it. */
export function described(snapshot: Snapshot): Ec2Snapshot {
  return {
    SnapshotId: snapshot.snapshotId,
    VolumeId: snapshot.volumeId,
    State: snapshot.state as Ec2Snapshot["State"],
    StartTime: new Date(snapshot.startTimeMs),
    ...(snapshot.completedMs !== undefined && { CompletionTime: new Date(snapshot.completedMs) }),
    VolumeSize: snapshot.sizeGiB,
    Encrypted: snapshot.encrypted,
    KmsKeyId: snapshot.kmsKeyId,
    StateMessage: snapshot.stateMessage,
    StorageTier: snapshot.storageTier as Ec2Snapshot["StorageTier"],
    // Somebody else made what is in doubt in a test.
    Description: snapshot.doubt === undefined ? describe(snapshot.identity, snapshot.tags) : "",
    Tags: tagsToList(snapshot.tags),
  };
}

export function lambdaContext(remainingMs = 900_000): LambdaContext {
  return {
    awsRequestId: "run-1",
    invokedFunctionArn: FUNCTION_ARN,
    logGroupName: "/aws/lambda/vault",
    getRemainingTimeInMillis: () => remainingMs,
  };
}

function withoutSchedule({
  schedule: _,
  changes: __,
  points: ___,
  awaited: ____,
  hint: _____,
  ...input
}: ClockInput): ClockInput {
  return input;
}

export function makeRig(settings: VaultSettings = SETTINGS) {
  const clients = makeClients(settings);
  const here = ec2In(clients, settings.primaryRegion);
  const there = ec2In(clients, DR.region);
  const primary = mockClient(here.reader);
  const writer = mockClient(here.writer);
  const dr = mockClient(there.reader);
  const drWriter = mockClient(there.writer);
  /** Further DR regions, by name. */
  const others = new Map(
    settings.dr
      .filter(({ region }) => region !== DR.region)
      .map(({ region }) => {
        const { reader, writer: its } = ec2In(clients, region);
        return [region, { reader: mockClient(reader), writer: mockClient(its) }] as const;
      }),
  );
  /** Makes a stub of a region that is not the stack's. */
  const elsewhere = (region: string) => mockClient(clients.readerIn(region));
  const readers = () => [primary, dr, ...[...others.values()].map(({ reader }) => reader)];
  const drWriters = () => [drWriter, ...[...others.values()].map((other) => other.writer)];
  const kms = mockClient(KMSClient);
  const scheduler = mockClient(clients.scheduler);
  const sns = mockClient(clients.sns);
  const sqs = mockClient(clients.sqs);
  const lines: { message: string; fields: Record<string, unknown> }[] = [];
  let nowMs = NOW;
  /** Every metric since the last reset, and the vault's own as the last invocation that sent them did. */
  const measured: Emitted[] = [];
  const counted: Record<string, number> = {};
  const line = (message: string, fields: Record<string, unknown>) => {
    lines.push({ message, fields });
  };
  const tools = {
    clients,
    log: { info: line, error: line },
    emit: (one: Measured) => {
      measured.push({ ...one, atMs: nowMs });
      if (one.region === undefined) counted[one.name] = one.value;
    },
    now: () => nowMs,
  };

  /** Resets to an account where one instance has one volume, nothing is backed up yet, and every call succeeds. */
  function reset(): void {
    for (const stub of [...readers(), writer, ...drWriters(), kms, scheduler, sns, sqs]) stub.reset();
    kms.on(DescribeKeyCommand).resolves({ KeyMetadata: { KeyId: "k", KeyState: "Enabled" } });
    lines.length = 0;
    measured.length = 0;
    for (const name of Object.keys(counted)) Reflect.deleteProperty(counted, name);
    const mapping = { DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-1" } };
    const Instances = [{ InstanceId: "i-1", BlockDeviceMappings: [mapping] }];
    primary.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
    primary.on(DescribeVolumesCommand).resolves({ Volumes: [] });
    primary.on(DescribeInstanceAttributeCommand).resolves({
      DisableApiTermination: { Value: false },
      DisableApiStop: { Value: false },
      InstanceInitiatedShutdownBehavior: { Value: "stop" },
    });
    sees([], []);
    for (const reader of readers()) {
      reader.on(DescribeLockedSnapshotsCommand).resolves({});
      reader.on(DescribeSnapshotAttributeCommand).resolves({});
    }
    for (const stub of [writer, ...drWriters()]) {
      stub.on(DeleteSnapshotCommand).resolves({ $metadata });
      stub.on(CopySnapshotCommand).resolves({ SnapshotId: "copy-1", $metadata });
      stub.on(LockSnapshotCommand).resolves({ $metadata });
      stub.on(CreateTagsCommand).resolves({ $metadata });
    }
    writer.on(CreateSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: "snap-1" }], $metadata });
    nowMs = NOW;
    carries({ notified: {} });
    // Reads return what was set, for an invocation that sets the timer twice.
    scheduler.on(UpdateScheduleCommand).callsFake(({ Target }: UpdateScheduleCommandInput) => {
      scheduler.on(GetScheduleCommand).resolves({ Target });
      return {};
    });
    sns.on(PublishCommand).resolves({});
    sqs.on(SendMessageCommand).resolves({});
  }

  /**
   * @param copies are in any DR regions
   */
  function sees(snapshots: Snapshot[], copies: Snapshot[]): void {
    primary.on(DescribeSnapshotsCommand).resolves({ Snapshots: snapshots.map(described) });
    const seenIn = (region: string) => ({
      Snapshots: copies.filter((copy) => copy.region === region).map(described),
    });
    dr.on(DescribeSnapshotsCommand).resolves(seenIn(DR.region));
    for (const [region, { reader }] of others) {
      reader.on(DescribeSnapshotsCommand).resolves(seenIn(region));
    }
  }

  /** Returns every call to EC2 that is not a read, as `region command`. */
  function writes(): string[] {
    const stubs = [
      ...[primary, writer].map((stub) => [settings.primaryRegion, stub] as const),
      ...[dr, drWriter].map((stub) => [DR.region, stub] as const),
      ...[...others].flatMap(([region, both]) => Object.values(both).map((stub) => [region, stub] as const)),
    ];
    return stubs.flatMap(([region, stub]) =>
      stub
        .calls()
        .map(({ args: [command] }) => command.constructor.name)
        .filter((name) => !name.startsWith("Describe"))
        .map((name) => `${region} ${name.replace("Command", "")}`),
    );
  }

  function carries(state: ClockState): void {
    const changes = remember({ memory: undefined, hasPoints: false }, settings, NOW);
    const Input = JSON.stringify({ kind: "follow-up", changes, ...state });
    const Target = { Arn: FUNCTION_ARN, RoleArn: "role", Input };
    scheduler.on(GetScheduleCommand).resolves({ Target });
  }

  function inputs(): ClockInput[] {
    return scheduler
      .commandCalls(UpdateScheduleCommand)
      .map(({ args: [{ input }] }) => JSON.parse(input.Target?.Input ?? "") as ClockInput);
  }

  /**
   * Returns what the timer was set to, call by call, except the schedule, the changes and the points, which are always
   * included.
   */
  function clockSets(): { state?: string; at?: string; input: ClockInput }[] {
    return scheduler.commandCalls(UpdateScheduleCommand).map(({ args: [{ input }] }) => ({
      state: input.State,
      at: input.ScheduleExpression,
      input: withoutSchedule(JSON.parse(input.Target?.Input ?? "") as ClockInput),
    }));
  }

  /** Returns all that the timer was last set to carry. */
  function clockPayload(): ClockInput {
    return inputs().at(-1) ?? { kind: "follow-up", notified: {} };
  }

  function mails(): string[] {
    return sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.Subject ?? "");
  }

  const trigger = (event: unknown, context = lambdaContext()): Promise<InvocationResult> =>
    invoke(settings, tools, event, context);

  /** Sets the time, and lets the timer carry what it was last set to, if it was set. */
  function at(ms: number): void {
    nowMs = ms;
    const last = inputs().at(-1);
    if (last !== undefined) carries(last);
  }

  /** Returns the slots that snapshots were asked for, call by call. */
  function slotsAsked(): (string | undefined)[] {
    return writer.commandCalls(CreateSnapshotsCommand).map(({ args: [{ input }] }) => {
      const tags = input.TagSpecifications?.[0]?.Tags;
      return tags?.find(({ Key }) => Key === TAG.slot)?.Value;
    });
  }

  /** Returns what the timer carries now, and if it is on. */
  function clock(): { on: boolean } & Partial<ClockState> {
    const last = clockSets().at(-1);
    const { kind: _kind, ...state } = last?.input ?? {};
    return { on: last?.state === "ENABLED", ...state };
  }

  /** @param minutes after {@link NOW} */
  function followUpAfter(minutes: number, event: unknown): Promise<InvocationResult> {
    at(NOW + minutes * MINUTE_MS);
    return trigger(event);
  }

  return {
    at,
    elsewhere,
    clockPayload,
    kms,
    writes,
    others,
    primary,
    writer,
    dr,
    drWriter,
    scheduler,
    sns,
    sqs,
    lines,
    measured,
    counted,
    reset,
    sees,
    carries,
    clockSets,
    clock,
    slotsAsked,
    mails,
    trigger,
    followUpAfter,
  };
}
