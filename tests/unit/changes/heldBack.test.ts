/** Tests what happens to recovery points that a change released, and that locks keep for months. */
import { DAY_MS } from "../../../src/vault/lib/time";
import { HERE, POLICY, afterNights, both, counts, edit } from "../../support/editNights";

test("the deletion limit does not count them as their locks end, however long ago the mail was", () => {
  const nights = afterNights(90, { ...POLICY, policies: { true: both({ daily: 90 }) } });
  const before = nights.slots("i-1", HERE);
  const oldestMs = Date.parse(before[0] ?? "");
  const night = (policies = nights.policy.policies) => {
    edit(nights, { policies });
    const ageDays = (slot: string) => nights.day - (Date.parse(slot) - oldestMs) / DAY_MS;
    nights.inUse.clear();
    for (const slot of before) if (ageDays(slot) < 88) nights.inUse.add(slot);
    nights.pass(1);
  };
  night({ true: both({ daily: 10 }) });
  for (let count = 1; count < 90; count += 1) night();
  expect(nights.mailed.map(({ problem }) => problem.kind)).toStrictEqual([
    "deletions-announced",
    "deletions-announced",
  ]);
  expect(counts(nights)).toStrictEqual([10, 10]);
});
