/**
 * Goal: what a newcomer sees with `npm start` is true. Method: the real command in a child process, its JSON result,
 * and what it leaves behind.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rehearsal } from "../../src/local/tables";
import { run, start } from "../support/npmStart";

function fileWith(content: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), "smart-vault-")), "inventory.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe("npm start with the bundled fleet", () => {
  let ended: Awaited<ReturnType<typeof run>>;
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    ended = await run("--json", "--nights", "5");
    rehearsal = JSON.parse(ended.out) as Rehearsal;
  }, 240_000);

  it("ends 0 and says that everything can be brought back", () => {
    expect(ended.code).toBe(0);
    expect(rehearsal.complete).toBe(true);
    expect(rehearsal.audit.gaps).toEqual([]);
  });

  it("shows every protected volume with the newest slot in both regions", () => {
    const newest = rehearsal.nights[rehearsal.nights.length - 1]?.slot;
    const volumes = rehearsal.audit.instances.flatMap((i) => (i.protected ? i.volumes : []));
    const wanted = volumes.filter((volume) => !volume.excluded);
    expect(wanted).toHaveLength(11);
    for (const { snapshots, copies } of wanted) {
      expect(snapshots.newest).toBe(newest);
      expect(Object.values(copies).map((one) => one.newest)).toEqual([newest]);
    }
  });

  it("leaves the excluded volume and the untagged instance alone", () => {
    const byName = new Map(rehearsal.audit.instances.map((i) => [i.name, i]));
    expect(byName.get("scratch-1")?.protected).toBe(false);
    const excluded = byName.get("cache-1")?.volumes.find((volume) => volume.excluded);
    expect(excluded?.snapshots.count).toBe(0);
    expect(Object.values(excluded?.copies ?? {}).map((one) => one.count)).toEqual([0]);
  });

  it("makes one snapshot and one copy a volume and night, the shared volume once", () => {
    const clean = rehearsal.nights.slice(0, 5);
    expect(clean.map(({ snapshots, copies }) => [snapshots, copies])).toEqual(
      clean.map(() => [10, 10]),
    );
  });

  it("prunes by retention in both regions, and says why", () => {
    const reasons = new Set(
      rehearsal.pruned.map(({ region, reason }) => `${region}: ${reason.replace(/^.* old, /, "")}`),
    );
    expect(reasons).toContain("us-east-1: kept for 3 days");
    expect(reasons).toContain("us-west-2: kept for 3 days");
  });

  it("explains the recovery points of the first volume, as the function logged them", () => {
    const { volumeId, points } = rehearsal.explained!;
    expect(volumeId).toBe("vol-0a10000000000000a");
    expect(points.map(({ region }) => region)).toEqual(Array(3).fill(["us-east-1", "us-west-2"]).flat()); // prettier-ignore
    expect([...new Set(points.map(({ slot }) => slot))]).toEqual(
      rehearsal.nights.map(({ slot }) => slot).slice(-3).reverse(), // prettier-ignore
    );
    const newest = "within 3 days, the newest of vol-0a10000000000000a";
    expect(points.map(({ reason }) => reason)).toEqual([newest, newest, ...Array<string>(4).fill("within 3 days")]); // prettier-ignore
  });

  it("mails the induced failure once, with EC2's reason", () => {
    const own = rehearsal.mails.filter(({ subject }) => subject.startsWith("smart-vault-dev:"));
    expect(own.map(({ subject }) => subject)).toEqual([
      "smart-vault-dev: backup incomplete, 10 problems",
    ]);
    expect(own[0]?.body).toContain("Given key ID is not accessible");
  });

  it("sends the failed invocation to the topic, as the stack's on-failure destination says", () => {
    const records = rehearsal.mails.filter(({ body }) => body.startsWith("{"));
    expect(records).toHaveLength(1);
    const record = JSON.parse(records[0]?.body ?? "") as {
      responsePayload: { errorType: string };
    };
    expect(record.responsePayload.errorType).toBe("BackupFailed");
  });

  it("shows progress on standard error only", () => {
    expect(ended.err).toContain("night 5 of 5");
    expect(ended.out.trimStart().startsWith("{")).toBe(true);
  });
});

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
      ["-c", "retentionDays=soon"],
      'retentionDays: expected a whole number from 1 to 3650, got "soon"',
    ],
    [["-c", "retentionDay=3"], "retentionDay: unknown key, expected retentionDays"],
    [["-c", "drRegion=us-east-1"], "drRegion: expected a region other than aws:region"],
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
