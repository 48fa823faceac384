/** Tests that a volume that moved to a shorter policy holds whole recovery points only for its grace. */
import { HERE, POLICY, afterNights, both, counts, edit } from "../../support/editNights";
import { DR, instance, volume } from "../../support/world";

test.each([
  ["days", both({ retentionDays: 7 })],
  ["counts", both({ daily: 7 })],
])("the deletion limit does not stop what waited with a volume that moved to a shorter policy: %s", (_what, bronze) => {
  const data = volume("vol-9");
  const gold = instance("i-2", [volume("vol-2", { isRoot: true }), data], { Backup: "gold" });
  const first = instance("i-1", [volume("vol-1", { isRoot: true })], { Backup: "bronze" });
  const policies = { bronze, gold: both({ retentionDays: 30 }) };
  const nights = afterNights(33, { ...POLICY, policies }, [first, gold]);
  nights.instances = [{ ...first, volumes: [...first.volumes, data] }];
  nights.pass(30);
  expect(nights.mailsOf("delete-limit-exceeded")).toStrictEqual([]);
  expect(counts(nights, "i-1")).toStrictEqual([7, 7]);
});

test("an edit does not release what waits for a volume that moved", () => {
  const data = volume("vol-9");
  const gold = instance("i-2", [volume("vol-2", { isRoot: true }), data], { Backup: "gold" });
  const first = instance("i-1", [volume("vol-1", { isRoot: true })], { Backup: "bronze" });
  const policies = { bronze: both({ retentionDays: 7 }), gold: both({ retentionDays: 30 }) };
  const nights = afterNights(33, { ...POLICY, policies }, [first, gold]);
  nights.instances = [{ ...first, volumes: [...first.volumes, data] }];
  nights.pass(8);
  edit(nights, { orphanDays: nights.policy.orphanDays + 1 });
  nights.pass(5);
  expect(nights.slots("i-1", HERE, "vol-9").length).toBeGreaterThan(7);
  expect(nights.slots("i-1", DR.region, "vol-9").length).toBeGreaterThan(7);
});
