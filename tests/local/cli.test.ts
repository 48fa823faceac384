/** Each command through its real executable, on a deployed vault: standard output and standard error by themselves. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import Ajv from "ajv";
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import { MINUTE_MS } from "../../src/vault/lib/time";
import { type CliVault, DR, PRIMARY, runCli, startCli, startCliVault } from "../support/cliVault";
import { runOnTerminal } from "../support/terminal";

const SCHEMA = JSON.parse(readFileSync(join(__dirname, "..", "..", "docs", "cli.schema.json"), "utf8")) as object;
const isValid = new Ajv({ strict: false }).compile(SCHEMA);

let cli: CliVault;
beforeAll(async () => {
  cli = await startCliVault("cli");
}, 300_000);
afterAll(() => cli.stop(), 60_000);

/** Parses what `--json` printed, and holds it against the schema. */
function parsed(out: string): Record<string, unknown> {
  const value = JSON.parse(out) as Record<string, unknown>;
  expect([isValid(value), isValid.errors]).toStrictEqual([true, null]);
  return value;
}

describe("vault", () => {
  it("begins its help with examples, and shows the exit codes", async () => {
    const { code, out } = await runCli(["--help"], {});
    expect(out).toMatch(/^Examples:\n {2}vault status/);
    expect(out).toContain("6    done, but the vault is not well");
    expect(code).toBe(0);
  });

  it("ends 2 at a mistyped command or option, and says what was meant", async () => {
    const verb = await runCli(["lst"], {});
    expect([verb.code, verb.out]).toStrictEqual([2, ""]);
    expect(verb.err).toContain("Did you mean list?");
    const option = await runCli(["list", "--jsn"], {});
    expect(option.err).toContain("Did you mean --json?");
    expect(option.err).toContain("Help: vault list --help");
    expect(option.code).toBe(2);
    expect(parsed((await runCli(["lst", "--json"], {})).out)).toMatchObject({ exitCode: 2, command: "lst" });
    expect(parsed((await runCli(["list", "--jsn", "--json"], {})).out)).toMatchObject({
      command: "list",
      error: { hint: "vault list --help" },
    });
  });

  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_EC2_METADATA_DISABLED: "true" };
  it("ends 4 without credentials, with what to do", async () => {
    const { code, out, err } = await runCli(["list"], { ...cli.env, ...none });
    expect([code, out]).toStrictEqual([4, ""]);
    expect(err).toContain("CredentialsProviderError");
    expect(err).toContain("aws sso login");
  });

  it.each([
    ["list", "--since", "yesterday 25:00"],
    ["plan", "--at", "soonish"],
    ["restore", "web-1", "--launch", "--at", "last tuesday or so"],
  ])("%s: ends 2 at a time that it can't read, before it asks AWS", async (...args) => {
    const { code, err } = await runCli(args, { ...cli.env, ...none });
    expect([code, err]).toStrictEqual([2, expect.stringContaining(`expected a time, got "${args.at(-1) ?? ""}"`)]);
  });
});

describe("vault list", () => {
  it("prints one record per line, and the rest to standard error", async () => {
    const { code, out, err } = await cli.run(["list", "web-1"]);
    const records = out
      .trim()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(records.map(([, , id, name, region, volumes]) => [id, name, region, volumes])).toStrictEqual(
      [PRIMARY, DR, PRIMARY, DR].map((region) => ["i-0aaaaaaaaaaaa0001", "web-1", region, "2 of 2"]),
    );
    expect(err).toContain("4 recovery points in us-east-1 and us-west-2. Times are UTC.");
    expect(err).toContain("Next: vault ");
    expect(code).toBe(0);
  });

  it("works from a DR region, and finds the settings in the primary one", async () => {
    const { out, err } = await cli.run(["list", "--json"], { AWS_REGION: DR });
    const { recoveryPoints } = parsed(out) as { recoveryPoints: Record<string, unknown>[] };
    expect(recoveryPoints).toHaveLength(8);
    expect(recoveryPoints[0]).toMatchObject({ region: DR, encrypted: "all", state: "completed" });
    expect(recoveryPoints[0]?.kept).toContain("within 7 days");
    expect(err).toBe("");
    expect(cli.events).toContainEqual({ kind: "describe" });
  });

  it("works without the function, and says what is not known", async () => {
    const { code, out, err } = await cli.run(["list"], { AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:9" });
    expect(code).toBe(0);
    expect(out.split("\n")).toHaveLength(5);
    expect(err).toContain("settings are not known: the function in us-east-1 could not be asked");
  });

  it("ends 5 where nothing is found, and 2 where several can be meant", async () => {
    expect((await cli.run(["list", "--region", "eu-west-1"])).code).toBe(5);
    expect((await cli.run(["list", "wbe-1"])).err).toContain("Did you mean web-1?");
    const { code, err } = await cli.run(["list", "web"]);
    expect(err).toContain("i-0aaaaaaaaaaaa0001 (web-1), i-0aaaaaaaaaaaa0002 (web-2)");
    expect(code).toBe(2);
    expect(parsed((await cli.run(["list", "web", "--json"])).out)).toMatchObject({ exitCode: 2 });
  });
});

describe("vault show", () => {
  it("shows the latest recovery point of an instance, with its volumes in every region", async () => {
    const { code, out, err } = await cli.run(["show", "web-1"]);
    expect(out).toMatch(/^recovery point\n {2}taken /);
    expect(out).toContain("volume                vol-0aaaaaaaaaaaa0002, /dev/sdf, data");
    expect(out).toMatch(/snapshot us-west-2 +snap-/);
    expect(out).toMatch(/architecture +x86_64/);
    expect(out).toMatch(/keyName +not captured/);
    expect(err).toContain("Next: vault list i-0aaaaaaaaaaaa0001");
    expect(code).toBe(0);
  });

  it("finds a recovery point by time and by snapshot id, from a DR region", async () => {
    const byTime = parsed((await cli.run(["show", "web-2@12h ago", "--region", DR, "--json"])).out);
    const { recoveryPoint } = byTime as { recoveryPoint: { region: string; snapshotIds: string[] } };
    expect(recoveryPoint.region).toBe(DR);
    const byId = parsed((await cli.run(["show", recoveryPoint.snapshotIds[0] ?? "", "--json"])).out);
    expect(byId.recoveryPoint).toMatchObject({ snapshotIds: recoveryPoint.snapshotIds });
    expect((await cli.run(["show", "web-2@2020-01-01"])).code).toBe(5);
  });
});

describe("vault show of a capture", () => {
  const dark = { AWS_REGION: DR, AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:9" };
  const shown = async () => {
    const { code, out, err } = await cli.run(["show", "web-1"], dark);
    return { code, hasDevices: out.includes("/dev/xvda"), err };
  };

  it("finds it in the DR region alone, and does without it where it is gone", async () => {
    const found = await shown();
    expect([found.code, found.hasDevices]).toStrictEqual([0, true]);
    expect(found.err).not.toContain("no capture");

    const s3 = cli.vault.account.s3(DR);
    const Bucket = `smart-vault-dev-manifests-${ACCOUNT_ID}-${DR}`;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "captures/" }));
    expect(Contents).toHaveLength(4);
    await Promise.all(Contents.map(({ Key }) => s3.send(new DeleteObjectCommand({ Bucket, Key }))));
    const lost = await shown();
    expect([lost.code, lost.hasDevices]).toStrictEqual([0, true]);
    expect(lost.err).toContain("no capture could be read, so tags are all there is");
    expect(lost.err).toContain("(NoSuchKey)");
  });
});

describe("vault status", () => {
  it("answers in its first line, then names what is wrong, and ends 6", async () => {
    const { code, out, err } = await cli.run(["status"]);
    const lines = out.split("\n");
    expect(lines[0]).toBe(
      "YES: 2 protected instances, each with a recent recovery point in every region, but 1 other problem",
    );
    expect(lines[1]).toBe('problem\tnear-miss\ti-0bbbbbbbbbbbb0003 is not protected: it has the tag backup="true "');
    expect(lines[2]).toContain("aws ec2 create-tags --region us-east-1 --resources i-0bbbbbbbbbbbb0003");
    expect(out).toContain("next run\t");
    expect(err).toContain("smart-vault-dev in us-east-1 and us-west-2. Times are UTC.");
    expect(code).toBe(6);
    expect(parsed((await cli.run(["status", "--json", "--region", DR])).out)).toMatchObject({ isRecent: true });
  });

  it("says what it can't know where the function does not answer, and ends 6", async () => {
    const dark = { AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:9" };
    const { code, out } = await cli.run(["status", "--region", DR], dark);
    expect(out).toMatch(/^UNKNOWN: /);
    expect(out).toContain("unknown\tpolicies, schedule and protected instances");
    expect(code).toBe(6);
  });
});

describe("vault plan", () => {
  it("says what the next run makes, with the copies of its follow-ups, and changes nothing", async () => {
    const { code, out, err } = await cli.run(["plan"]);
    const records = out.trim().split("\n");
    expect(records.map((one) => one.split("\t").slice(0, 3).join(" "))).toStrictEqual([
      "create run us-east-1",
      "create run us-east-1",
      "copy follow-up us-west-2",
      "copy follow-up us-west-2",
      "copy follow-up us-west-2",
    ]);
    expect(err).toContain("would create 3 snapshots, copy 3 and delete 0. Times are UTC.");
    expect(code).toBe(0);
    expect(cli.events.every((one) => (one as { kind: string }).kind === "describe")).toBe(true);
  });

  it("plans for another time, and shows why something is deleted", async () => {
    const { out } = await cli.run(["plan", "--at", "in 8 days", "--json"]);
    const { items, counts } = parsed(out) as { items: { action: string; reason: string }[]; counts: object };
    expect(counts).toMatchObject({ create: 3, copy: 3, delete: 12, wait: 0 });
    expect(items.find(({ action }) => action === "delete")?.reason).toMatch(/days old, kept for 7 days$/);
  });

  it("has titles and colors on a terminal, and leaves no line of its progress there", async () => {
    const { code, text: out } = await runOnTerminal(["plan"], { ...cli.env, TERM: "xterm", NO_COLOR: "" });
    const [, shown = ""] = out.split("\r\u001b[2K\u001b[2m");
    expect(shown).toMatch(/^smart-vault-dev: the next run, /);
    expect(shown).toContain("\n\u001b[1mACTION  WHEN       REGION");
    expect(shown).toContain("Next: vault status --region us-east-1");
    expect(code).toBe(0);
  });
});

describe("vault run", () => {
  it("shows the plan of a run with --dry-run, and asks for none", async () => {
    const { code, out } = await cli.run(["run", "--dry-run", "--json"]);
    const last = out.trim().split("\n").at(-1) ?? "";
    expect(parsed(last)).toMatchObject({ messageType: "result", dryRun: true, counts: { create: 3 } });
    expect(cli.events).not.toContainEqual(expect.objectContaining({ kind: "run" }));
    expect(code).toBe(0);
  });

  it("ends 1 where the function refuses, with what it says", async () => {
    // The vault's clock is ten minutes behind, so that the slot lies in its future.
    const { code, out } = await cli.run(["run"]);
    expect(out).toMatch(/^FAILED: the function ended without making a snapshot\n/);
    expect(out).toContain("problem\tBadEvent\tevent.slot: expected a time that is past");
    expect(code).toBe(1);
  });

  it("goes on in AWS after Ctrl-C, and is followed to its end from there", async () => {
    await cli.vault.runUntil(Date.now() + MINUTE_MS, () => undefined);
    const running = startCli(["run"], cli.env);
    await running.said("3 pending");
    running.interrupt();
    const { code, out, err } = await running.ended;
    const slot = /run --follow (\S+)/.exec(err)?.[1] ?? "";
    expect(err).toContain(`interrupted: the run for ${slot} goes on in AWS by itself`);
    expect([code, out]).toStrictEqual([130, ""]);
    await cli.vault.runUntil(cli.vault.nowMs() + 40 * MINUTE_MS, () => undefined);
    const followed = await cli.run(["run", "--follow", slot, "--json"]);
    const lines = followed.out.trim().split("\n").map(parsed);
    expect(lines[0]).toMatchObject({ messageType: "progress", message: "reading us-east-1" });
    expect(lines.at(-1)).toMatchObject({ messageType: "result", outcome: "complete", isComplete: true, slot });
    expect([followed.code, followed.err]).toStrictEqual([0, ""]);
  });
});
