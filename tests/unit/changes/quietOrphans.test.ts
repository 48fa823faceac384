/** Tests that what goes by its age before its instance is an orphan is mailed once a week, and that a moved volume holds no more than that. */
import { HERE, POLICY, afterNights, both, counts, edit } from "../../support/editNights";
import { startNights } from "../../support/nights";
import { DR, instance, keeping, volume } from "../../support/world";

const stays = instance("i-1", [volume("vol-1", { isRoot: true })]);

function server(index: number) {
  return instance(`i-a${index}`, [volume(`vol-a${index}`, { isRoot: true })]);
}

test("a group whose servers come and go is mailed once a week, since all of it but the newest goes by its age", () => {
  const nights = startNights({ ...POLICY, policies: keeping(7) }, [stays]);
  for (let night = 0; night < 60; night += 1) {
    nights.instances = [stays, ...[0, 1, 2].map((age) => server(night + age))];
    nights.pass(1);
  }
  const days = nights.mailed.filter(({ problem }) => problem.kind === "deletions-announced").map(({ day }) => day);
  expect([...new Set(days)]).toStrictEqual([2, 9, 16, 23, 30, 37, 44, 51, 58]);
  expect(counts(nights, "i-a10")).toStrictEqual([1, 1]);
});

test("what goes by its age is mailed at once if no mail about orphans came within a week, with a date that holds", () => {
  const nights = afterNights(12, { ...POLICY, orphans: "expire", orphanDays: 30, policies: keeping(7) }, [
    stays,
    server(1),
  ]);
  nights.instances = [stays];
  nights.pass(1);
  const mails = nights.mailsOf("deletions-announced");
  expect(mails.map(({ message }) => message.includes("i-a1: 7 recovery points"))).toStrictEqual([true, true]);
  nights.pass(25);
  expect(counts(nights, "i-a1")).toStrictEqual([1, 1]);
  nights.pass(10);
  expect(counts(nights, "i-a1")).toStrictEqual([0, 0]);
  expect(nights.mailsOf("deletions-announced")).toHaveLength(2);
});

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
