/**
 * Tests night by night that what a change releases waits for its grace or an approval, what is left, and what is
 * mailed.
 */
import { planChanges } from "../../../src/vault/changes/changePlans";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { FLEET, HERE, POLICY, afterNights, counts, edit } from "../../support/editNights";
import { type Nights, startNights } from "../../support/nights";
import { DR, DR2, NOW, instance, keeping, volume } from "../../support/world";

const ANNOUNCED = "deletions-announced";

/** Returns the hashes of the plans that were mailed last, one per region. */
function hashes(nights: Nights, kind = ANNOUNCED): string[] {
  const byRegion = new Map(nights.mailsOf(kind).map((one) => [one.subject.split(" ")[0], one]));
  return [...byRegion.values()].map(({ hint = "" }) => /approvedDeletePlan ([0-9a-f]{16})/.exec(hint)?.[1] ?? "");
}

test("expires steadily without a mail or an approval", () => {
  const nights = afterNights(45);
  expect(counts(nights)).toStrictEqual([30, 30]);
});

test("expires steadily after an edit and then a denser schedule, when nothing is left of what the old one made", () => {
  const days = (count: number) => ({ keep: { within: `${count}d` }, drKeep: { within: "90d" } });
  const weekly = "cron(0 3 ? * SUN *)";
  const nights = startNights({ ...POLICY, schedule: weekly, policies: { true: days(14), gold: days(21) } }, FLEET);
  nights.pass(35, 7 * DAY_MS);
  // The copies are older than the edit, so it is remembered, although no instance is gold.
  edit(nights, { policies: { true: days(14), gold: days(7) } });
  nights.pass(7, 7 * DAY_MS);
  // Until Wednesday.
  nights.pass(3, 3 * DAY_MS);
  edit(nights, { schedule: "cron(0 3,9,15,21 * * ? *)" });
  nights.pass(20, 6 * HOUR_MS);
  expect(nights.mailed).toStrictEqual([]);
});

describe("retentionDays from 30 to 3", () => {
  test("deletes nothing during the grace, is mailed once per region, and then leaves three days", () => {
    const nights = afterNights(31);
    edit(nights, { policies: keeping(3) });
    nights.pass(7);
    expect(counts(nights)).toStrictEqual([30, 30]);
    expect(nights.mailsOf(ANNOUNCED).map(({ subject }) => subject.split(" ")[0])).toStrictEqual([HERE, DR.region]);
    nights.pass(2);
    expect(counts(nights)).toStrictEqual([3, 3]);
    expect(nights.mailed).toHaveLength(2);
  });

  test("is applied at once if a person approves the plans, even after another night's expiry", () => {
    const nights = afterNights(31);
    edit(nights, { policies: keeping(3) });
    nights.pass(2);
    edit(nights, { approvedDeletePlan: hashes(nights) });
    nights.pass(1);
    expect(counts(nights)).toStrictEqual([3, 3]);
    expect(nights.mailed).toHaveLength(2);
  });

  test("loses nothing if it is reverted, and the same edit later has its own grace", () => {
    const nights = afterNights(31);
    edit(nights, { policies: keeping(3) });
    nights.pass(5);
    edit(nights, { policies: keeping(30) });
    nights.pass(5);
    expect(counts(nights)).toStrictEqual([30, 30]);
    edit(nights, { policies: keeping(3) });
    nights.pass(7);
    expect(counts(nights)).toStrictEqual([30, 30]);
    expect(nights.mailed).toHaveLength(4);
  });

  test("starts its grace with the mail that SNS accepted", () => {
    const nights = afterNights(31);
    nights.mailWorks = false;
    edit(nights, { policies: keeping(3) });
    nights.pass(10);
    nights.mailWorks = true;
    nights.pass(7);
    expect(counts(nights)).toStrictEqual([30, 30]);
    nights.pass(2);
    expect(counts(nights)).toStrictEqual([3, 3]);
  });

  test("loses nothing when combined with a second DR region", () => {
    const nights = afterNights(31);
    edit(nights, { policies: keeping(3), dr: [DR, DR2] });
    nights.pass(7);
    expect(counts(nights, "i-1", [HERE, DR.region])).toStrictEqual([30, 30]);
    edit(nights, { dr: [DR2] });
    nights.pass(2);
    expect(nights.slots("i-1", DR.region)).toHaveLength(30);
  });

  test("names copies under a former key too if the DR region gets another key with it", () => {
    const nights = afterNights(31);
    edit(nights, { policies: keeping(3), dr: [{ ...DR, keyArn: `${DR.keyArn}-of-now` }] });
    nights.pass(1);
    const named = nights
      .mailsOf(ANNOUNCED)
      .map(({ subject, message }) => [subject.split(" ")[0], /delete (\d+)/.exec(message)?.[1]]);
    expect(named).toStrictEqual([
      [HERE, "30"],
      [DR.region, "30"],
    ]);
    nights.pass(6);
    // The new copies are younger than the former ones, so none has expired since.
    expect(counts(nights)).toStrictEqual([30, 37]);
    nights.pass(2);
    expect(counts(nights)).toStrictEqual([3, 3]);
  });

  test("counts as one change if made in small steps, and each step has its own grace", () => {
    const nights = afterNights(31);
    for (const days of [20, 12, 7, 3]) {
      edit(nights, { policies: keeping(days) });
      nights.pass(1);
    }
    nights.pass(3);
    expect(counts(nights)).toStrictEqual([30, 30]);
    nights.pass(8);
    expect(counts(nights)).toStrictEqual([3, 3]);
  });

  test("keeps everything after the timer is lost, until a mail about that is as old as the grace", () => {
    const nights = afterNights(31);
    nights.loseClock();
    edit(nights, { policies: keeping(3) });
    nights.pass(7);
    expect(counts(nights)).toStrictEqual([37, 37]);
    nights.pass(2);
    expect(counts(nights)).toStrictEqual([3, 3]);
  });
});

test("keeps the two weeks of keep.last 14 until the grace is over after a daily schedule becomes hourly", () => {
  const policies = { true: { keep: { last: 14 }, drKeep: { last: 14 } } };
  const nights = afterNights(20, { ...POLICY, policies });
  const before = nights.slots("i-1", HERE);
  edit(nights, { schedule: "cron(0 * * * ? *)" });
  nights.pass(2, HOUR_MS);
  // One point of each day still counts for the daily schedule, so the oldest expire as they would have.
  expect(nights.slots("i-1", HERE)).toStrictEqual(expect.arrayContaining(before.slice(2)));
  expect(nights.mailsOf(ANNOUNCED).length).toBeGreaterThan(0);
  nights.pass(7, HOUR_MS);
  expect(counts(nights)).toStrictEqual([14, 14]);
});

test("keeps the two weeks of keep.last 14 after a schedule was hourly for a day and is daily again", () => {
  const policies = { true: { keep: { last: 14 }, drKeep: { last: 14 } } };
  const nights = afterNights(20, { ...POLICY, policies });
  const before = nights.slots("i-1", HERE);
  edit(nights, { schedule: "cron(0 * * * ? *)" });
  nights.pass(1, HOUR_MS);
  edit(nights, { schedule: POLICY.schedule });
  nights.pass(6);
  expect(nights.slots("i-1", HERE)).toStrictEqual(expect.arrayContaining(before.slice(7)));
});

describe("an instance's tag", () => {
  const policies = {
    gold: { keep: { retentionDays: 14 }, drKeep: { retentionDays: 14 } },
    lead: { keep: { retentionDays: 2 }, drKeep: { retentionDays: 2 } },
  };
  const tagged = (value: string) => [instance("i-1", [volume("vol-1")], { Backup: value })];

  test("that names a shorter policy shortens nothing before its grace is over", () => {
    const nights = afterNights(20, { ...POLICY, policies }, tagged("gold"));
    nights.instances = tagged("lead");
    nights.pass(6);
    expect(counts(nights)).toStrictEqual([14, 14]);
    expect(nights.mailsOf(ANNOUNCED)).toHaveLength(2);
    nights.pass(3);
    expect(counts(nights)).toStrictEqual([2, 2]);
  });

  test("deletes nothing if the policy that it names is removed", () => {
    const nights = afterNights(20, { ...POLICY, policies }, tagged("gold"));
    edit(nights, {
      policies: { True: { keep: { retentionDays: 1 }, drKeep: { retentionDays: 1 } } },
    });
    nights.pass(30);
    expect(counts(nights)).toStrictEqual([44, 44]);
  });
});

test("gives a policy that is removed and comes back shorter its own grace", () => {
  const gold = (retentionDays: number) => ({ keep: { retentionDays }, drKeep: { retentionDays } });
  const fleet = [instance("i-1", [volume("vol-1")], { Backup: "gold" })];
  const nights = afterNights(20, { ...POLICY, policies: { gold: gold(30) } }, fleet);
  edit(nights, { policies: { True: gold(7) } });
  nights.pass(1);
  edit(nights, { policies: { gold: gold(3) } });
  nights.pass(7);
  expect(counts(nights)).toStrictEqual([28, 28]);
  expect(nights.mailsOf(ANNOUNCED)).toHaveLength(2);
  nights.pass(2);
  expect(counts(nights)).toStrictEqual([3, 3]);
});

test("announces nothing for a new policy", () => {
  const std = { keep: { retentionDays: 5 }, drKeep: { retentionDays: 5 } };
  const nights = afterNights(10, { ...POLICY, policies: { true: std } });
  edit(nights, { policies: { true: std, gold: std } });
  nights.instances = [...FLEET, instance("i-3", [volume("vol-7")], { Backup: "gold" })];
  nights.pass(20);
  expect(counts(nights, "i-3")).toStrictEqual([5, 5]);
  expect(nights.mailed).toStrictEqual([]);
});

describe("an instance that is no longer backed up", () => {
  const two = [...FLEET, instance("i-2", [volume("vol-3")])];

  test.each(["keep-last", "expire"] as const)(
    "with orphans %s keeps everything until orphanDays after the first run that missed it",
    (orphans) => {
      const policy = {
        ...POLICY,
        orphans,
        orphanDays: 10,
        policies: { true: { keep: { last: 20 }, drKeep: { last: 20 } } },
      };
      const nights = afterNights(20, policy, two);
      nights.instances = FLEET;
      nights.pass(10);
      expect(counts(nights, "i-2")).toStrictEqual([20, 20]);
      expect(nights.mailsOf(ANNOUNCED)).toHaveLength(2);
      expect(nights.mailsOf(ANNOUNCED)[0]?.message).toContain("i-2: ");
      nights.pass(2);
      const left = orphans === "expire" ? 0 : 1;
      expect(counts(nights, "i-2")).toStrictEqual([left, left]);
      expect(nights.mailsOf(ANNOUNCED)).toHaveLength(2);
    },
  );

  test("is not an orphan if nothing at all is left to back up, because mistaken tags are more likely", () => {
    const policy = { ...POLICY, orphans: "expire" as const, orphanDays: 3 };
    const nights = afterNights(20, policy);
    nights.instances = FLEET.map((one) => ({
      ...one,
      volumes: one.volumes.map((each) => ({ ...each, tags: { Backup: "exclude" } })),
    }));
    nights.pass(20);
    expect(nights.mailsOf(ANNOUNCED)).toStrictEqual([]);
    expect(counts(nights)).toStrictEqual([10, 10]);
    nights.pass(20);
    expect(counts(nights)).toStrictEqual([1, 1]);
  });

  test("is not an orphan once it is found again, and its days start again", () => {
    const policy = { ...POLICY, orphanDays: 5, policies: { true: { keep: { last: 20 }, drKeep: { last: 20 } } } };
    const nights = afterNights(20, policy, two);
    nights.instances = FLEET;
    nights.pass(4);
    nights.instances = two;
    nights.pass(1);
    nights.instances = FLEET;
    nights.pass(5);
    expect(counts(nights, "i-2")).toStrictEqual([20, 20]);
  });
});

test("keeps copies for as long as the DR rules do if their instance is lost with the former primary region", () => {
  const policies = { true: { keep: { retentionDays: 7 }, drKeep: { retentionDays: 60 } } };
  const nights = afterNights(40, { ...POLICY, policies });
  const before = nights.slots("i-1", DR.region);
  nights.swapRegions();
  nights.instances = [instance("i-2", [volume("vol-9", { isRoot: true })])];
  nights.pass(50);
  expect(nights.slots("i-1", DR.region)).toStrictEqual(before.slice(30));
  const mailed = nights.mailsOf(ANNOUNCED).filter(({ subject }) => subject.startsWith(DR.region));
  expect(mailed.filter(({ message }) => message.includes("i-1: "))).toStrictEqual([]);
  nights.pass(20);
  expect(nights.slots("i-1", DR.region)).toStrictEqual(before.slice(-1));
});

test("keeps what the DR rules kept after regions are swapped in a failover", () => {
  const policies = { true: { keep: { retentionDays: 7 }, drKeep: { retentionDays: 33 } } };
  const nights = afterNights(40, { ...POLICY, policies });
  expect(counts(nights)).toStrictEqual([7, 33]);
  const before = nights.slots("i-1", DR.region);
  nights.swapRegions();
  nights.pass(10);
  const left = nights.slots("i-1", DR.region).filter((slot) => before.includes(slot));
  expect(left).toStrictEqual(before.slice(10));
});

test("keeps the history of an instance whose root volume is replaced", () => {
  const policies = { true: { keep: { retentionDays: 5, yearly: 7 }, drKeep: { retentionDays: 5, yearly: 7 } } };
  const nights = afterNights(20, { ...POLICY, policies });
  const before = nights.slots("i-1", HERE);
  nights.instances = [instance("i-1", [volume("vol-9", { isRoot: true }), volume("vol-2")])];
  nights.pass(34);
  expect(before.length).toBe(6);
  expect(nights.slots("i-1", HERE).length).toBeGreaterThanOrEqual(6);
});

test("stops at the limit after a clock jump, and stays stopped until a person approves", () => {
  const nights = startNights(POLICY, FLEET);
  nights.pass(20);
  edit(nights, { policies: keeping(30) });
  nights.pass(1, 25 * 24 * HOUR_MS);
  nights.pass(3);
  expect(nights.mailsOf("delete-limit-exceeded").length).toBeGreaterThanOrEqual(2);
  expect(nights.slots("i-1", HERE).length).toBeGreaterThanOrEqual(20);
  edit(nights, { approvedDeletePlan: hashes(nights, "delete-limit-exceeded") });
  nights.pass(1);
  expect(nights.slots("i-1", HERE).length).toBeLessThan(10);
});

test("announces 150,000 snapshots of orphans in one mail, within seconds", () => {
  const keys = new Set(["us-east-1 orphan i-1"]);
  const held = Array.from({ length: 150_000 }, (_, n) => ({
    region: HERE,
    snapshotId: `snap-${n}`,
    instanceId: `i-${n % 100}`,
    slot: isoSeconds(NOW - n * HOUR_MS),
    keys,
    fresh: keys,
    endMs: NOW + 7 * DAY_MS,
  }));
  const startMs = performance.now();
  const { problems } = planChanges(held, new Map(), { memory: undefined, known: new Map() }, POLICY);
  expect(problems.map(({ kind }) => kind)).toStrictEqual([ANNOUNCED]);
  expect(problems[0]?.message).toContain("will delete 150000 recovery points in us-east-1");
  expect(performance.now() - startMs).toBeLessThan(10_000);
});
