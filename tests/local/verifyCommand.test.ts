/** Tests `npm run verify:aws` as a user runs it: the real command in a child process, on the emulator. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { TYPESCRIPT } from "../support/typescript";
import { type VerifyWorld, ROLE, startVerifyWorld } from "../support/verifyWorld";

const ROOT = join(__dirname, "..", "..");
const COMMAND = [...TYPESCRIPT, join(ROOT, "src/verify/main.ts")];

let world: VerifyWorld;
beforeAll(async () => {
  world = await startVerifyWorld();
}, 120_000);
afterAll(() => world.stop());

/** @param watch sees the command's output as it appears, and can end it */
function verify(args: string[], watch: (said: string, kill: () => void) => void = () => undefined) {
  const env = { ...process.env, AWS_ENDPOINT_URL: world.emulator.endpoint };
  const child = spawn(process.execPath, [...COMMAND, ...args], { cwd: ROOT, env });
  let out = "";
  let err = "";
  child.stdin.end();
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
    watch(err, () => child.kill("SIGINT"));
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on("close", (code) => {
      resolve({ code, out, err });
    });
  });
}

describe("npm run verify:aws", () => {
  it("prints its options and exit codes with --help, and ends 0", async () => {
    const { code, out } = await verify(["--help"]);
    expect(out).toContain("--dr-key <arn>");
    expect(out).toContain("130 interrupted");
    expect(code).toBe(0);
  }, 60_000);

  it("says the cost and makes nothing without --yes", async () => {
    const before = await world.existing();
    const { code, out, err } = await verify(["--stack", "dev"]);
    expect(err).toContain("Cost: less than 1 US cent");
    expect(err).toContain("nothing was made: answer y, or add --yes");
    expect([code, out]).toEqual([2, ""]);
    expect(await world.existing()).toEqual(before);
  }, 60_000);

  it("ends 2 and says what was expected, without a stack trace", async () => {
    const { code, err } = await verify(["--stack", "nope"]);
    expect(err).toContain("--stack: expected a stack with a file");
    expect(err).not.toContain("    at ");
    expect(code).toBe(2);
  }, 60_000);

  it("ends 130 at Ctrl-C, leaves nothing, and prints nothing but JSON with --json", async () => {
    const before = await world.existing();
    const made: string[][] = [];
    let killed = false;
    const args = ["--yes", "--json", "--role", ROLE];
    const { code, out, err } = await verify(args, (said, kill) => {
      if (killed || !said.includes("A4:")) return;
      killed = true;
      void world
        .existing()
        .then((now) => made.push(now))
        .then(kill);
    });
    expect(made[0]?.length).toBeGreaterThan(before.length);
    expect(err).toContain("interrupted: deleting what was made");
    expect(JSON.parse(out)).toMatchObject({ schema: 1, left: [], exitCode: 130 });
    expect(code).toBe(130);
    expect(await world.existing()).toEqual(before);
  }, 120_000);

  it("ends at once at the second Ctrl-C, and names what is left with its commands", async () => {
    const before = await world.existing();
    let kills = 0;
    const { code, err } = await verify(["--yes"], (said, kill) => {
      if (kills === 0 && said.includes("A1:")) kills = 1;
      else if (kills === 1 && said.includes("interrupted: deleting")) kills = 2;
      else return;
      kill();
    });
    expect(code).toBe(130);
    const left = (await world.existing()).filter((id) => !before.includes(id));
    for (const id of left) expect(err).toContain(`-id ${id}`);
    expect(err).toContain("ended without cleaning up");
  }, 120_000);
});
