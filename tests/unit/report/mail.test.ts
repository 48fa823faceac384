import fc from "fast-check";
import { composeMail } from "../../../src/vault/report/mail";
import type { Status, Summary } from "../../../src/vault/report/summary";
import { type Problem, type ProblemKind, asNotice, problem } from "../../../src/vault/model/problem";
import { DR, DR2, NOW, PRIMARY_KEY, RUN, SETTINGS, SLOT, SWEEP } from "../../support/world";

const LOGS = { group: "/aws/lambda/vault", region: "us-east-1", sinceMs: NOW };
const counts = { snapshots: 3, copies: 2, deletions: 1, deferred: 4, skipped: 0, failed: 1 };
const denied: Problem = {
  kind: "snapshot-call-failed",
  subject: "i-1",
  severity: "failure",
  message: "snapshots of i-1 failed: UnauthorizedOperation",
  hint: "Give the role ec2:CreateSnapshots.",
};
const bare: Problem = { kind: "delete-failed", subject: "s", severity: "failure", message: "deleting s failed" };

function summary(status: Status, vaultId = "vault"): Summary {
  return { vaultId, trigger: RUN, status, counts, deferrals: {}, problems: [] };
}

test("says in the whole mail what failed, why, what happens next and what to do", () => {
  expect(composeMail(summary("partial"), [denied, bare], SETTINGS, LOGS)).toStrictEqual({
    subject: "vault: backup incomplete, 2 problems",
    body: [
      "vault: backup incomplete, 2 problems",
      "",
      "What is wrong:",
      "1. snapshots of i-1 failed: UnauthorizedOperation",
      "   What to do: Give the role ec2:CreateSnapshots.",
      "   More: docs/RUNBOOK.md#mail-a-snapshot-is-missing",
      "2. deleting s failed",
      "   More: docs/RUNBOOK.md#mail-something-is-not-deleted",
      "",
      `This was the backup of ${SLOT} (run id run-1). It started 3 snapshots in us-east-1 and 2 copies in us-west-2, and deleted 1 snapshot. 4 deferred (the log says why), 1 failed.`,
      "",
      "What happens next: hourly sweeps retry what is missing. Copies are retried until they succeed, snapshots for",
      "8 hours after the scheduled time. No snapshot is deleted until all its copies are verified.",
      "If a problem persists, you will be notified again after a day; of some notices, after a week or a year.",
      "",
      "Log: CloudWatch log group /aws/lambda/vault in us-east-1, run id run-1:",
      "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fvault/log-events$3FfilterPattern$3D$2522run-1$2522$26start$3D1795316400000",
    ].join("\n"),
  });
});

test.each([
  ["each DR region", { dr: [DR, DR2] }, "us-west-2, eu-west-1"],
  ["the primary region too, if snapshots are encrypted there", { primaryKeyArn: PRIMARY_KEY }, "us-west-2, us-east-1"],
])("says that copies are in %s", (_what, extra, regions) => {
  const { body } = composeMail(summary("partial"), [bare], { ...SETTINGS, ...extra }, LOGS);
  expect(body).toContain(`and 2 copies in ${regions}, and deleted 1 snapshot.`);
});

describe("a notice", () => {
  const held: Problem = {
    kind: "in-use",
    subject: "s",
    message: "an AMI holds s",
    hint: "Deregister it.",
    severity: "notice",
  };

  test("alone is not called a failure", () => {
    const one = composeMail(summary("clean"), [held], SETTINGS, LOGS);
    expect(one.subject).toBe("vault: 1 notice");
    expect(one.body).toContain(
      "\n\nFor your information (nothing failed):\n1. an AMI holds s\n   What to do: Deregister it.\n   More: ",
    );
    expect(one.body).not.toContain("What is wrong");
    expect(composeMail(summary("clean"), [held, held], SETTINGS, LOGS).subject).toBe("vault: 2 notices");
  });

  test("comes after failures, and is not counted with them", () => {
    const { subject, body } = composeMail(summary("partial"), [held, bare], SETTINGS, LOGS);
    expect(subject).toBe("vault: a deletion failed");
    expect(body).toContain(
      "What is wrong:\n1. deleting s failed\n   More: docs/RUNBOOK.md#mail-something-is-not-deleted\n\nFor your information (nothing failed):\n2. an AMI holds s\n",
    );
  });

  test("gives way to failures if there is no room for all", () => {
    const many = Array.from({ length: 99 }, () => bare);
    const { body } = composeMail(summary("failed"), [held, held, ...many], SETTINGS, LOGS);
    expect(body).toContain("100. an AMI holds s\n");
    expect(body).toContain("… and 1 more: see the log.");
  });
});

test.each<[Status, string]>([
  ["no-instances", "vault: NOTHING BACKED UP, no instance matched"],
  ["failed", "vault: BACKUP FAILED, 1 problem"],
  ["partial", "vault: backup incomplete, 1 problem"],
])("writes the subject of %s: %p", (status, subject) => {
  expect(composeMail(summary(status), [denied], SETTINGS, LOGS).subject).toBe(subject);
});

describe("a subject names", () => {
  const of = (kind: ProblemKind) => problem(kind, "s", "it happened");
  const subject = (...kinds: ProblemKind[]) => composeMail(summary("partial"), kinds.map(of), SETTINGS, LOGS).subject;

  test("what is worse than a late backup, before all else", () => {
    const words = "vault: RECOVERY POINTS ARE GONE, and 2 more";
    expect(subject("copy-failed", "tampering", "recovery-points-missing")).toBe(words);
  });

  test("an incomplete backup before what is beside it", () => {
    expect(subject("delete-failed", "copy-failed")).toBe("vault: backup incomplete, 2 problems");
  });

  test("what failed beside complete backups, the worst first", () => {
    expect(subject("delete-failed", "delete-limit-exceeded")).toBe(
      "vault: deletions wait for your approval, and 1 more",
    );
  });

  test("a deletion to come before other notices", () => {
    expect(subject("in-use", "deletions-announced")).toBe("vault: deletions are announced, and 1 more");
    expect(subject("becoming-orphan")).toBe("vault: an instance is not backed up any more");
    const gone = asNotice(of("not-protected-anymore"));
    const mail = composeMail(summary("clean"), [gone, of("in-use")], SETTINGS, LOGS);
    expect(mail.subject).toBe("vault: an instance is not backed up any more, and 1 more");
  });
});

test("limits a subject to one line of ASCII under 100 characters, whatever the vault is called", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: "binary" }), (vaultId) => {
      const { subject } = composeMail(summary("failed", vaultId), [denied], SETTINGS, LOGS);
      expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    }),
  );
});

test("names no slot for a sweep", () => {
  const { body } = composeMail({ ...summary("partial"), trigger: SWEEP }, [bare], SETTINGS, LOGS);
  expect(body).toContain("This was the hourly sweep (run id sweep-1).");
});

test("lists more than a hundred problems in part and counts the rest", () => {
  const many = Array.from({ length: 103 }, (_, n) => ({ ...bare, message: `problem ${n}.` }));
  const { body } = composeMail(summary("failed"), many, SETTINGS, LOGS);
  expect(body).toContain(
    "100. problem 99.\n   More: docs/RUNBOOK.md#mail-something-is-not-deleted\n… and 3 more: see the log.\n",
  );
  expect(body).not.toContain("problem 100.");
});

test("leaves out no plan of deletions, because its mail starts their grace", () => {
  const plan = (kind: "delete-limit-exceeded" | "deletions-announced", message: string) =>
    problem(kind, `us-east-1 ${message}`, message);
  const [stopped, announced] = [plan("delete-limit-exceeded", "it stops"), plan("deletions-announced", "it announces")];
  const notices = Array.from({ length: 150 }, (_, n) => ({
    ...bare,
    severity: "notice" as const,
    message: `held ${n}`,
  }));
  const failures = Array.from({ length: 150 }, (_, n) => ({ ...bare, message: `failed ${n}` }));
  const few = composeMail(summary("clean"), [...notices, announced], SETTINGS, LOGS).body;
  expect(few).toContain("\n1. it announces\n");
  expect(few).toContain("… and 51 more: see the log.");
  const many = composeMail(summary("failed"), [...failures, stopped, ...notices, announced], SETTINGS, LOGS).body;
  expect(many).toContain("\n1. it stops\n");
  expect(many).toContain("\n101. it announces\n");
  expect(many).toContain("… and 201 more: see the log.");
});

test("is shorter than SNS accepts, however long each refusal is", () => {
  const long = "Encoded authorization failure message: ".padEnd(9_000, "ü");
  const failures = Array.from({ length: 100 }, (_, n) => ({ ...bare, message: `${n}: ${long}` }));
  const notices = failures.map((one) => ({ ...one, severity: "notice" as const }));
  const { body } = composeMail(summary("failed"), [...failures, ...notices], SETTINGS, LOGS);
  expect(Buffer.byteLength(body)).toBeLessThan(256 * 1_024);
  expect(body).toMatch(/\n1\. 0: Encoded[^]*… and 19\d more: see the log\./);
});
