/** `vault restore` through its real executable, on a fleet that was backed up: what it makes, refuses, and leaves. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateSubnetCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
} from "@aws-sdk/client-ec2";
import Ajv from "ajv";
import { type BackedUp, DR, PRIMARY, backUpFleet } from "../../src/local/disaster/disaster";
import { remainsIn } from "../../src/local/disaster/remains";
import { type Ended, runCli, startCli } from "../../src/local/runtime/command";
import { RESTORE_TAG } from "../../src/restore/restoreTags";
import { MINUTE_MS } from "../../src/vault/lib/time";
import { emulatorHome } from "../support/emulatorHome";
import { runOnTerminal } from "../support/terminal";

const SCHEMA = JSON.parse(readFileSync(join(__dirname, "..", "..", "docs", "cli.schema.json"), "utf8")) as object;
const isValid = new Ajv({ strict: false }).compile(SCHEMA);

/** The command waits by this machine's clock. A volume has to be seen before it vanishes, or a minute is waited for it. */
const AT_ONCE = { volume: 0, keyRefusal: 0.02, detach: 0, launch: 0, stop: 0, terminate: 0, checks: 0, rootTask: 0 };

/** Those of db-1 (src/local/disaster/shapes.ts), which nothing may print. */
const USER_DATA = Buffer.from("#!/bin/sh\necho ready").toString("base64");

let fleet: BackedUp;
let env: Record<string, string>;
beforeAll(async () => {
  const quiet = () => undefined;
  fleet = await backUpFleet({ home: emulatorHome("restore-cli"), days: 1, names: ["db-1", "win-1"] }, quiet, quiet);
  await fleet.vault.emulator.setPending(AT_ONCE);
  env = {
    AWS_ENDPOINT_URL: fleet.vault.emulator.endpoint,
    AWS_REGION: DR,
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
  };
}, 300_000);
afterAll(() => fleet.vault.stop(), 60_000);
afterEach(async () => {
  await fleet.vault.emulator.resetFaults();
  await fleet.vault.emulator.resetFailures();
});

const vault = (...args: string[]): Promise<Ended> => runCli(["restore", ...args], env);
const dr = () => fleet.vault.account.ec2(DR);

interface Line {
  messageType: string;
  restoreId?: string;
  instanceId?: string;
  exitCode?: number;
  [field: string]: unknown;
}

/** Parses the lines of `--json`, each held against the schema. */
function linesOf(out: string): Line[] {
  return out
    .trim()
    .split("\n")
    .map((text) => {
      const line = JSON.parse(text) as Line;
      expect([text, isValid(line), isValid.errors]).toStrictEqual([text, true, null]);
      return line;
    });
}

/** Returns the id of the restore that a text names. */
function idIn(text: string): string {
  return /r-\d{8}T\d{6}-[0-9a-f]{4}/.exec(text)?.[0] ?? "";
}

const undone = (id: string, region = DR) => vault("--undo", id, "--region", region, "--yes");

describe("in the DR region, with the primary one dark", () => {
  beforeAll(() => fleet.vault.emulator.setDark(PRIMARY));
  afterAll(async () => {
    expect(await fleet.vault.emulator.darkCalls()).toStrictEqual([]);
    await fleet.vault.emulator.resetDark();
  });

  it("shows all of it with --dry-run and changes nothing, nor without a yes", async () => {
    await fleet.vault.emulator.recordWrites();
    const { code, out, err } = await vault("db-1", "--isolate", "--fast", "200", "--dry-run");
    expect([code, err]).toStrictEqual([0, expect.stringContaining("Times are UTC.")]);
    expect(out).toMatch(/what it does\n {2}1\. create a security group/);
    expect(out).toContain("/dev/sdf: io2, 100 GiB, 16000 IOPS, from snap-");
    expect(out).toContain("with the captured user data (20 bytes)");
    expect(out).toContain("runs the captured user data as at a first boot");
    expect(out).toMatch(/kms:DescribeKey \S+: AWS would accept it/);
    expect(err).toMatch(/Next: vault restore i-\w+ --launch --region us-west-2 --isolate --fast 200 {2}# do it/);
    const asked = await vault("db-1", "--json");
    expect(out + err + asked.out + asked.err).not.toContain(USER_DATA.slice(0, 8));
    expect(linesOf(asked.out).map(({ messageType }) => messageType)).toStrictEqual(
      expect.arrayContaining(["progress", "plan", "error"]) as unknown,
    );
    expect(linesOf(asked.out).at(-1)).toMatchObject({ exitCode: 2, error: { code: "NotConfirmed" } });
    expect([asked.code, asked.err]).toStrictEqual([2, ""]);
    expect((await vault("nobody")).code).toBe(5);
    expect(await fleet.vault.emulator.writes()).toStrictEqual([]);
  });

  it("asks on a terminal, in tables that fit into 100 columns, and makes what was asked for after a yes", async () => {
    const args = ["restore", "db-1", "--dry-run"];
    const shown = await runOnTerminal(args, { ...env, NO_COLOR: "1" });
    const wide = shown.text.split("\n").filter((line) => / (lost|mapped)$/.test(line) && line.length > 100);
    expect([shown.code, wide]).toStrictEqual([0, []]);
    expect(shown.text).toMatch(/FACT +ORIGINAL +RESTORED +OUTCOME/);
    const volumes = ["restore", "db-1", "--volumes", "--device", "/dev/sdg"];
    const no = await runOnTerminal(volumes, env, ["[y/N]", "n"]);
    expect([no.code, no.text]).toStrictEqual([2, expect.stringContaining("Nothing was changed.")]);
    const yes = await runOnTerminal(volumes, env, ["[y/N]", "y"]);
    expect(yes.text).toMatch(/restored.* in \d+ s: 1 volume/);
    expect(yes.code).toBe(0);
    const id = idIn(yes.text);
    const { Volumes = [] } = await dr().send(
      new DescribeVolumesCommand({ Filters: [{ Name: `tag:${RESTORE_TAG.id}`, Values: [id] }] }),
    );
    expect(Volumes.map((one) => [one.Size, one.Iops, one.Throughput])).toStrictEqual([[200, 6_000, 500]]);
    expect((await undone(id)).code).toBe(0);
    expect(await remainsIn(dr())).toStrictEqual([]);
  });

  it("at Ctrl-C names what there is and ends 130, goes on with --resume, and takes it back with --undo", async () => {
    const { emulator } = fleet.vault;
    await emulator.setPending({ launch: 60 });
    const running = startCli(["restore", "db-1", "--isolate", "--yes"], env);
    await running.says("to run");
    running.interrupt();
    const { code, out, err } = await running.ended;
    expect([code, out]).toStrictEqual([130, ""]);
    expect(err).toMatch(/interrupted; made so far: instance i-\w+ \(pending\); image ami-\w+; security group sg-/);
    const id = idIn(err);
    expect(err).toContain(`To go on: vault restore --resume ${id} --region us-west-2`);
    expect(err).toContain(`To take it back: vault restore --undo ${id} --region us-west-2`);
    await emulator.setTime(Date.now() + 61 * MINUTE_MS);
    const resumed = await vault("--resume", id, "--json");
    expect(linesOf(resumed.out).at(-1)).toMatchObject({ restoreId: id, outcome: "done", exitCode: 0 });
    const { Images } = await dr().send(new DescribeImagesCommand({ Owners: ["self"] }));
    expect(Images).toStrictEqual([]);
    expect((await undone(id)).code).toBe(0);
    expect(await remainsIn(dr())).toStrictEqual([]);
    await emulator.setPending(AT_ONCE);
    await emulator.setTime(Date.now());
  });

  it("says after a refusal what is there, what to do, and both commands; a lack of rights ends 4", async () => {
    await fleet.vault.emulator.setFaults({ denied: ["RunInstances"] });
    const { code, out, err } = await vault("db-1", "--yes");
    expect(code).toBe(4);
    expect(out).toContain("not authorized to perform: ec2:RunInstances");
    expect(out).toContain("aws sts decode-authorization-message");
    expect(out).toMatch(/what was made is there:\n {2}image ami-/);
    const id = idIn(out + err);
    expect(err).toContain(`Next: vault restore --resume ${id} --region us-west-2`);
    await fleet.vault.emulator.resetFaults();
    const back = await undone(id);
    expect([back.code, await remainsIn(dr())]).toStrictEqual([0, []]);
  });

  it("names KMS where a key may not be used: EC2 itself gives an id, and drops the volume", async () => {
    const { dr: keys } = fleet.vault.stack;
    await fleet.vault.emulator.setFaults({ refusedKeys: keys.map(({ keyArn }) => keyArn) });
    const { code, out } = await vault("db-1", "--volumes", "--device", "/dev/sdg", "--yes");
    expect(code).toBe(1);
    expect(out).toMatch(/may not use the KMS key/);
    expect(out).toContain("nothing was made");
  });

  it("goes to the next zone without capacity, and names a quota that is reached", async () => {
    const { Subnets = [] } = await dr().send(
      new DescribeSubnetsCommand({ Filters: [{ Name: "tag:Name", Values: ["data"] }] }),
    );
    const Tags = [{ Key: "Name", Value: "data" }];
    const input = { VpcId: Subnets[0]?.VpcId, CidrBlock: "10.0.104.0/24", AvailabilityZone: `${DR}a` };
    await dr().send(new CreateSubnetCommand({ ...input, TagSpecifications: [{ ResourceType: "subnet", Tags }] }));
    await fleet.vault.emulator.setFaults({ noCapacity: [{ zone: `${DR}a` }] });
    const moved = await vault("db-1", "--yes", "--json");
    const result = linesOf(moved.out).at(-1);
    expect(moved.out).toContain(`${DR}a lacks capacity (InsufficientInstanceCapacity): trying ${DR}b`);
    const found = await dr().send(new DescribeInstancesCommand({ InstanceIds: [result?.instanceId ?? ""] }));
    expect(found.Reservations?.[0]?.Instances?.[0]?.Placement?.AvailabilityZone).toBe(`${DR}b`);
    await fleet.vault.emulator.setFaults({ noCapacity: [], vcpuLimit: { [DR]: 1 } });
    const limited = await vault("db-1", "--yes");
    expect(limited.out).toMatch(/VcpuLimitExceeded\)?[^]*Service Quotas/);
    expect(limited.code).toBe(1);
    await Promise.all([undone(idIn(limited.err)), undone(result?.restoreId ?? "")]);
    expect(await remainsIn(dr())).toStrictEqual([]);
  });
});

test("vault show says how much user data there is, and not what is in them", async () => {
  const [text, json] = await Promise.all([[], ["--json"]].map((more) => runCli(["show", "db-1", ...more], env)));
  expect([text?.code, text?.out]).toStrictEqual([0, expect.stringMatching(/user data +20 bytes, in a capture/)]);
  expect(JSON.parse(json?.out ?? "")).toMatchObject({ blobSizes: { userData: 20 } });
  expect(isValid(JSON.parse(json?.out ?? ""))).toBe(true);
  expect(JSON.stringify([text, json])).not.toContain(USER_DATA.slice(0, 8));
});

/** Starts a restore that EC2 keeps waiting, and presses Ctrl-C. The time that EC2 takes then passes. */
async function interruptedAt(text: string, work: "volume" | "detach" | "stop", ...args: string[]): Promise<Ended> {
  const { emulator } = fleet.vault;
  await emulator.setPending({ ...AT_ONCE, [work]: 60 });
  const running = startCli(["restore", ...args], env);
  await running.says(text);
  running.interrupt();
  const ended = await running.ended;
  laterMinutes += 61;
  await emulator.setPending(AT_ONCE);
  await emulator.setTime(Date.now() + laterMinutes * MINUTE_MS);
  return ended;
}
let laterMinutes = 0;
const denied = { code: "UnauthorizedOperation", status: 403 };
const here = ["--region", PRIMARY];

describe("volumes", () => {
  const some = ["--volumes", "--device", "/dev/sdf", "/dev/sdg"];
  // The first one is the dry run of the plan.
  const createFails = (code: string, status: number) =>
    fleet.vault.emulator.fail({ operation: "CreateVolume", nth: 3, times: 0, code, status });

  it.each([
    ["a quota", DR, () => createFails("VolumeLimitExceeded", 400), /VolumeLimitExceeded/],
    ["a lack of rights", DR, () => createFails(denied.code, denied.status), /UnauthorizedOperation/],
    ["a key", PRIMARY, refuseCustomersKey, /may not use the KMS key/],
  ] as const)(
    "end 3 if some were made and %s keeps the others, and go on from there",
    async (_what, region, fail, why) => {
      await fail();
      const { code, out, err } = await vault("db-1", ...some, "--yes", "--region", region);
      expect([code, out]).toStrictEqual([3, expect.stringMatching(why)]);
      expect(out).toMatch(/what was made is there:\n {2}volume vol-\w+ \(\/dev\/sd[fg], available\)$/m);
      const id = idIn(err);
      expect(err).toContain(`Next: vault restore --resume ${id} --region ${region}`);
      await Promise.all([fleet.vault.emulator.resetFailures(), fleet.vault.emulator.resetFaults()]);
      const resumed = await vault("--resume", id, "--region", region, "--json");
      expect(linesOf(resumed.out).at(-1)).toMatchObject({ outcome: "done", exitCode: 0, mode: "volumes" });
      expect((await undone(id, region)).code).toBe(0);
    },
  );

  it("go on after Ctrl-C, attached to another instance, and are taken back after Ctrl-C", async () => {
    const args = ["db-1", ...some, "--attach", "win-1", "--yes", ...here];
    const first = await interruptedAt("to be available", "volume", ...args);
    expect([first.code, first.err]).toStrictEqual([130, expect.stringMatching(/made so far: volume vol-\w+ \(/)]);
    const id = idIn(first.err);
    expect((await vault("--resume", id, ...here)).code).toBe(0);
    const { err, code } = await interruptedAt("to be detached", "detach", "--undo", id, "--yes", ...here);
    expect([code, err]).toStrictEqual([130, expect.stringMatching(/still there: volume vol-\w+ \(/)]);
    expect(err).toContain(`To go on: vault restore --undo ${id} --region ${PRIMARY}`);
    expect(err).not.toContain("--resume");
    expect((await undone(id, PRIMARY)).code).toBe(0);
    expect((await undone(id, PRIMARY)).code).toBe(5);
  });
});

/** Lets nobody use the key of two of db-1's volumes. */
async function refuseCustomersKey(): Promise<void> {
  const Filters = [{ Name: "encrypted", Values: ["true"] }];
  const { Volumes = [] } = await fleet.vault.account.ec2(PRIMARY).send(new DescribeVolumesCommand({ Filters }));
  await fleet.vault.emulator.setFaults({ refusedKeys: Volumes.flatMap(({ KmsKeyId }) => KmsKeyId ?? []) });
}

describe("in place", () => {
  const volumesOf = async (instanceId: string) => {
    const { Reservations } = await fleet.vault.account
      .ec2(PRIMARY)
      .send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    const [instance] = Reservations?.[0]?.Instances ?? [];
    const mappings = instance?.BlockDeviceMappings ?? [];
    return {
      state: instance?.State?.Name,
      volumes: mappings.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.VolumeId]),
    };
  };

  it("swaps all volumes of a running instance after its name was given, and puts the old ones back", async () => {
    const id = fleet.fleet[0]?.instanceId ?? "";
    const before = await volumesOf(id);
    expect((await vault("db-1", "--replace", "--yes", ...here)).err).toContain("Add --confirm=db-1");
    const { code, out, err } = await vault("db-1", "--replace", "--confirm", "db-1", ...here);
    expect([code, out]).toStrictEqual([0, expect.stringContaining(`restored in`)]);
    const after = await volumesOf(id);
    expect(after.state).toBe("running");
    expect(after.volumes.map(([device]) => device).sort()).toStrictEqual(
      before.volumes.map(([device]) => device).sort(),
    );
    expect(after.volumes.filter((one) => before.volumes.some(([, volume]) => volume === one[1]))).toStrictEqual([]);
    expect((await undone(idIn(err), PRIMARY)).code).toBe(0);
    const again = await volumesOf(id);
    expect([again.state, [...again.volumes].sort()]).toStrictEqual(["running", [...before.volumes].sort()]);
  });

  it("goes on after Ctrl-C and after a step that failed, and is taken back after Ctrl-C", async () => {
    const id = fleet.fleet[0]?.instanceId ?? "";
    const before = await volumesOf(id);
    const args = ["db-1", "--replace", "--device", "/dev/sdg", "--confirm", "db-1", ...here];
    const first = await interruptedAt("to be detached", "detach", ...args);
    expect([first.code, first.err]).toStrictEqual([130, expect.stringContaining("(the old /dev/sdg, in-use)")]);
    const restoreId = idIn(first.err);
    await fleet.vault.emulator.fail({ operation: "AttachVolume", ...denied });
    const failed = await vault("--resume", restoreId, ...here);
    expect([failed.code, failed.out]).toStrictEqual([4, expect.stringContaining("(the old /dev/sdg, available)")]);
    expect((await volumesOf(id)).state).toBe("stopped");
    expect((await vault("--resume", restoreId, ...here)).code).toBe(0);
    expect((await volumesOf(id)).state).toBe("running");
    const undoing = await interruptedAt("to stop", "stop", "--undo", restoreId, "--yes", ...here);
    expect([undoing.code, undoing.err]).toStrictEqual([
      130,
      expect.stringContaining(`To go on: vault restore --undo ${restoreId} --region ${PRIMARY}`),
    ]);
    expect((await undone(restoreId, PRIMARY)).code).toBe(0);
    const after = await volumesOf(id);
    expect([after.state, after.volumes.sort()]).toStrictEqual(["running", before.volumes.sort()]);
  });

  it("replaces the root alone while the instance runs", async () => {
    const id = fleet.fleet[1]?.instanceId ?? "";
    const before = await volumesOf(id);
    await fleet.vault.emulator.recordWrites();
    const ended = await vault("win-1", "--replace", "--device", "/dev/sda1", "--confirm", "win-1", ...here);
    expect(ended.code).toBe(0);
    const calls = (await fleet.vault.emulator.writes()).map(({ call }) => call);
    expect(calls).toContain("ec2:CreateReplaceRootVolumeTask");
    expect(calls).not.toContain("ec2:StopInstances");
    const changed = (await volumesOf(id)).volumes.filter((one) =>
      before.volumes.every(([, volume]) => volume !== one[1]),
    );
    expect(changed.map(([device]) => device)).toStrictEqual(["/dev/sda1"]);
  });
});
