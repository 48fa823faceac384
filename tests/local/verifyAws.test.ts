/**
 * Tests `verify:aws` on an emulator that answers as AWS's documents say. Method: the run in this process, moto behind
 * the SDK.
 */
import { exitCodeOf } from "../../src/verify/report";
import { CHECKS } from "../../src/verify/run";
import { findTarget, wantedOf } from "../../src/verify/target";
import { ec2Refusal } from "../support/verifyIam";
import { type Outcome, type VerifyWorld, startVerifyWorld } from "../support/verifyWorld";

let world: VerifyWorld;
beforeAll(async () => {
  world = await startVerifyWorld();
}, 120_000);
afterAll(() => world.stop());

const IDS = CHECKS.map(({ id }) => id);

function verdicts({ results }: Outcome): Record<string, string> {
  return Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]));
}

/** Returns the ids that a call deletes, unlocks or changes. */
function touchedBy({ calls }: Outcome): string[] {
  const writes = calls.filter(({ name, input }) => !/^(Describe|Create|Copy)/.test(name) && input.DryRun !== true);
  return writes.map(({ input }) => String(input.SnapshotId ?? input.VolumeId));
}

describe("verify:aws when AWS behaves as assumed", () => {
  it("confirms every row, and leaves nothing", async () => {
    const before = await world.existing();
    const run = await world.run();
    expect(run.results.filter(({ verdict }) => verdict !== "confirmed")).toEqual([]);
    expect(run.results.map(({ id }) => id)).toEqual(IDS);
    expect(exitCodeOf(run)).toBe(0);
    expect(await world.existing()).toEqual(before);
  });

  it("changes nothing that it did not make", async () => {
    const others = await world.existing();
    const run = await world.run();
    const touched = touchedBy(run);
    expect(touched.length).toBeGreaterThan(3);
    expect(touched.filter((id) => others.includes(id))).toEqual([]);
    const made = run.calls.filter(
      ({ name, input }) => /^(Create|Copy)/.test(name) && name !== "CreateTags" && input.DryRun !== true,
    );
    for (const { input } of made) expect(JSON.stringify(input.TagSpecifications)).toContain(run.verifyId);
  });

  it("leaves unknown, without a role, what needs the vault's permissions", async () => {
    const run = await world.run({ role: "none" });
    const unknown = ["A2", "A3", "A4", "A5", "A12", "A13"];
    const expected = IDS.map((id) => [id, unknown.includes(id) ? "unknown" : "confirmed"]);
    expect(verdicts(run)).toEqual(Object.fromEntries(expected));
    expect(run.results.find(({ id }) => id === "A4")?.seen).toContain("restoreRoleArns");
    expect(exitCodeOf(run)).toBe(3);
  });

  it("checks the other rows if it is not allowed to assume the role", async () => {
    const run = await world.run({ role: "closed" });
    const unknown = run.results.filter(({ verdict }) => verdict === "unknown");
    expect(unknown.map(({ id }) => id)).toEqual(["A2", "A3", "A4", "A5", "A12", "A13"]);
    expect(unknown[0]?.seen).toBe("AccessDenied: may not assume");
    expect(verdicts(run)).toMatchObject({ A6: "confirmed", A15: "confirmed" });
  });
});

describe("verify:aws when something fails", () => {
  it("leaves everything unknown if it is not allowed to make a snapshot, and deletes its volume", async () => {
    const before = await world.existing();
    const run = await world.run({
      twist: (call, pass) => {
        if (call.name !== "CreateSnapshot") return pass();
        return Promise.reject(ec2Refusal("UnauthorizedOperation", "You are not authorized"));
      },
    });
    expect(new Set(run.results.map(({ verdict, seen }) => `${verdict} ${seen}`))).toEqual(
      new Set(["unknown UnauthorizedOperation: You are not authorized"]),
    );
    expect(exitCodeOf(run)).toBe(3);
    expect(await world.existing()).toEqual(before);
  });

  it("locks no copy if the caller is not allowed to remove the lock", async () => {
    const run = await world.run({
      twist: (call, pass) =>
        call.name === "UnlockSnapshot" ? Promise.reject(ec2Refusal("UnauthorizedOperation", "no")) : pass(),
    });
    expect(run.calls.filter(({ name, input }) => name === "LockSnapshot" && input.DryRun !== true)).toEqual([]);
    expect(verdicts(run)).toMatchObject({ A14: "unknown", A15: "unknown", A16: "unknown" });
    expect(run.left).toEqual([]);
  });

  it("unlocks and deletes a copy whose lock was set even though the answer was lost", async () => {
    const before = await world.existing();
    const run = await world.run({
      twist: async (call, pass) => {
        const answer = await pass();
        if (call.name === "LockSnapshot" && call.input.DryRun !== true) throw new Error("reset");
        return answer;
      },
    });
    expect(verdicts(run)).toMatchObject({ A14: "unknown", A15: "unknown" });
    expect(await world.existing()).toEqual(before);
  });

  it("deletes a snapshot whose answer was lost, finding it by the run's tag", async () => {
    const before = await world.existing();
    const run = await world.run({
      twist: async (call, pass) => {
        const answer = await pass();
        if (call.name === "CreateSnapshot") throw new Error("socket hang up");
        return answer;
      },
    });
    expect(run.results[0]?.seen).toContain("socket hang up");
    expect(await world.existing()).toEqual(before);
  });

  it("names what it could not delete, with the command to do so", async () => {
    const run = await world.run({
      twist: (call, pass) =>
        call.name === "DeleteVolume" ? Promise.reject(ec2Refusal("UnauthorizedOperation", "no")) : pass(),
    });
    const [left] = run.left;
    expect(run.left).toHaveLength(1);
    expect(left?.command).toBe(`aws ec2 delete-volume --region us-east-1 --volume-id ${left?.id ?? ""}`);
    expect(exitCodeOf(run)).toBe(3);
  });
});

describe("verify:aws before it makes anything", () => {
  const options = { stack: "dev", timeoutMinutes: 30, yes: true, json: false };

  it("refuses if no key is found by the stack's alias, and names the option", async () => {
    const wanted = wantedOf({ ...options, drRegion: "eu-west-1" });
    await expect(findTarget(world.clients, wanted)).rejects.toThrow(
      /alias\/smart-vault-dev in eu-west-1 could not be read .*Deploy the stack first, or name the key: --dr-key/,
    );
  });

  it("refuses a key that is not enabled", async () => {
    const drKey = await world.disabledKey();
    const wanted = wantedOf({ ...options, drKey });
    await expect(findTarget(world.clients, wanted)).rejects.toThrow("is Disabled: expected Enabled");
  });
});

/** Rows before which, or in which, something is made, locked, unlocked or deleted. */
const CHANGING = ["A1", "A2", "A4", "A5", "A11", "A12", "A14", "A15", "A16", "A17"];

describe("verify:aws at Ctrl-C", () => {
  it.each(["making", ...CHANGING])("deletes all that was made when it is interrupted at %s", async (stopAt) => {
    const before = await world.existing();
    const run = await world.run({ stopAt: stopAt === "making" ? stopAt : `${stopAt}:` });
    expect(run.interrupted).toBe(true);
    expect(exitCodeOf(run)).toBe(130);
    expect(await world.existing()).toEqual(before);
  });
});
