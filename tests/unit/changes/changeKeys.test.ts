/** Tests how the timer's payload carries mails about changes. */
import { type Known, groupsOf, knownOf } from "../../../src/vault/changes/changeKeys";
import { remember } from "../../../src/vault/changes/changeMemory";
import { HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { NOW, SETTINGS } from "../../support/world";

/** Returns mails about instances, each at another time, the newest first. */
function mailed(count: number): Map<string, Known> {
  const one = (n: number): [string, Known] => [
    `us-east-1 orphan i-${String(n).padStart(17, "0")}`,
    { at: isoSeconds(NOW - n * HOUR_MS), plan: "0123456789abcdef", graceDays: 7 },
  ];
  return new Map(Array.from({ length: count }, (_, n) => one(n)));
}

test("mails are read as they were written", () => {
  const known = mailed(20);
  const memory = { ...remember({ memory: undefined, hasPoints: false }, SETTINGS, NOW), notified: groupsOf(known) };
  expect([...knownOf(memory)].map(([key, { at }]) => [key, at])).toStrictEqual(
    [...known].map(([key, { at }]) => [key, at]),
  );
});

test("as many mails are carried as Scheduler has room for beside the rest, the newest of them", () => {
  const carried = groupsOf(mailed(3_000));
  const length = JSON.stringify(carried).length;
  expect(length).toBeLessThanOrEqual(100_000);
  expect(length).toBeGreaterThan(95_000);
  expect(carried[0]).toMatchObject({ at: isoSeconds(NOW) });
});
