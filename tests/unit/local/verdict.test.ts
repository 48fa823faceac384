/** Tests the verdict on a rehearsal. Method: lines of the function's log, and what the audit found. */
import type { Audit } from "../../../src/local/findings/recoverability";
import { readDecisions } from "../../../src/local/runtime/functionLog";
import { reportedProblems, verdictOf } from "../../../src/local/findings/verdict";

const NOTHING: Audit = { instances: [], gaps: [] };
const VERIFIED = "Every protected volume has its snapshot and a verified, encrypted copy.";
const INDUCED = { region: "us-west-2", from: "2026-06-05T00:00:00Z" };

/** Returns a line as the function logs it. */
function line(day: number, kind: string, subject: string, detail: string, message = "problem") {
  const timestamp = `2026-06-0${day}T03:00:00.000Z`;
  return JSON.stringify({ timestamp, message, kind, subject, detail });
}

const reported = (...lines: string[]) => reportedProblems(readDecisions(lines.join("\n")), INDUCED);
const broken = (day: number, region: string) =>
  line(day, "copy-unusable", `snap-0${day} in ${region}`, `the copy of snap-0${day} in ${region} is not usable`);

test("is complete if nothing was reported, nothing crashed and nothing is missing", () => {
  expect(verdictOf(NOTHING, [], [], false)).toEqual({ complete: true, headline: VERIFIED, exceptions: [] });
});

test("is not complete if the vault reported a problem in any night, even if all is verified at the end", () => {
  const none = "i-0a has no volume to snapshot";
  const problems = reported(line(1, "no-volumes", "i-0a", none), line(2, "no-volumes", "i-0a", none));
  const { complete, headline, exceptions } = verdictOf(NOTHING, problems, [], false);
  expect([complete, headline]).toEqual([false, "The vault reported problems:"]);
  expect(exceptions).toEqual([`reported 2026-06-01T03:00Z … 2026-06-02T03:00Z: ${none}`]);
});

test("leaves out the consequences of the induced failure, and nothing else", () => {
  expect(reported(broken(5, "us-west-2"))).toEqual([]);
  expect(reported(broken(4, "us-west-2"))).toHaveLength(1);
  expect(reported(broken(5, "eu-west-1"))).toHaveLength(1);
  expect(reported(line(5, "no-volumes", "i-0a in us-west-2", "x"))).toHaveLength(1);
});

test("does not count a notice as a problem", () => {
  expect(reported(line(1, "dry-run", "x", "dry run: …", "notice"))).toEqual([]);
});

test("says once what was reported of many snapshots, with their number", () => {
  const problems = reported(broken(1, "us-west-2"), broken(2, "us-west-2"), broken(3, "us-west-2"));
  expect(problems).toMatchObject([{ kind: "copy-unusable", subjects: 3 }]);
  const [only, ...others] = verdictOf(NOTHING, problems, [], false).exceptions;
  expect(only).toContain("snap-01 in us-west-2 is not usable (and 2 more of the kind)");
  expect(others).toEqual([]);
});

test("is not complete if an invocation crashed or a volume lacks a copy", () => {
  const crash = { at: "2026-06-01T03:00:00Z", errorType: "TypeError", errorMessage: "x is not a function\n at y" };
  const audit = { ...NOTHING, gaps: ["i-0a vol-0a: no completed snapshot"] };
  const { complete, headline, exceptions } = verdictOf(audit, [], [crash], false);
  expect([complete, headline]).toEqual([false, "Not every protected volume can be brought back:"]);
  expect(exceptions).toEqual([
    "an invocation ended 2026-06-01T03:00Z with TypeError: x is not a function",
    ...audit.gaps,
  ]);
});

test("is never complete after a dry run, which wrote nothing", () => {
  const { complete, headline } = verdictOf(NOTHING, [], [], true);
  expect([complete, headline]).toEqual([
    false,
    "dryRun is true: the vault wrote nothing, so nothing can be brought back.",
  ]);
});
