/** `verify:aws` on an emulator that answers as AWS's documents say. Method: the run in this process, moto behind the SDK. */
import { exitCodeOf } from "../../src/verify/report";
import { CHECKS } from "../../src/verify/run";
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

/** What a call deletes, unlocks or changes by id. */
function touchedBy({ calls }: Outcome): string[] {
  const writes = calls.filter(({ name, input }) => !/^(Describe|Create|Copy)/.test(name) && input.DryRun !== true); // prettier-ignore
  return writes.map(({ input }) => String(input.SnapshotId ?? input.VolumeId));
}

describe("verify:aws where AWS behaves as assumed", () => {
  it("confirms every row, and leaves nothing", async () => {
    const before = await world.existing();
    const run = await world.run();
    expect(run.results.filter(({ verdict }) => verdict !== "confirmed")).toEqual([]);
    expect(run.results.map(({ id }) => id)).toEqual(IDS);
    expect(exitCodeOf(run)).toBe(0);
    expect(await world.existing()).toEqual(before);
  });

  it("touches nothing that it did not make", async () => {
    const others = await world.existing();
    const run = await world.run();
    const touched = touchedBy(run);
    expect(touched.length).toBeGreaterThan(3);
    expect(touched.filter((id) => others.includes(id))).toEqual([]);
    const made = run.calls.filter(({ name, input }) => /^(Create|Copy)/.test(name) && name !== "CreateTags" && input.DryRun !== true); // prettier-ignore
    for (const { input } of made) expect(JSON.stringify(input.TagSpecifications)).toContain(run.verifyId); // prettier-ignore
  });

  it("can't tell, without a role, what needs the vault's rights", async () => {
    const run = await world.run({ role: false });
    const unknown = ["A2", "A3", "A4", "A5", "A12", "A13"];
    const expected = IDS.map((id) => [id, unknown.includes(id) ? "unknown" : "confirmed"]);
    expect(verdicts(run)).toEqual(Object.fromEntries(expected));
    expect(run.results.find(({ id }) => id === "A4")?.seen).toContain("restoreRoleArns");
    expect(exitCodeOf(run)).toBe(3);
  });
});

describe("verify:aws where something goes wrong", () => {
  it("can't tell anything if it may not make a snapshot, and deletes its volume", async () => {
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

  it("deletes a snapshot whose answer was lost: it is found by the run's tag", async () => {
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

  it("names what it could not delete, with the command", async () => {
    const run = await world.run({
      twist: (call, pass) =>
        call.name === "DeleteVolume"
          ? Promise.reject(ec2Refusal("UnauthorizedOperation", "no"))
          : pass(),
    });
    const [left] = run.left;
    expect(run.left).toHaveLength(1);
    expect(left?.command).toBe(`aws ec2 delete-volume --region us-east-1 --volume-id ${left?.id ?? ""}`); // prettier-ignore
    expect(exitCodeOf(run)).toBe(3);
  });
});

describe("verify:aws at Ctrl-C", () => {
  it.each(["making", ...IDS])(
    "deletes all that is made when it is interrupted at %s",
    async (stopAt) => {
      const before = await world.existing();
      const run = await world.run({ stopAt: stopAt === "making" ? stopAt : `${stopAt}:` });
      expect(run.interrupted).toBe(true);
      expect(exitCodeOf(run)).toBe(130);
      expect(await world.existing()).toEqual(before);
    },
  );
});
