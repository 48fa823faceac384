/** Tests night by night what edits one after the other keep and release: of settings, of a policy, and of schedules. */
import { FLEET, HERE, POLICY, afterNights, both, counts, edit } from "../../support/editNights";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { instance, keeping, volume } from "../../support/world";
import { startNights } from "../../support/nights";

const ANNOUNCED = "deletions-announced";

test("more edits than the timer remembers do not keep everything again once those before have been served", () => {
  const nights = afterNights(61, { ...POLICY, policies: keeping(60) });
  for (let days = 59; days > 30; days -= 1) {
    edit(nights, { policies: keeping(days) });
    nights.pass(2);
  }
  nights.pass(9);
  expect(nights.mailsOf(ANNOUNCED).filter(({ message }) => message.includes("not known"))).toStrictEqual([]);
  expect(counts(nights)).toStrictEqual([31, 31]);
});

test("a span in the policy that is shorter than an instance's own releases nothing without a mail", () => {
  const tags = { Backup: "true", "Backup-keep-within": "30d", "Backup-dr-keep-within": "30d" };
  const fleet = [instance("i-1", [volume("vol-1", { isRoot: true })], tags)];
  const settings = { ...POLICY, overrideMax: { within: "1y" }, policies: { true: both({ daily: 7 }) } };
  // The month before the edit, of 28 days, is shorter than 30.
  const nights = startNights(settings, fleet);
  nights.pass(114);
  const before = nights.slots("i-1", HERE);
  expect(before.at(-1)).toBe("2027-03-15T03:00:00Z");
  edit(nights, { policies: { true: both({ daily: 7, within: "1m" }) } });
  nights.sweep();
  expect(nights.slots("i-1", HERE)).toStrictEqual(before);
});

test("a policy that was lost and comes back shorter keeps what is made until the date, as the one before would", () => {
  const policies = { true: both({ daily: 30 }), other: both({ daily: 30 }) };
  const nights = startNights({ ...POLICY, policies }, FLEET);
  nights.pass(30);
  edit(nights, { policies: { other: both({ daily: 30 }) } });
  nights.sweep(HOUR_MS);
  edit(nights, { policies: { ...policies, true: both({ last: 2 }) } });
  nights.pass(5);
  edit(nights, { policies });
  nights.pass(1);
  expect(counts(nights)).toStrictEqual([36, 36]);
});

test("orphans that keep what they have keep it too if a denser schedule was undone before", () => {
  const weekly = { ...POLICY, maxDeletePercent: 100, orphans: "keep" as const, schedule: "cron(0 3 ? * SUN *)" };
  const other = instance("i-2", [volume("vol-9", { isRoot: true })]);
  const nights = startNights({ ...weekly, policies: { true: both({ last: 14 }) } }, [...FLEET, other]);
  nights.pass(140, 7 * DAY_MS);
  const before = nights.slots("i-1", HERE);
  edit(nights, { schedule: "cron(0 * * * ? *)" });
  nights.pass(2, HOUR_MS);
  edit(nights, { schedule: weekly.schedule });
  nights.pass(5, 5 * DAY_MS);
  nights.pass(14, 7 * DAY_MS);
  const left = nights.slots("i-1", HERE).filter((slot) => before.includes(slot));
  expect(left.length).toBeGreaterThanOrEqual(11);
  nights.instances = [other];
  nights.pass(84, 7 * DAY_MS);
  expect(nights.slots("i-1", HERE)).toStrictEqual(expect.arrayContaining(left));
});

test("an instance whose newest recovery point is in doubt when an edit is mailed waits for a mail that names it", () => {
  const other = instance("i-2", [volume("vol-9", { isRoot: true })]);
  const nights = afterNights(30, { ...POLICY, maxDeletePercent: 100 }, [...FLEET, other]);
  nights.retagged.add(`i-2 ${nights.slots("i-2", HERE).at(-1)}`);
  edit(nights, { policies: keeping(3) });
  nights.sweep(HOUR_MS);
  const first = nights.mailsOf(ANNOUNCED);
  expect(first).toHaveLength(2);
  expect(first.filter(({ message }) => message.includes("i-2: "))).toStrictEqual([]);
  // The plan named i-1 alone, and so is its approval.
  edit(nights, { approvedDeletePlan: first.map(({ subject }) => subject.split(" ")[1] ?? "") });
  nights.mailed.length = 0;
  nights.sweep(HOUR_MS);
  expect(counts(nights)).toStrictEqual([2, 2]);
  nights.pass(7);
  // All but those of the former settings' own expiry, of which one is in doubt.
  expect(counts(nights, "i-2")).toStrictEqual([30, 30]);
  expect(nights.mailsOf(ANNOUNCED).filter(({ message }) => message.includes("i-2: "))).toHaveLength(2);
  nights.retagged.clear();
  nights.pass(3);
  expect(counts(nights, "i-2")).toStrictEqual([3, 3]);
});

describe("an edit's mail that could not name an instance in doubt", () => {
  const other = instance("i-2", [volume("vol-9", { isRoot: true })]);

  /** Plays an edit while the newest recovery point of i-2, which is gone, is retagged. */
  function afterAnEdit() {
    const policy = {
      ...POLICY,
      maxDeletePercent: 100,
      orphans: "keep" as const,
      policies: { true: both({ daily: 30 }) },
    };
    const nights = startNights(policy, [...FLEET, other]);
    nights.pass(30);
    nights.instances = FLEET;
    nights.pass(1);
    nights.retagged.add(`i-2 ${nights.slots("i-2", HERE).at(-1)}`);
    nights.mailed.length = 0;
    edit(nights, { policies: { true: both({ daily: 20 }) } });
    nights.sweep(HOUR_MS);
    return nights;
  }

  test("keeps its date for the others", () => {
    const nights = afterAnEdit();
    nights.pass(3);
    nights.retagged.clear();
    nights.pass(5);
    expect(counts(nights)).toStrictEqual([20, 20]);
    expect(counts(nights, "i-2")).toStrictEqual([30, 30]);
    nights.pass(3);
    expect(counts(nights, "i-2")).toStrictEqual([20, 20]);
  });

  test("is remembered for as long as the instance is in doubt", () => {
    const nights = afterAnEdit();
    nights.pass(60);
    nights.retagged.clear();
    nights.mailed.length = 0;
    nights.sweep(HOUR_MS);
    expect(counts(nights, "i-2")).toStrictEqual([30, 30]);
    expect(nights.mailsOf(ANNOUNCED)).toHaveLength(2);
    nights.pass(9);
    expect(counts(nights, "i-2")).toStrictEqual([20, 20]);
  });
});

test("a schedule that is back before the date of an instance's own mail loses nothing of it", () => {
  const weekly = { ...POLICY, maxDeletePercent: 100, schedule: "cron(0 3 ? * SUN *)" };
  const other = instance("i-2", [volume("vol-9", { isRoot: true })]);
  const nights = startNights({ ...weekly, policies: { true: both({ last: 14 }) } }, [...FLEET, other]);
  nights.pass(140, 7 * DAY_MS);
  const before = nights.slots("i-2", HERE);
  // For the first runs nobody knows the rules of i-2, so its mail comes three hours after that of i-1.
  const firstMs = Date.parse(before.at(-1) ?? "") + 7 * DAY_MS;
  const hours = [0, 1, 2, 3].map((hour) => firstMs + hour * HOUR_MS);
  for (const ms of [firstMs - 7 * DAY_MS, ...hours]) nights.retagged.add(`i-2 ${isoSeconds(ms)}`);
  edit(nights, { schedule: "cron(0 * * * ? *)" });
  nights.pass(7, HOUR_MS);
  edit(nights, { schedule: weekly.schedule });
  nights.sweep(2.5 * HOUR_MS);
  nights.pass(35, 7 * DAY_MS);
  const left = (id: string) => nights.slots(id, HERE).filter((slot) => before.includes(slot)).length;
  expect(left("i-1")).toBeLessThan(3);
  expect(left("i-2")).toBeGreaterThanOrEqual(7);
});
