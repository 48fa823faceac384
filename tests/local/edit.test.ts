/**
 * Tests that a mistaken edit of the retention deletes nothing, that a person who means it can have it applied, and that
 * each edit shows its effects. Method: the real command, whose stack is deployed again and again in the same emulated
 * account.
 */
import { join } from "node:path";
import { renderEdits } from "../../src/local/print/editTable";
import type { Rehearsal } from "../../src/local/print/tables";
import { run } from "../support/npmStart";

const FLEET = join(__dirname, "..", "..", "examples", "one-instance.json");
const NOTHING = { recoveryPoints: 0, snapshots: 0, gib: 0 };
/** Returns the text for some recovery points of the one instance, whose volume has 8 GiB. */
const points = (count: number) => ({ recoveryPoints: count, snapshots: count, gib: 8 * count });

describe("npm start with retention edited from three days to one, then approved, then edited to nine", () => {
  let ended: Awaited<ReturnType<typeof run>>;
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    const edits = ["retentionDays=1", "approvedDeletePlan=mailed", "retentionDays=9"];
    const history = ["--inventory", FLEET, "--nights", "4"];
    ended = await run("--json", ...history, ...edits.flatMap((edit) => ["--edit", edit]));
    rehearsal = JSON.parse(ended.out) as Rehearsal;
  }, 240_000);

  it("warns of the edit that contradicts the schedule while it applies, as `pulumi up` does", () => {
    const single =
      "smart-vault-dev: retentionDays=1 with schedule cron(0 3 * * ? *) keeps as few as 1 recovery point of a volume, the oldest at most 1 day old: ";
    const deployments = ended.err.split("the stack is deployed again");
    const isWarned = deployments.map((lines) => lines.includes(single));
    expect(isWarned).toEqual([false, true, true, false]);
  });

  it("deletes only what was due anyway, in either region, and says when the rest is deleted", () => {
    const [mistake] = rehearsal.edits;
    const mailedMs = Date.parse(`${mistake!.deployedAt.slice(0, 11)}07:00:00Z`);
    // A slow machine mails a second later.
    const minute = new Date(mailedMs + 7 * 86_400_000).toISOString().slice(0, 17);
    const from = expect.stringContaining(minute) as string;
    expect(mistake?.edit).toBe("retentionDays=1");
    const one = { dueAtOnce: NOTHING, deleted: points(1), kept: points(3), waiting: [{ ...points(2), from }] };
    expect(mistake?.regions).toMatchObject([
      { region: "us-east-1", role: "primary", ...one },
      { region: "us-west-2", role: "dr", ...one },
    ]);
    expect(mistake?.regions.map(({ stopped }) => stopped)).toEqual([undefined, undefined]);
    expect(rehearsal.nights[4]?.deletions).toBe(2);
  });

  it("mails once what waits, when it is deleted, and the hash that approves it", () => {
    const [mail, ...others] = rehearsal.mails;
    // The deployment was after the sweep of six o'clock.
    expect(mail?.at.slice(0, 16)).toBe(`${rehearsal.edits[0]!.deployedAt.slice(0, 11)}07:00`);
    expect(mail?.subject).toBe("smart-vault-dev: deletions are announced, and 1 more");
    for (const { region, waiting } of rehearsal.edits[0]!.regions) {
      const { plan = "", from = "" } = waiting[0] ?? {};
      expect(mail?.body).toContain(
        `the vault will delete 2 recovery points in ${region} that it kept before a change: 2 recovery points from ${from.slice(0, 16)}Z on, since the stack's settings changed`,
      );
      expect(mail?.body).toContain(`config set approvedDeletePlan ${plan} && npx pulumi up`);
    }
    expect(others).toEqual([]);
  });

  it("applies the plan when the mailed hashes are approved", () => {
    const [, meant] = rehearsal.edits;
    // Two of the plan, and one that is a day old on the next night.
    const one = { dueAtOnce: points(2), deleted: points(3), kept: points(1), waiting: [] };
    expect(meant?.regions).toMatchObject([
      { region: "us-east-1", ...one },
      { region: "us-west-2", ...one },
    ]);
  });

  it("deletes nothing for a longer retention, which applies to what is still there", () => {
    expect(rehearsal.edits[2]?.regions.map(({ deleted }) => deleted)).toEqual([NOTHING, NOTHING]);
    expect(rehearsal.explained?.points.map(({ reason }) => reason)).toEqual([
      ...Array<string>(2).fill("within 9 days, the newest of i-0a10000000000000a"),
      ...Array<string>(2).fill("within 9 days"),
    ]);
  });

  it("says what each edit costs or saves a month", () => {
    const costs = rehearsal.edits.map(({ cost }) => [cost.monthlyUsd, cost.onceUsd]);
    // 8 GiB in two regions at 0.05 USD, of which 5 % change per day: two days less, then eight days more than one.
    expect(costs).toEqual([
      [-0.08, 0],
      [0, 0],
      [0.32, 0],
    ]);
  });

  it("shows all of that in two tables", () => {
    const words = renderEdits(rehearsal.edits, rehearsal.stack)
      .join("\n")
      .replace(/[│\s]+/g, " ");
    const { plan = "", from = "" } = rehearsal.edits[0]?.regions[0]?.waiting[0] ?? {};
    expect(words).toContain(
      ` retentionDays=1 us-east-1 0 2 (16 GiB) from ${from.slice(0, 16)}Z, plan ${plan} 1 (8 GiB) 3 (24 GiB) `,
    );
    expect(words).toContain(
      " approvedDeletePlan=mailed us-east-1 2 (16 GiB) 3 (24 GiB) 1 (8 GiB) us-west-2 2 (16 GiB) ",
    );
    expect(words).toContain("if 5 % of their blocks change per day");
  });

  it("leaves the DR key alone, and ends 0", () => {
    expect(ended.err).toContain("edit 2 of 3, approvedDeletePlan=mailed: the stack is deployed again");
    expect(ended.err).not.toContain("takes the vault's role out");
    expect(rehearsal.nights).toHaveLength(7);
    expect(ended.code).toBe(0);
  });
});

describe("npm start with a limit that stops, regions that change, and another tag", () => {
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    const { out } = await run(
      ...["--json", "--nights", "4", "--edit", "maxDeletePercent=10"],
      ...["--edit", "approvedDeletePlan=mailed", "--and", "maxDeletePercent=50"],
      ...["--edit", "drRegion=", "--and", 'drRegions=["us-west-2","eu-west-1"]'],
      ...["--edit", 'drRegions=["eu-west-1"]', "--edit", "tagKey=Name", "--and", "tagValue=scratch-1"],
    );
    rehearsal = JSON.parse(out) as Rehearsal;
  }, 240_000);

  it("reports what the limit stopped, and deletes it when the mailed plans are approved", () => {
    const [stopped, approved] = rehearsal.edits;
    const due = { recoveryPoints: 6, snapshots: 10, gib: 1160 };
    for (const region of [0, 1]) {
      expect(stopped?.regions[region]).toMatchObject({ deleted: NOTHING, stopped: { ...due, of: 24 } });
      expect(approved?.regions[region]).toMatchObject({ dueAtOnce: due, waiting: [] });
      expect(approved?.regions[region]?.stopped).toBeUndefined();
    }
    expect(approved?.edit).toBe("approvedDeletePlan=mailed and maxDeletePercent=50");
  });

  it("copies to a region that is added, and evaluates that night by its alarms", () => {
    const [, , added] = rehearsal.edits;
    expect(added?.edit).toBe('drRegion= and drRegions=["us-west-2","eu-west-1"]');
    expect(added?.regions.map(({ region }) => region)).toEqual(["us-east-1", "us-west-2", "eu-west-1"]);
    expect(added?.regions[2]?.kept.recoveryPoints).toBeGreaterThanOrEqual(24);
    // The first copies: 1,160 GiB at 0.02 USD.
    expect(added?.cost.onceUsd).toBe(23.2);
    expect(added?.cost.monthlyUsd).toBeGreaterThan(0);
    const watched = rehearsal.alarms.filter(({ name }) => name.endsWith("-eu-west-1"));
    expect(watched.length).toBeGreaterThan(0);
    const from = watched.flatMap(({ episodes }) => episodes.map((one) => one.from));
    expect(from.filter((at) => at < added!.deployedAt)).toEqual([]);
    // Copies of what had been there for days were overdue at first, and a night has the alarms that were deployed in it.
    expect(added?.alarms).toContain("smart-vault-dev-overdue-eu-west-1");
    const nights = rehearsal.nights.slice(0, 6).flatMap(({ alarms }) => alarms);
    expect(nights.filter((name) => name.endsWith("-eu-west-1"))).toEqual([]);
  });

  it("leaves what is in a region that is removed, and drops its alarms", () => {
    const removed = rehearsal.edits[3];
    const left = removed?.regions.at(-1);
    expect(left).toMatchObject({ region: "us-west-2", role: "left", deleted: NOTHING });
    expect(left?.kept.recoveryPoints).toBeGreaterThanOrEqual(18);
    expect(removed?.notes).toEqual([
      expect.stringContaining("the copies in us-west-2 are kept, and the vault deletes none of them"),
    ]);
    // The audit log moved to the first DR region of now, whose key must allow that.
    expect(rehearsal.mails.filter(({ body }) => body.includes("the audit log is incomplete"))).toEqual([]);
    const gone = rehearsal.alarms.filter(({ name }) => name.endsWith("-us-west-2"));
    expect(gone.map(({ leftAt }) => leftAt)).toEqual(gone.map(() => removed?.deployedAt));
    expect(gone.length).toBeGreaterThan(0);
  });

  it("names the instances that another tag adds and drops, and how much is newly included", () => {
    const instances = rehearsal.edits[4]?.instances;
    expect(instances?.in).toEqual([{ instanceId: "i-01700000000000001", name: "scratch-1", gib: 8 }]);
    expect(instances?.out.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["web-1", "db-1", "batch-1", "cache-1", "cluster-1", "cluster-2"]),
    );
    expect(instances).toMatchObject({ newlyIncludedGib: 8, droppedGib: 1160 });
  });
});

describe("npm start with a bad edit", () => {
  it.each([
    [
      ["--edit", "retentionDays=9", "--edit", "retentionDay=1"],
      "npm start: the configuration of stack dev has mistakes:\n  retentionDay: unknown key, expected retentionDays",
    ],
    [
      ["--edit", "drRegion=us-east-1"],
      "npm start: the configuration of stack dev has mistakes:\n  drRegion: expected a region other than aws:region, got us-east-1 for both",
    ],
    [
      ["--edit", "smartvault:retentionDays=9"],
      'npm start: --edit: expected a key of smart-vault, aws, pulumi, got "smartvault:retentionDays"',
    ],
    [
      ["--edit", "aws:region=cn-north-1", "--and", "drRegion=cn-northwest-1"],
      "npm start: the configuration of stack dev has mistakes:\n  aws:region: expected a region of the AWS partition aws, got cn-north-1, which is in aws-cn: EventBridge hands no event to another region there, so nobody would be notified when a key is disabled",
    ],
    [
      ["--and", "retentionDays=9"],
      "error: option '--and <key=value>' argument 'retentionDays=9' is invalid. expected an --edit before it.",
    ],
    [
      ["--edit", "retentionDays=9", "--daily-change", "many"],
      "error: option '--daily-change <percent>' argument 'many' is invalid. expected a number from 0 to 100.",
    ],
  ])("ends 2 and starts nothing: %j", async (edits, message) => {
    const { code, out, err } = await run(...edits);
    expect(err.trim()).toBe(message);
    expect([code, out]).toEqual([2, ""]);
  });
});

it("plays the run of each rate, which Scheduler counts from when the rate was set", async () => {
  const edits = ["schedule=rate(12 hours)", "schedule=rate(2 days)"].flatMap((edit) => ["--edit", edit]);
  const { out } = await run("--json", "--inventory", FLEET, "--nights", "1", ...edits);
  const { nights } = JSON.parse(out) as Rehearsal;
  expect(nights.map(({ snapshots, copies }) => [snapshots, copies])).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
}, 240_000);
