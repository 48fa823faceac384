/**
 * Goal: a mistaken edit of the retention deletes nothing, and a person who means it can have it carried out.
 * Method: the real command, whose stack is deployed again and again in the same emulated account.
 */
import { join } from "node:path";
import { renderEdits } from "../../src/local/editTable";
import type { Rehearsal } from "../../src/local/tables";
import { run } from "../support/npmStart";

const FLEET = join(__dirname, "..", "..", "examples", "one-instance.json");

describe("npm start with three days' retention edited to one, then allowed, then to nine", () => {
  let ended: Awaited<ReturnType<typeof run>>;
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    const edits = ["retentionDays=1", "allowDeletePlan=mailed", "retentionDays=9"];
    const history = ["--inventory", FLEET, "--nights", "4"];
    ended = await run("--json", ...history, ...edits.flatMap((edit) => ["--edit", edit]));
    rehearsal = JSON.parse(ended.out) as Rehearsal;
  }, 240_000);

  it("warns of the edit that contradicts the schedule while it holds, as `pulumi up` does", () => {
    const single =
      "smart-vault-dev: retentionDays=1 with schedule cron(0 3 * * ? *) keeps as few as 1 recovery point of a volume, the oldest at most 1 day old: ";
    const deployments = ended.err.split("the stack is deployed again");
    const isWarned = deployments.map((lines) => lines.includes(single));
    expect(isWarned).toEqual([false, true, true, false]);
  });

  it("deletes nothing at first, in either region, and says what would have gone", () => {
    const [mistake] = rehearsal.edits;
    expect(mistake?.edit).toBe("retentionDays=1");
    expect(mistake?.regions).toMatchObject([
      { region: "us-east-1", deleted: 0, stopped: { wouldDelete: 2, points: 3 } },
      { region: "us-west-2", deleted: 0, stopped: { wouldDelete: 2, points: 3 } },
    ]);
    expect(rehearsal.nights[4]?.deletions).toBe(0);
  });

  it("mails the plan, its reasons, why it is too much, and the hash that allows it", () => {
    const [mail] = rehearsal.mails;
    // The deployment was after the sweep of six o'clock.
    expect(mail?.at.slice(0, 16)).toBe(`${rehearsal.edits[0]!.deployedAt.slice(0, 11)}07:00`);
    expect(mail?.subject).toBe("smart-vault-dev: backup incomplete, 2 problems");
    for (const { region, stopped } of rehearsal.edits[0]!.regions) {
      expect(mail?.body).toContain(
        `pruning would delete 2 of 3 recovery points in ${region} (67 %, maxDeletePercent is 50): none was deleted. The plan ${stopped?.plan ?? ""}: snap-`,
      );
      expect(mail?.body).toContain(`config set allowDeletePlan ${stopped?.plan ?? ""}\``);
    }
    expect(mail?.body.match(/2\.2 days old, kept for 1 day;/g)).toHaveLength(2);
  });

  it("carries the plan out when the hashes that were mailed are allowed", () => {
    const [, meant] = rehearsal.edits;
    // Three of the plan, and one that is a day old in the next night.
    expect(meant?.regions).toEqual([
      { region: "us-east-1", deleted: 4 },
      { region: "us-west-2", deleted: 4 },
    ]);
  });

  it("deletes nothing for a longer retention, which counts for what is still there", () => {
    expect(rehearsal.edits[2]?.regions.map(({ deleted }) => deleted)).toEqual([0, 0]);
    expect(rehearsal.explained?.points.map(({ reason }) => reason)).toEqual([
      ...Array<string>(2).fill("within 9 days, the newest of vol-0a10000000000000a"),
      ...Array<string>(2).fill("within 9 days"),
    ]);
  });

  it("shows all that in a table", () => {
    const words = renderEdits(rehearsal.edits)
      .join("\n")
      .replace(/[│\s]+/g, " ");
    const { plan = "" } = rehearsal.edits[0]?.regions[0]?.stopped ?? {};
    expect(words).toContain(
      ` retentionDays=1 us-east-1 2 of 3 0 stopped the plan ${plan}: 67 %, maxDeletePercent is 50`,
    );
    expect(words).toContain(" allowDeletePlan=mailed us-east-1 4 4 us-west-2 4 4 ");
  });

  it("leaves the DR key alone then, and ends 0", () => {
    expect(ended.err).toContain("edit 2 of 3, allowDeletePlan=mailed: the stack is deployed again");
    expect(ended.err).not.toContain("takes the vault's role out");
    expect(rehearsal.nights).toHaveLength(7);
    expect(ended.code).toBe(0);
  });
});

describe("npm start with a bad edit", () => {
  it.each([
    [
      ["retentionDays=9", "retentionDay=1"],
      "the configuration of stack dev has mistakes:\n  retentionDay: unknown key, expected retentionDays",
    ],
    [
      ["drRegion=eu-west-1"],
      '--edit: expected the regions to stay as they are, got "drRegion=eu-west-1"',
    ],
  ])("ends 2 and starts nothing: %j", async (edits, message) => {
    const { code, out, err } = await run(...edits.flatMap((edit) => ["--edit", edit]));
    expect(err.trim()).toBe(`npm start: ${message}`);
    expect([code, out]).toEqual([2, ""]);
  });
});
