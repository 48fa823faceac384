/** The handler as Lambda gets it: real logger and metrics, stubbed clients. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { createHandler } from "../../src/vault/callback";
import { lambdaContext } from "../support/rig";
import { SETTINGS } from "../support/world";

const ec2 = mockClient(EC2Client);
const scheduler = mockClient(SchedulerClient);
const sns = mockClient(SNSClient);

let emitted: Record<string, unknown>[] = [];

beforeEach(() => {
  ec2.reset().onAnyCommand().resolves({});
  scheduler.reset().onAnyCommand().resolves({});
  sns.reset().onAnyCommand().resolves({});
  emitted = [];
  // Metrics leave as one line of JSON each on the process's own output.
  jest.spyOn(process.stdout, "write").mockImplementation((line) => {
    emitted.push(JSON.parse(line.toString()) as Record<string, unknown>);
    return true;
  });
});

test("an idle sweep ends in a result, and sends neither a metric nor a warning of its own", async () => {
  const warned = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  const handler = createHandler(SETTINGS);
  await expect(handler({ kind: "sweep" }, lambdaContext())).resolves.toMatchObject({
    status: "clean",
    wake: { kind: "sweep", runId: "run-1" },
  });
  expect(emitted).toStrictEqual([]);
  expect(warned).not.toHaveBeenCalled();
});

test("a run that fails still sends its metrics", async () => {
  const handler = createHandler(SETTINGS);
  await expect(handler({ kind: "run" }, lambdaContext())).rejects.toMatchObject({
    name: "BackupFailed",
  });
  expect(emitted).toHaveLength(1);
  expect(emitted[0]).toMatchObject({
    service: SETTINGS.vaultId,
    RunsCompleted: 1,
    ProblemsSeen: 1,
    _aws: { CloudWatchMetrics: [{ Namespace: "SmartVault", Dimensions: [["service"]] }] },
  });
  expect(emitted[0]).not.toHaveProperty("SnapshotsStarted");
});

test("a problem's log line says what is wrong, and the logger drops none of it", async () => {
  const level = process.env.POWERTOOLS_LOG_LEVEL;
  process.env.POWERTOOLS_LOG_LEVEL = "INFO";
  const lines: Record<string, unknown>[] = [];
  const write = (line: unknown) => lines.push(JSON.parse(String(line)) as Record<string, unknown>) > 0; // prettier-ignore
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
      detail: "no instance in us-east-1 has the tag Backup=true: nothing was backed up",
    },
  ]);
  expect(lines.filter((line) => line.level === "WARN")).toStrictEqual([]);
});

test("one handler serves many invocations, each with its own counts", async () => {
  const handler = createHandler(SETTINGS);
  const run = () => handler({ kind: "run" }, lambdaContext());
  await expect(run()).rejects.toMatchObject({ name: "BackupFailed" });
  await expect(run()).rejects.toMatchObject({ name: "BackupFailed" });
  expect(emitted.map((metrics) => metrics.ProblemsSeen)).toStrictEqual([1, 1]);
});
