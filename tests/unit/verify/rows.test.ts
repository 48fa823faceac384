/** Tests that docs/ASSUMPTIONS.md and the checks of verify:aws say the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { announcement, exitCodeOf, renderRun } from "../../../src/verify/report";
import { CHECKS, type Run } from "../../../src/verify/run";
import type { Verdict } from "../../../src/verify/findings";

const PAGE = readFileSync(join(__dirname, "..", "..", "..", "docs", "ASSUMPTIONS.md"), "utf8");

function idsIn(text: string): string[] {
  return [...text.matchAll(/^\| (A\d+) +\|/gm)].map(([, id = ""]) => id);
}

function runOf(verdicts: Verdict[], more: Partial<Run> = {}): Run {
  const results = verdicts.map((verdict, index) => ({ id: `A${index + 1}`, title: "t", verdict, seen: "s" }));
  return { verifyId: "verify-x", results, left: [], interrupted: false, ...more };
}

describe("the rows of docs/ASSUMPTIONS.md", () => {
  it("are the checks of verify:aws, followed by those that it does not check", () => {
    const [checked = "", unchecked = ""] = PAGE.split("## Not checked");
    expect(idsIn(checked)).toEqual(CHECKS.map(({ id }) => id));
    const all = [...idsIn(checked), ...idsIn(unchecked)];
    expect(all).toEqual(all.map((_, index) => `A${index + 1}`));
    expect(idsIn(unchecked).length).toBeGreaterThan(10);
  });
});

describe("the outcome of verify:aws", () => {
  const left = [
    { kind: "volume" as const, region: "us-east-1", id: "vol-1", why: "no", command: "aws ec2 delete-volume" },
  ];

  it.each([
    [0, runOf(["confirmed", "confirmed"])],
    [1, runOf(["unknown", "different"], { left })],
    [3, runOf(["confirmed", "unknown"])],
    [3, runOf(["confirmed"], { left })],
    [130, runOf(["different"], { interrupted: true })],
  ])("is exit code %i", (code, run) => {
    expect(exitCodeOf(run)).toBe(code);
  });

  it("names each verdict, and leftover resources with their command", () => {
    const text = renderRun(runOf(["confirmed", "different", "unknown"], { left }));
    expect(text).toMatch(/confirmed.*\n.*DIFFERENT.*\n.*could not tell/);
    expect(text).toContain("1 confirmed, 1 different, 1 could not tell");
    expect(text).toContain("vol-1 in us-east-1: no\n    aws ec2 delete-volume");
  });

  it("comes after the cost, and after what a missing role means", () => {
    const target = {
      stack: "dev",
      vaultId: "v",
      primaryRegion: "p",
      drRegion: "d",
      tagKey: "k",
      policies: {},
      partition: "aws",
      accountId: "1",
      callerArn: "c",
      drKeyArn: "arn",
    };
    expect(announcement(target)).toContain("Cost: less than 1 US cent");
    expect(announcement(target)).toContain("No role is given");
    expect(announcement({ ...target, roleArn: "arn:role" })).toContain("It assumes arn:role");
  });
});
