import { PublishCommand } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { makeClients } from "../../../src/vault/aws/clients";
import { logDecisions, unreportedOf, notify } from "../../../src/vault/report/log";
import type { Summary } from "../../../src/vault/report/summary";
import { HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Outcome, Plan } from "../../../src/vault/model/actions";
import type { Problem } from "../../../src/vault/model/problem";
import { copyAction, deleteAction, snapshotAction } from "../../support/actions";
import { NOW, RUN, SETTINGS, SLOT, SWEEP } from "../../support/world";

const problem: Problem = {
  kind: "copy-unusable",
  subject: "snap-1",
  severity: "failure",
  message: "the copy is broken",
};
/** The logger drops a field that is called `message`. */
const logged = { kind: "copy-unusable", subject: "snap-1", severity: "failure", detail: "the copy is broken" };
const counts = { snapshots: 3, copies: 2, deletions: 1, deferred: 4, skipped: 5, failed: 6 };
const summary: Summary = {
  vaultId: "v",
  trigger: RUN,
  status: "partial",
  counts,
  deferrals: { ResourceLimitExceeded: 3, NoTime: 1 },
  problems: [problem],
};

test("writes one log line for every outcome, kept snapshot and problem", () => {
  const done = { status: "done" as const, detail: "made", requestId: "r", snapshotIds: ["a"] };
  const outcomes: Outcome[] = [
    { ...done, action: snapshotAction() },
    { ...done, action: copyAction("snap-1") },
    { ...done, action: deleteAction("snap-2"), status: "failed", code: "AccessDenied" },
  ];
  const kept = { region: "us-east-1", snapshotId: "snap-3", reason: "within 7 days" };
  const plan: Plan = {
    actions: [],
    kept: [kept],
    problems: [problem],
    pending: [],
    slotSettled: true,
  };
  const lines: unknown[] = [];
  const write = (level: string) => (message: string, fields: Record<string, unknown>) =>
    lines.push([level, message, fields]);
  const log = { info: write("info"), error: write("error") };
  logDecisions(log, { trigger: RUN, plan, outcomes, deferredReads: [] });
  const fields = { status: "done", detail: "made", code: undefined, requestId: "r", snapshotIds: ["a"] };
  expect(lines).toStrictEqual([
    ["info", "snapshot", { ...fields, region: "us-east-1", instanceId: "i-1", reason: "no snapshot yet" }],
    ["info", "copy", { ...fields, region: "us-west-2", sourceSnapshotId: "snap-1", reason: "no copy yet" }],
    [
      "error",
      "delete",
      { ...fields, region: "us-east-1", snapshotId: "snap-2", reason: "old", status: "failed", code: "AccessDenied" },
    ],
    ["info", "kept", kept],
    ["error", "problem", logged],
  ]);
});

test("logs a notice as information", () => {
  const notice: Problem = { ...problem, severity: "notice" };
  const lines: string[] = [];
  const write = (level: string) => (message: string) => lines.push(`${level} ${message}`);
  const plan: Plan = { actions: [], kept: [], problems: [notice], pending: [], slotSettled: true };
  logDecisions(
    { info: write("info"), error: write("error") },
    { trigger: SWEEP, plan, outcomes: [], deferredReads: [] },
  );
  expect(lines).toStrictEqual(["info notice"]);
});

test("logs what was not started in a line per kind, region and reason, with the number", () => {
  const lines: unknown[] = [];
  const write = (message: string, fields: unknown) => lines.push([message, fields]);
  const deferredReads = (id: string, detail: string): Outcome => ({
    action: copyAction(id),
    status: "deferred",
    notStarted: true,
    detail,
    code: "ResourceLimitExceeded",
    snapshotIds: [],
  });
  const outcomes = [deferredReads("a", "stopped"), deferredReads("b", "stopped"), deferredReads("c", "no time left")];
  logDecisions(
    { info: write, error: write },
    {
      trigger: SWEEP,
      plan: { actions: [], kept: [], problems: [], pending: [], slotSettled: true },
      outcomes,
      deferredReads: [],
    },
  );
  const line = { region: "us-west-2", status: "deferred", code: "ResourceLimitExceeded" };
  expect(lines).toStrictEqual([
    ["copy", { ...line, count: 2, detail: "stopped" }],
    ["copy", { ...line, count: 1, detail: "no time left" }],
  ]);
});

test("does not repeat in a sweep what is kept", () => {
  const messages: string[] = [];
  const write = (message: string) => messages.push(message);
  const kept = [{ region: "us-east-1", snapshotId: "snap-3", reason: "within 7 days" }];
  logDecisions(
    { info: write, error: write },
    {
      trigger: SWEEP,
      plan: { actions: [], kept, problems: [problem], pending: [], slotSettled: true },
      outcomes: [],
      deferredReads: [],
    },
  );
  expect(messages).toStrictEqual(["problem"]);
});

test("counts as unreported what was not reported within the last day", () => {
  const other = { ...problem, subject: "snap-2" };
  const notified = {
    "copy-unusable/snap-1": isoSeconds(NOW - HOUR_MS),
    "copy-unusable/snap-2": isoSeconds(NOW - 24 * HOUR_MS),
  };
  expect(unreportedOf([problem, other], notified, NOW)).toStrictEqual([other]);
});

describe("notifying", () => {
  const clients = makeClients(SETTINGS);
  const sns = mockClient(clients.sns);
  const notified = { "old/one": SLOT };
  const logs = { group: "g", region: "us-east-1", sinceMs: NOW };
  const telling = () =>
    notify({ clients, settings: SETTINGS, logs }, { summary, unreported: [problem], notified }, NOW);

  beforeEach(() => sns.reset());

  test("mails the vault's topic, and adds the problems to those reported", async () => {
    sns.on(PublishCommand).resolves({});
    await expect(telling()).resolves.toStrictEqual({ ...notified, "copy-unusable/snap-1": SLOT });
    expect(sns.calls().map((call) => call.args[0].input)).toStrictEqual([
      {
        TopicArn: SETTINGS.topicArn,
        Subject: "v: backup incomplete, 1 problem",
        Message: expect.stringContaining("1. the copy is broken") as string,
      },
    ]);
  });

  test("throws if the mail could not be sent, so that nothing counts as reported", async () => {
    sns.on(PublishCommand).rejects(new Error("SNS is down"));
    await expect(telling()).rejects.toThrow("SNS is down");
  });
});
