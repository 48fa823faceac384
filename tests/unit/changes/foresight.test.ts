/** Tests that a mail about an edit names each instance that loses anything because of it, however late. */
import { HERE, POLICY, afterNights, both, edit } from "../../support/editNights";
import { DR, instance, volume } from "../../support/world";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import { type Nights, startNights } from "../../support/nights";
import type { KeepPolicy } from "../../../src/vault/model/settings";

const gold = instance("i-1", [volume("vol-1", { isRoot: true })], { Backup: "gold" });
const bronze = instance("i-2", [volume("vol-9", { isRoot: true })], { Backup: "bronze" });

/** Returns how many points of an instance each mail named, by region. */
function namedIn(nights: Nights, id: string): Record<string, number> {
  const about = nights.mailsOf("deletions-announced").flatMap(({ subject, message }) => {
    const found = new RegExp(`${id}: (\\d+) recovery`).exec(message);
    return found === null ? [] : [[subject.split(" ")[0] ?? "", Number(found[1])] as const];
  });
  return Object.fromEntries(about);
}

/** Edits the rules of an old instance and of a young one, and returns how many points of the young one the mail named. */
function namedOfYoung(
  { before, after }: Record<"before" | "after", KeepPolicy>,
  { oldNights, youngNights }: Record<"oldNights" | "youngNights", number>,
): Record<string, number> {
  const nights = afterNights(oldNights, { ...POLICY, policies: { gold: before, bronze: before } }, [bronze]);
  nights.instances = [gold, bronze];
  nights.pass(youngNights);
  edit(nights, { policies: { gold: after, bronze: after } });
  nights.pass(1);
  return namedIn(nights, "i-1");
}

describe("a mail about an edit names an instance that loses nothing within the grace", () => {
  test("if a denser schedule displaces its points later", () => {
    const policies = { gold: both({ last: 200 }), bronze: both({ last: 5 }) };
    const nights = afterNights(20, { ...POLICY, policies }, [gold, bronze]);
    edit(nights, { schedule: "cron(0 * * * ? *)" });
    nights.pass(1, HOUR_MS);
    expect(namedIn(nights, "i-1")).toStrictEqual({ [HERE]: 21, [DR.region]: 21 });
    nights.pass(6, HOUR_MS);
    expect(nights.mailed).toHaveLength(2);
    nights.pass(3, HOUR_MS);
    expect(nights.slots("i-1", HERE)[0]! > "2026-12-10").toBe(true);
    expect(nights.mailed).toHaveLength(2);
  });

  test.each([
    ["counts", both({ daily: 60 }), both({ daily: 20 })],
    ["days", both({ retentionDays: 60 }), both({ retentionDays: 20 })],
    ["a distance", both({ within: "60d" }), both({ within: "20d" })],
  ])("if it is too young for a shorter retention yet: %s", (_what, before, after) => {
    const named = namedOfYoung({ before, after }, { oldNights: 40, youngNights: 8 });
    expect(named[HERE]).toBeGreaterThanOrEqual(8);
    expect(named[DR.region]).toBeGreaterThanOrEqual(8);
  });

  test.each([
    ["weeks", both({ daily: 2, weekly: 5 }), both({ daily: 2, weekly: 4 })],
    ["days beside a count", both({ last: 3, retentionDays: 12 }), both({ last: 3, retentionDays: 11 })],
  ])("if the previous rules keep its points only a little longer: %s", (_what, before, after) => {
    const named = namedOfYoung({ before, after }, { oldNights: 50, youngNights: 3 });
    expect(named[HERE]).toBeGreaterThanOrEqual(1);
    expect(named[DR.region]).toBeGreaterThanOrEqual(1);
  });

  test("if the previous rules release its points before the end of the grace, as an approval may come before that", () => {
    const policies = { gold: both({ last: 3 }), bronze: both({ retentionDays: 16 }) };
    const weekly = { ...POLICY, schedule: "cron(0 3 ? * SUN *)", keepAtLeast: 1, editGraceDays: 10, policies };
    const nights = startNights(weekly, [gold]);
    nights.pass(21, 7 * DAY_MS);
    nights.instances = [gold, bronze];
    nights.pass(7, 7 * DAY_MS);
    edit(nights, { policies: { gold: both({ last: 2 }), bronze: both({ retentionDays: 3 }) } });
    nights.sweep(HOUR_MS);
    expect(namedIn(nights, "i-2")[HERE]).toBe(1);
  });

  test("together with what has a volume that it shares", () => {
    const shared = volume("vol-2");
    const with2 = instance("i-1", [volume("vol-1", { isRoot: true }), shared], { Backup: "gold" });
    const other = instance("i-3", [volume("vol-3", { isRoot: true }), shared], { Backup: "gold" });
    const policies = { gold: both({ last: 200 }), bronze: both({ last: 5 }) };
    const nights = afterNights(10, { ...POLICY, policies }, [with2, other, bronze]);
    edit(nights, { schedule: "cron(0 * * * ? *)" });
    nights.pass(1, HOUR_MS);
    for (const id of ["i-1", "i-3"]) expect(namedIn(nights, id)[HERE]).toBe(11);
  });
});

test("a mail about an edit does not name an instance whose policy it leaves alone", () => {
  const policies = { gold: both({ daily: 30 }), bronze: both({ daily: 9 }) };
  const nights = afterNights(20, { ...POLICY, policies }, [gold, bronze]);
  edit(nights, { policies: { ...policies, bronze: both({ daily: 3 }) } });
  nights.pass(8);
  expect(namedIn(nights, "i-2")).toStrictEqual({ [HERE]: 7, [DR.region]: 7 });
  expect(namedIn(nights, "i-1")).toStrictEqual({});
});

test("a later mail of the region names again what an earlier one named, because an approval of it counts for that too", () => {
  const policies = { gold: both({ daily: 30 }), bronze: both({ daily: 30 }), silver: both({ daily: 5 }) };
  const nights = afterNights(40, { ...POLICY, policies }, [bronze]);
  nights.instances = [gold, bronze];
  nights.pass(8);
  edit(nights, { policies: { ...policies, gold: both({ daily: 20 }), bronze: both({ daily: 20 }) } });
  nights.pass(2);
  expect(namedIn(nights, "i-1")[HERE]).toBeGreaterThanOrEqual(8);
  nights.mailed.splice(0);
  nights.instances = [gold, { ...bronze, tags: { ...bronze.tags, Backup: "silver" } }];
  nights.pass(1);
  expect(namedIn(nights, "i-2")[HERE]).toBeGreaterThanOrEqual(10);
  expect(namedIn(nights, "i-1")[HERE]).toBeGreaterThanOrEqual(8);
});
