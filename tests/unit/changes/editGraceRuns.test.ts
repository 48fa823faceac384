/**
 * Tests what holds a recovery point while a change waits: the last point under the former tags, and one more run for an
 * orphan.
 */
import type { CoreSettings } from "../../../src/vault/model/settings";
import { FLEET, HERE, POLICY, afterNights, counts } from "../../support/editNights";
import { instance, volume } from "../../support/world";

test("keeps what only the former tags keep, even once the last point made under them is due", () => {
  const policies = {
    true: { keep: { last: 2, yearly: 2 }, drKeep: { last: 2, yearly: 2 } },
    gold: { keep: { retentionDays: 10 }, drKeep: { retentionDays: 10 } },
  };
  const tagged = (value: string) => [instance("i-1", [volume("vol-1", { isRoot: true })], { Backup: value })];
  const nights = afterNights(6, { ...POLICY, policies }, tagged("gold"));
  const [oldest] = nights.slots("i-1", HERE);
  nights.instances = tagged("true");
  nights.pass(1);
  nights.instances = tagged("gold");
  // Gold releases the oldest on day 10, which the other policy keeps for its year, and the point made under that policy
  // on day 16.
  nights.pass(10);
  expect(nights.slots("i-1", HERE)).toContain(oldest);
  nights.pass(2);
  expect(nights.slots("i-1", HERE)).not.toContain(oldest);
  nights.pass(4);
  expect(counts(nights)).toStrictEqual([10, 10]);
});

test("makes an instance an orphan from its second missing run on, not from a sweep that finds a missed run", () => {
  const policy: CoreSettings = { ...POLICY, orphans: "expire", orphanDays: 3, editGraceDays: 3 };
  const other = instance("i-2", [volume("vol-3", { isRoot: true })]);
  const nights = afterNights(5, policy, [...FLEET, other]);
  nights.instances = [other];
  nights.pass(1);
  nights.miss(4);
  expect(counts(nights)).toStrictEqual([5, 5]);
  nights.pass(1);
  expect(counts(nights)).toStrictEqual([0, 0]);
});
