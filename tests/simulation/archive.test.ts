/**
 * Tests that the simulation's results for the sources hold for the archive that Pulumi would upload. Method: the
 * command itself, with and without `--archive`, in separate processes; every call of both is the same.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { TYPESCRIPT } from "../support/typescript";
import type { Totals } from "./summary";

const DAYS = 3;

function run(...args: string[]): { status: number | null; stdout: string } {
  const main = join(__dirname, "main.ts");
  return spawnSync(process.execPath, [...TYPESCRIPT, main, ...args], {
    cwd: join(__dirname, "..", ".."),
    encoding: "utf8",
  });
}

/** Seeds that together have all settings that a stack may leave out. */
function totalsOf(...args: string[]): unknown {
  const seeds = ["--first", "48", "--seeds", "6", "--days", `${DAYS}`];
  const { status, stdout } = run(...seeds, "--json", ...args);
  expect(status).toBe(0);
  const { elapsedMs: _elapsed, ...totals } = JSON.parse(stdout) as Totals & { elapsedMs: number };
  return totals;
}

describe("the command", () => {
  test("gives the same results for the archive as for the sources, call by call", () => {
    expect(totalsOf("--archive")).toEqual(totalsOf());
  });

  test("refuses what it does not understand with exit code 2", () => {
    expect(run("--seeds", "none").status).toBe(2);
  });
});
