/** Tests the handler as Lambda gets it: real logger and metrics, stubbed clients. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { KMSClient } from "@aws-sdk/client-kms";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { createHandler } from "../../src/vault/lambda";
import { lambdaContext } from "../support/rig";
import { DR, DR2, SETTINGS } from "../support/world";

const ec2 = mockClient(EC2Client);
const scheduler = mockClient(SchedulerClient);
const sns = mockClient(SNSClient);
const kms = mockClient(KMSClient);

let emitted: Record<string, unknown>[] = [];

beforeEach(() => {
  ec2.reset().onAnyCommand().resolves({});
  scheduler.reset().onAnyCommand().resolves({});
  sns.reset().onAnyCommand().resolves({});
  kms
    .reset()
    .onAnyCommand()
    .resolves({ KeyMetadata: { KeyId: "key", KeyState: "Enabled" } });
  emitted = [];
  // Metrics leave as one line of JSON each on the process's own output.
  jest.spyOn(process.stdout, "write").mockImplementation((line) => {
    emitted.push(JSON.parse(line.toString()) as Record<string, unknown>);
    return true;
  });
});

test("ends an idle sweep with a result, a heartbeat as its only metric, and no warning", async () => {
  const warned = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  const handler = createHandler(SETTINGS);
  await expect(handler({ kind: "sweep" }, lambdaContext())).resolves.toMatchObject({
    status: "clean",
    trigger: { kind: "sweep", runId: "run-1" },
  });
  expect(emitted).toMatchObject([{ service: SETTINGS.vaultId, InvocationsCompleted: 1 }]);
  expect(emitted.map((line) => emf(line)?.Metrics)).toStrictEqual([[{ Name: "InvocationsCompleted", Unit: "Count" }]]);
  expect(warned).not.toHaveBeenCalled();
});

test("answers describe with the settings, without a call, a metric or a mail", async () => {
  const answer = await createHandler(SETTINGS)({ kind: "describe" }, lambdaContext());
  expect(answer).toStrictEqual({ kind: "settings", schema: 1, settings: SETTINGS });
  expect([ec2.calls(), kms.calls(), scheduler.calls(), sns.calls()]).toStrictEqual([[], [], [], []]);
  expect(emitted).toStrictEqual([]);
});

test("sends no heartbeat from an invocation that crashes", async () => {
  const crash = createHandler(SETTINGS)({ kind: "unknown" }, lambdaContext());
  await expect(crash).rejects.toMatchObject({ name: "BadEvent" });
  expect(emitted).toStrictEqual([]);
});

/** Returns the EMF part of a line: its dimension sets, and its metrics with their units. */
function emf(line: Record<string, unknown>) {
  const { _aws } = line as { _aws: { CloudWatchMetrics: EmfDirective[] } };
  expect(_aws.CloudWatchMetrics).toHaveLength(1);
  return _aws.CloudWatchMetrics[0];
}

interface EmfDirective {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string; Unit: string }[];
}

test("sends one line for the vault and one per region from a run, each with exactly its dimensions", async () => {
  const handler = createHandler({ ...SETTINGS, dr: [DR, DR2] });
  await expect(handler({ kind: "run" }, lambdaContext())).rejects.toMatchObject({
    name: "BackupFailed",
  });
  const { vaultId: service, primaryRegion } = SETTINGS;
  const lines = emitted.map((line) => ({
    service: line.service,
    region: line.region,
    dimensions: emf(line)?.Dimensions.map((names) => [...names].sort()),
    namespace: emf(line)?.Namespace,
  }));
  const ofRegion = { service, dimensions: [["region", "service"]], namespace: "SmartVault" };
  expect(lines).toStrictEqual([
    { service, region: undefined, dimensions: [["service"]], namespace: "SmartVault" },
    { ...ofRegion, region: primaryRegion },
    { ...ofRegion, region: DR.region },
    { ...ofRegion, region: DR2.region },
  ]);
});

test("sends a failed run's metrics with the heartbeat, each in its unit", async () => {
  const handler = createHandler(SETTINGS);
  await expect(handler({ kind: "run" }, lambdaContext())).rejects.toMatchObject({
    name: "BackupFailed",
  });
  expect(emitted[0]).toMatchObject({
    InvocationsCompleted: 1,
    RunsCompleted: 1,
    ProblemsSeen: 1,
    ZeroMatches: 1,
  });
  expect(emitted[0]).not.toHaveProperty("SnapshotsStarted");
  expect(emf(emitted[0] ?? {})?.Metrics).toContainEqual({ Name: "RunDuration", Unit: "Seconds" });
  expect(emf(emitted[1] ?? {})?.Metrics).toStrictEqual([
    { Name: "RecoveryPoints", Unit: "Count" },
    { Name: "ProtectedGiB", Unit: "None" },
  ]);
});

describe("a function that has used most of its memory", () => {
  const sweep = async (limitMb: string | undefined) => {
    if (limitMb !== undefined) process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE = limitMb;
    try {
      const result = await createHandler(SETTINGS)({ kind: "sweep" }, lambdaContext());
      return "problems" in result ? result.problems : [];
    } finally {
      delete process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE;
    }
  };

  test("says so while it still works, and fails no invocation by it", async () => {
    const [notice, ...others] = await sweep("16");
    expect(others).toStrictEqual([]);
    expect(notice).toMatchObject({ kind: "memory-nearly-used-up", severity: "notice" });
    expect(notice?.message).toMatch(/^the function used \d{2,4} of its 16 MB of memory\./);
    expect(notice?.hint).toContain("config set memoryMb 32 ");
  });

  test.each([["10240"], [undefined]])("says nothing with a limit of %s MB", async (limitMb) => {
    await expect(sweep(limitMb)).resolves.toStrictEqual([]);
  });
});

test("says in a problem's log line what is wrong, without losing any of it in the logger", async () => {
  const level = process.env.POWERTOOLS_LOG_LEVEL;
  process.env.POWERTOOLS_LOG_LEVEL = "INFO";
  const lines: Record<string, unknown>[] = [];
  const write = (line: unknown) => lines.push(JSON.parse(String(line)) as Record<string, unknown>) > 0;
  jest.spyOn(process.stdout, "write").mockImplementation(write);
  jest.spyOn(process.stderr, "write").mockImplementation(write);
  const handler = createHandler(SETTINGS);
  process.env.POWERTOOLS_LOG_LEVEL = level;
  await expect(handler({ kind: "run" }, lambdaContext())).rejects.toMatchObject({
    name: "BackupFailed",
  });
  expect(lines.filter((line) => line.message === "problem")).toMatchObject([
    {
      level: "ERROR",
      kind: "no-instances",
      detail: "nothing was backed up: no instance in us-east-1 has the tag Backup=true",
    },
  ]);
  expect(lines.filter((line) => line.level === "WARN")).toStrictEqual([]);
});

test("serves many invocations with one handler, each with its own counts", async () => {
  const handler = createHandler(SETTINGS);
  const run = () => handler({ kind: "run" }, lambdaContext());
  await expect(run()).rejects.toMatchObject({ name: "BackupFailed" });
  await expect(run()).rejects.toMatchObject({ name: "BackupFailed" });
  const problems = emitted.flatMap(({ ProblemsSeen }) => ProblemsSeen ?? []);
  expect(problems).toStrictEqual([1, 1]);
});
