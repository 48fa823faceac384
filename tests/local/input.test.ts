/** What `npm start` is given, and what ends it: another fleet, bad input, Ctrl-C. Method: the real command in a child process. */
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rehearsal } from "../../src/local/tables";
import { run, start } from "../support/npmStart";

function fileWith(content: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), "smart-vault-")), "inventory.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe("npm start with another inventory", () => {
  it("ends 1 and names the tag when no instance matches", async () => {
    const file = fileWith({
      Reservations: [{ Instances: [{ InstanceId: "i-0123456789abcdef0" }] }],
    });
    const { code, out } = await run("--json", "--nights", "1", "--inventory", file);
    expect(code).toBe(1);
    const rehearsal = JSON.parse(out) as Rehearsal;
    expect(rehearsal.audit.gaps).toEqual(["no instance has the tag backup=True"]);
    expect(rehearsal.mails.map(({ subject }) => subject)).toContain(
      "smart-vault-dev: NOTHING BACKED UP, no instance matched",
    );
  }, 120_000);
});

describe("npm start with bad input", () => {
  it.each([
    [["--stack", "nope"], '--stack: expected a stack with a file Pulumi.<stack>.yaml, got "nope"'],
    [["--inventory", "/nowhere.json"], "--inventory: expected a JSON file, got /nowhere.json"],
    [
      ["--inventory", fileWith({})],
      "--inventory: expected what `aws ec2 describe-instances` prints",
    ],
    [["--nights", "0"], "expected a whole number from 1 to 400"],
    [
      ["--explain", "vol-0d40000000000000b"],
      "--explain: expected a volume that is backed up, one of vol-0a10000000000000a, vol-0b20000000000000a",
    ],
    [["--frobnicate"], "unknown option '--frobnicate'"],
  ])("ends 2 and says what was expected: %j", async (args, message) => {
    const { code, err } = await run(...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it("ends 2 and tells every mistake of the configuration at once", async () => {
    const pairs = ["retentionDays=soon", "retentionDay=3", "drRegion=us-east-1"];
    const { code, err } = await run(...pairs.flatMap((pair) => ["-c", pair]));
    expect(err).toContain('retentionDays: expected a whole number from 1 to 3650, got "soon"');
    expect(err).toContain("retentionDay: unknown key, expected retentionDays");
    expect(err).toContain("drRegion: expected a region other than aws:region");
    expect(code).toBe(2);
  });

  it("prints its options with --help and ends 0", async () => {
    const { code, out } = await run("--help");
    expect(code).toBe(0);
    expect(out).toContain("--inventory <file>");
  });
});

describe("Ctrl-C", () => {
  it("ends 130 and leaves no process behind", async () => {
    const { child, ended } = start("--nights", "5");
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (data: Buffer) => {
        if (data.toString().includes("night 1 of")) resolve();
      });
    });
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    const left = await processesOf(child.pid ?? 0);
    expect(left).toEqual([]);
  }, 120_000);
});

/** Processes of this project's emulator or function whose parent was the given one. */
async function processesOf(parentPid: number): Promise<string[]> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const ps = spawn("ps", ["-eo", "ppid=,args="]);
  const out: Buffer[] = [];
  ps.stdout.on("data", (data: Buffer) => out.push(data));
  await new Promise((resolve) => ps.on("close", resolve));
  const lines = Buffer.concat(out).toString().split("\n");
  return lines.filter((line) => Number(line.trim().split(" ")[0]) === parentPid);
}
