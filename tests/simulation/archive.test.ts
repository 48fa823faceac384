/**
 * Goal: what the simulation finds of the sources holds for the archive that Pulumi would upload. Method: the command
 * itself, with and without `--archive`, in processes of their own; every call of both is the same.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { SimulationResult } from "./simulate";

const DAYS = 4;

function run(...args: string[]): { status: number | null; stdout: string } {
  const main = join(__dirname, "main.ts");
  return spawnSync(process.execPath, ["-r", "ts-node/register/transpile-only", main, ...args], {
    cwd: join(__dirname, "..", ".."),
    encoding: "utf8",
  });
}

function resultOf(seed: number, ...args: string[]): SimulationResult {
  const { status, stdout } = run("--seed", `${seed}`, "--days", `${DAYS}`, "--json", ...args);
  expect(status).toBe(0);
  return JSON.parse(stdout) as SimulationResult;
}

describe("the command", () => {
  test("says the same of the archive as of the sources, call by call", () => {
    expect(resultOf(5, "--archive")).toEqual(resultOf(5));
  });

  test("refuses what it does not understand with 2", () => {
    expect(run("--seeds", "none").status).toBe(2);
  });
});
