/**
 * Tests the input of `npm start` and what ends it: another fleet, bad input, Ctrl-C. Method: the real command in a
 * child process.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Rehearsal, renderRehearsal } from "../../src/local/print/tables";
import { instancesJson } from "../support/fleetJson";
import { run, start } from "../support/npmStart";

const ONE_INSTANCE = join(__dirname, "..", "..", "examples", "one-instance.json");

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
    expect(rehearsal.verdict.exceptions).toEqual([
      expect.stringContaining("nothing was backed up: no instance in us-east-1 has the tag backup=True"),
    ]);
    expect(rehearsal.mails.map(({ subject }) => subject)).toContain(
      "smart-vault-dev: NOTHING BACKED UP, no instance matched",
    );
  }, 120_000);
});

describe("npm start with a tagged instance that has nothing to back up, and tags that nearly match", () => {
  const tagged = (id: string, Key: string, Value: string) => ({ InstanceId: id, Tags: [{ Key, Value }] });
  let ended: Awaited<ReturnType<typeof run>>;
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    const [{ Instances }] = (
      JSON.parse(readFileSync(ONE_INSTANCE, "utf8")) as { Reservations: [{ Instances: object[] }] }
    ).Reservations;
    const others = [
      tagged("i-0bbbbbbbbbbbb0001", "backup", "True"),
      tagged("i-0bbbbbbbbbbbb0002", "Backup", "true "),
      { ...tagged("i-0bbbbbbbbbbbb0003", "backup", "True"), State: { Name: "shutting-down" } },
    ];
    const file = fileWith({ Reservations: [{ Instances: [...Instances, ...others] }] });
    ended = await run("--json", "--nights", "2", "-c", "mailOn=always", "--inventory", file);
    rehearsal = JSON.parse(ended.out) as Rehearsal;
  }, 240_000);

  it("ends 1 with what the vault reported each night, even if every volume has its copy", () => {
    expect([ended.code, rehearsal.complete, rehearsal.audit.gaps]).toEqual([1, false, []]);
    expect(rehearsal.reported).toEqual([
      expect.objectContaining({
        kind: "no-volumes",
        detail: "i-0bbbbbbbbbbbb0001 has the backup tag, but no EBS volume to back up",
      }),
    ]);
    expect(rehearsal.verdict.headline).toBe("The vault reported problems:");
  });

  it("has a row for every instance, with the reason why it is not backed up", () => {
    const rows = rehearsal.audit.instances.map(({ note, nearMiss }) => [note, nearMiss?.now]);
    expect(rows).toEqual([
      [undefined, undefined],
      ["no EBS volume: nothing is backed up", undefined],
      ["not tagged", 'Backup="true "'],
      ["terminated: not backed up", undefined],
    ]);
  });

  it("says its result first and last, and before the end what to change", () => {
    const lines = renderRehearsal(rehearsal, { explainAll: false, all: false }).split("\n");
    expect(lines[0]).toContain("The vault reported problems:");
    expect(lines[1]).toContain("i-0bbbbbbbbbbbb0001 has the backup tag, but no EBS volume");
    expect(lines.at(-1)).toContain("The vault reported problems: 1 exception");
    expect(lines.at(-3)).toContain('it has Backup="true "; the tag has to be backup=True');
  });

  it("shows each night's mail at its own time", () => {
    const reports = rehearsal.mails.filter(({ subject }) => subject.includes("backup "));
    const nights = rehearsal.nights.map(({ slot }) => slot.slice(0, 16));
    const times = reports.map(({ at }) => at.slice(0, 16));
    for (const night of nights) expect(times).toContain(night);
    expect(times).toEqual([...times].sort());
  });
});

describe("npm start with bad input", () => {
  it.each([
    [["--stack", "nope"], '--stack: expected a stack with a file Pulumi.<stack>.yaml, got "nope"'],
    [["--inventory", "/nowhere.json"], "prints it, found /nowhere.json: ENOENT"],
    [["-c", "tagValue=*"], "tagValue: expected 1 to 256 characters, not beginning with aws:, without *"],
    [
      ["-c", "aws:region=eu-west-1", "--inventory", fileWith(instancesJson())],
      'expected a zone of eu-west-1, the stack\'s aws:region, found "us-east-1a"',
    ],
    [["--inventory", fileWith({})], "--inventory: expected what `aws ec2 describe-instances` prints"],
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

  it("ends 2 and reports every mistake of the configuration at once", async () => {
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

/** Returns the processes of this project's emulator or function whose parent was the given one. */
async function processesOf(parentPid: number): Promise<string[]> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const ps = spawn("ps", ["-eo", "ppid=,args="]);
  const out: Buffer[] = [];
  ps.stdout.on("data", (data: Buffer) => out.push(data));
  await new Promise((resolve) => ps.on("close", resolve));
  const lines = Buffer.concat(out).toString().split("\n");
  return lines.filter((line) => Number(line.trim().split(" ")[0]) === parentPid);
}
