/**
 * Tests night by night that a mail about a change keeps its promise: nothing of it is deleted before its date, and
 * nothing at all if the change is undone. That holds whatever else happens meanwhile.
 */
import { FLEET, HERE, POLICY, afterNights, counts, edit } from "../../support/editNights";
import { type Nights, startNights } from "../../support/nights";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import { DR, instance, keeping, volume } from "../../support/world";

const ANNOUNCED = "deletions-announced";
const WEEKLY = "cron(0 3 ? * SUN *)";
const HOURLY = "cron(0 * * * ? *)";
const LAST_14 = { true: { keep: { last: 14 }, drKeep: { last: 14 } } };

/** Returns the slots that an instance had and still has. */
function left(nights: Nights, before: readonly string[], region = HERE): string[] {
  return nights.slots("i-1", region).filter((slot) => before.includes(slot));
}

/** Returns the hashes of the plans that the deletion limit stopped, one per region. */
function hashes(nights: Nights): string[] {
  const byRegion = new Map(nights.mailsOf("delete-limit-exceeded").map((one) => [one.subject.split(" ")[0], one]));
  return [...byRegion.values()].map(({ subject }) => subject.split(" ")[1] ?? "");
}

/** Returns the dates in the mails about changes, as `<region> <date>`. */
function promised(nights: Nights): string[] {
  return nights
    .mailsOf(ANNOUNCED)
    .flatMap(({ subject, message }) =>
      [...message.matchAll(/ from (\d{4}-\d{2}-\d{2})T/g)].map(([, day]) => `${subject.split(" ")[0]} ${day}`),
    );
}

describe("an edit is remembered although a DR region cannot be read for a while", () => {
  test("before its mail, so that the mail is sent", () => {
    const nights = afterNights(50, { ...POLICY, policies: keeping(7, 90) });
    edit(nights, { policies: keeping(7, 60) });
    nights.pass(8);
    nights.unread.add(DR.region);
    nights.sweep();
    nights.unread.clear();
    nights.pass(9);
    expect(counts(nights)).toStrictEqual([7, 67]);
    expect(nights.mailsOf(ANNOUNCED)).toHaveLength(1);
  });

  test("after its mail, so that the copies stay until the date in it", () => {
    const nights = afterNights(91, { ...POLICY, policies: keeping(3, 90) });
    edit(nights, { policies: keeping(3, 60) });
    nights.pass(4);
    nights.unread.add(DR.region);
    nights.sweep();
    nights.unread.clear();
    nights.pass(3);
    expect(counts(nights)).toStrictEqual([3, 90]);
    nights.pass(2);
    expect(counts(nights)).toStrictEqual([3, 60]);
  });
});

describe("undoing a denser schedule", () => {
  /** Plays twenty weeks of a weekly schedule, and two days of an hourly one. */
  function afterTwoDaysOfHours() {
    const nights = startNights({ ...POLICY, schedule: WEEKLY, policies: LAST_14 }, FLEET);
    nights.pass(140, 7 * DAY_MS);
    const before = nights.slots("i-1", HERE);
    edit(nights, { schedule: HOURLY });
    nights.pass(2, HOUR_MS);
    return { nights, before };
  }

  test("saves what its mail named, also after the date in it", () => {
    const { nights, before } = afterTwoDaysOfHours();
    edit(nights, { schedule: WEEKLY });
    nights.pass(5, 5 * DAY_MS);
    nights.pass(14, 7 * DAY_MS);
    // Two weekly runs were made since, and two of the hourly ones count for the times between.
    expect(left(nights, before).length).toBeGreaterThanOrEqual(11);
    nights.pass(49, 7 * DAY_MS);
    expect(left(nights, before).length).toBeGreaterThanOrEqual(4);
    nights.pass(70, 7 * DAY_MS);
    expect(left(nights, before)).toStrictEqual([]);
  });

  test("makes it another change if it is made again, with its own mail", () => {
    const { nights, before } = afterTwoDaysOfHours();
    edit(nights, { schedule: WEEKLY });
    nights.pass(12, 6 * DAY_MS);
    const mails = nights.mailsOf(ANNOUNCED).length;
    edit(nights, { schedule: HOURLY });
    nights.pass(6, HOUR_MS);
    expect(left(nights, before).length).toBeGreaterThanOrEqual(10);
    expect(nights.mailsOf(ANNOUNCED).length).toBeGreaterThan(mails);
    nights.pass(3, HOUR_MS);
    expect(left(nights, before)).toStrictEqual([]);
  });

  test("saves what was made until it was undone, if the mail named that", () => {
    const nights = afterNights(20, { ...POLICY, policies: LAST_14 });
    edit(nights, { schedule: HOURLY });
    nights.mailWorks = false;
    nights.pass(3, HOUR_MS);
    nights.mailWorks = true;
    nights.pass(1, HOUR_MS);
    const daily = nights.slots("i-1", HERE).filter((slot) => slot.includes("T03:"));
    edit(nights, { schedule: POLICY.schedule });
    nights.pass(9);
    expect(left(nights, daily)).toStrictEqual(daily.slice(-5));
  });

  test("keeps what the rules of today keep if they are shorter by then, and what they release is mailed", () => {
    const { nights, before } = afterTwoDaysOfHours();
    edit(nights, { schedule: WEEKLY, policies: { true: { keep: { last: 10 }, drKeep: { last: 10 } } } });
    nights.pass(5, 5 * DAY_MS);
    nights.pass(14, 7 * DAY_MS);
    expect(left(nights, before).length).toBeGreaterThanOrEqual(6);
    expect(left(nights, before).length).toBeLessThan(10);
  });
});

describe("a tag change that is made again", () => {
  const policies = {
    gold: { keep: { retentionDays: 60 }, drKeep: { retentionDays: 60 } },
    lead: { keep: { retentionDays: 35 }, drKeep: { retentionDays: 35 } },
  };
  const tagged = (value: string) => [instance("i-1", [volume("vol-1", { isRoot: true })], { Backup: value })];

  /** Plays nights under each tag; from the return to gold on, the DR region is unread until the last nights. */
  function afterTagsOf(lasts: Record<"lead" | "gold" | "leadAgain" | "readAgain", number>): Nights {
    const nights = afterNights(50, { ...POLICY, policies }, tagged("gold"));
    nights.instances = tagged("lead");
    nights.pass(lasts.lead);
    nights.instances = tagged("gold");
    nights.unread.add(DR.region);
    nights.pass(lasts.gold);
    nights.instances = tagged("lead");
    nights.pass(lasts.leadAgain);
    nights.unread.clear();
    nights.pass(lasts.readAgain);
    return nights;
  }

  test("gets its own mail in a DR region that was unread all the while", () => {
    const nights = afterTagsOf({ lead: 2, gold: 4, leadAgain: 3, readAgain: 3 });
    expect(counts(nights)[1]).toBeGreaterThanOrEqual(52);
    expect(promised(nights).filter((one) => one.startsWith(DR.region))).toHaveLength(2);
  });

  test("gets its own mail, although a DR region was unread when it was undone", () => {
    const nights = afterTagsOf({ lead: 5, gold: 1, leadAgain: 1, readAgain: 2 });
    expect(counts(nights)[0]).toBe(59);
    expect(counts(nights)[1]).toBeGreaterThanOrEqual(57);
  });
});

describe("editGraceDays", () => {
  test("lowered after a mail does not bring its date forward", () => {
    const nights = afterNights(31, { ...POLICY, editGraceDays: 30 });
    edit(nights, { policies: keeping(15) });
    nights.pass(2);
    edit(nights, { editGraceDays: 1 });
    nights.pass(27);
    expect(counts(nights)).toStrictEqual([30, 30]);
    nights.pass(3);
    expect(counts(nights)).toStrictEqual([15, 15]);
  });

  test("raised after a mail postpones its date", () => {
    const nights = afterNights(31, { ...POLICY, editGraceDays: 3 });
    edit(nights, { policies: keeping(15) });
    nights.pass(2);
    edit(nights, { editGraceDays: 10 });
    nights.pass(7);
    expect(counts(nights)).toStrictEqual([30, 30]);
    nights.pass(3);
    expect(counts(nights)).toStrictEqual([15, 15]);
  });

  test("longer than the retention holds what was made since the edit until the date in the mail", () => {
    const nights = afterNights(20, { ...POLICY, editGraceDays: 30, policies: keeping(7) });
    edit(nights, { policies: keeping(4) });
    nights.pass(29);
    expect(counts(nights)).toStrictEqual([7, 7]);
    nights.pass(3);
    expect(counts(nights)).toStrictEqual([4, 4]);
  });

  test("longer than the retention starts once SNS accepts a mail", () => {
    const nights = afterNights(20, { ...POLICY, policies: keeping(7) });
    nights.mailWorks = false;
    edit(nights, { policies: keeping(4) });
    nights.pass(20);
    expect(counts(nights)).toStrictEqual([7, 7]);
    nights.mailWorks = true;
    nights.pass(9);
    expect(counts(nights)).toStrictEqual([4, 4]);
  });
});

test("a second edit's mail names the first edit's date, because that is when the first are deleted", () => {
  const nights = afterNights(31);
  edit(nights, { policies: keeping(20) });
  nights.pass(3);
  edit(nights, { policies: keeping(10) });
  nights.pass(1);
  const first = promised(nights).filter((one) => one.startsWith(HERE));
  expect(first).toHaveLength(2);
  expect(first[1]).toBe(first[0]);
  nights.pass(4);
  expect(counts(nights)).toStrictEqual([20, 20]);
});

test("an orphan's mail names the end of orphanDays", () => {
  const other = instance("i-2", [volume("vol-3", { isRoot: true })]);
  const policies = { true: { keep: { last: 20 }, drKeep: { last: 20 } } };
  const nights = afterNights(20, { ...POLICY, orphanDays: 10, policies }, [...FLEET, other]);
  nights.instances = FLEET;
  nights.pass(1);
  expect(promised(nights)).toStrictEqual([`${HERE} 2026-12-22`, `${DR.region} 2026-12-22`]);
  nights.pass(9);
  expect(counts(nights, "i-2")).toStrictEqual([20, 20]);
  nights.pass(2);
  expect(counts(nights, "i-2")).toStrictEqual([1, 1]);
});

test("keeps backfilled copies by their own age after a failover, as when they were copies", () => {
  const nights = startNights({ ...POLICY, dr: [] }, FLEET);
  nights.pass(30);
  edit(nights, { dr: [DR] });
  nights.pass(10);
  const before = nights.slots("i-1", DR.region);
  nights.swapRegions();
  nights.pass(15);
  expect(left(nights, before, DR.region)).toStrictEqual(before);
});

describe("the deletion limit", () => {
  test.each([14, 60])("stops what days without runs make due, also after an edit from %i days was served", (days) => {
    const nights = startNights({ ...POLICY, policies: keeping(days) }, FLEET);
    nights.pass(65);
    edit(nights, { policies: keeping(14) });
    nights.pass(9);
    expect(counts(nights)).toStrictEqual([14, 14]);
    nights.miss(20);
    expect(counts(nights)).toStrictEqual([14, 14]);
    expect(nights.mailsOf("delete-limit-exceeded").length).toBeGreaterThan(0);
  });

  test("stops another plan, although a snapshot of the one that was approved cannot be deleted", () => {
    const nights = startNights({ ...POLICY, policies: keeping(60) }, FLEET);
    nights.pass(60);
    nights.inUse.add(nights.slots("i-1", HERE)[0] ?? "");
    nights.miss(40);
    edit(nights, { approvedDeletePlan: hashes(nights) });
    nights.pass(2);
    const [here = 0] = counts(nights);
    expect(here).toBeLessThan(30);
    nights.miss(14);
    nights.pass(1);
    expect(counts(nights)[0]).toBeGreaterThanOrEqual(here);
  });

  test("stops what an outage makes due beside what a served edit released, out of what the edit leaves", () => {
    const daily = { true: { keep: { daily: 90 }, drKeep: { daily: 90 } } };
    const nights = afterNights(90, { ...POLICY, policies: daily });
    edit(nights, { policies: keeping(30) });
    nights.sweep();
    const [mail] = nights.mailsOf(ANNOUNCED);
    expect(mail?.message).toContain("67 recovery points");
    nights.miss(32);
    expect(counts(nights)).toStrictEqual([23, 23]);
    const stops = nights.mailsOf("delete-limit-exceeded").map(({ message }) => message);
    expect(stops).toHaveLength(2);
    for (const stop of stops) expect(stop).toContain("22 of 23 recovery points");
  });

  test("stops what a second outage makes due beside what AMIs hold of the plan that a person approved", () => {
    const nights = startNights({ ...POLICY, policies: keeping(60) }, FLEET);
    nights.pass(60);
    for (const slot of nights.slots("i-1", HERE).slice(0, 40)) nights.inUse.add(slot);
    nights.miss(40);
    edit(nights, { approvedDeletePlan: hashes(nights) });
    nights.pass(30);
    // The approval covers the first, which was made at the time of the mail.
    const [, ...since] = nights.slots("i-1", HERE).filter((slot) => !nights.inUse.has(slot));
    expect(since).toHaveLength(29);
    nights.miss(55);
    expect(left(nights, since)).toStrictEqual(since);
  });

  describe("remains in force although somebody changes the tags of what it stopped", () => {
    /** Plays an outage of 40 days after 60 nights, and 50 nights in which the tags of all that is due are changed. */
    function afterTagsChanged() {
      const nights = startNights({ ...POLICY, policies: keeping(60) }, FLEET);
      nights.pass(60);
      nights.miss(40);
      const stopped = nights.slots("i-1", HERE).slice(0, 40);
      for (const slot of stopped) nights.retagged.add(slot);
      nights.pass(50);
      const mails = nights.mailsOf("delete-limit-exceeded").length;
      nights.retagged.clear();
      return { nights, stopped, mails };
    }

    test("so that nothing of it is deleted once they are put back, and it is mailed again", () => {
      const { nights, stopped, mails } = afterTagsChanged();
      nights.pass(1);
      expect(left(nights, stopped)).toStrictEqual(stopped);
      expect(left(nights, stopped, DR.region)).toStrictEqual(stopped);
      expect(nights.mailsOf("delete-limit-exceeded").length).toBeGreaterThan(mails);
    });

    test("until a person approves it", () => {
      const { nights, stopped } = afterTagsChanged();
      nights.pass(1);
      edit(nights, { approvedDeletePlan: hashes(nights) });
      nights.pass(1);
      expect(left(nights, stopped)).toStrictEqual([]);
    });
  });
});
