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

test("a sweep ends in a result, and its metrics are sent under the vault's name", async () => {
  const handler = createHandler(SETTINGS);
  await expect(handler({ kind: "sweep" }, lambdaContext())).resolves.toMatchObject({
    status: "clean",
    wake: { kind: "sweep", runId: "run-1" },
  });
  expect(emitted).toHaveLength(1);
  expect(emitted[0]).toMatchObject({
    service: SETTINGS.vaultId,
    SnapshotsStarted: 0,
    CopiesStarted: 0,
    SnapshotsDeleted: 0,
    ActionsDeferred: 0,
    ProblemsSeen: 0,
    _aws: { CloudWatchMetrics: [{ Namespace: "SmartVault", Dimensions: [["service"]] }] },
  });
});

test("a run that fails still sends its metrics", async () => {
  const handler = createHandler(SETTINGS);
  await expect(handler({ kind: "run" }, lambdaContext())).rejects.toMatchObject({
    name: "BackupFailed",
  });
  expect(emitted[0]).toMatchObject({ RunsCompleted: 1, ProblemsSeen: 1 });
});

test("one handler serves many invocations, each with its own counts", async () => {
  const handler = createHandler(SETTINGS);
  await handler({ kind: "sweep" }, lambdaContext());
  await handler({ kind: "sweep" }, lambdaContext());
  expect(emitted.map((metrics) => metrics.ProblemsSeen)).toStrictEqual([0, 0]);
});
