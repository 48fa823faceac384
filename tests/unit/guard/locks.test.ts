import fc from "fast-check";
import { lockable, planLocks } from "../../../src/vault/guard/locks";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import type { SnapshotLock, CoreSettings } from "../../../src/vault/model/settings";
import { DR, NOW, SETTINGS, copyOf, snapshot } from "../../support/world";

const LOCK: SnapshotLock = { mode: "governance", days: 7 };
const POLICY: CoreSettings = { ...SETTINGS, lock: LOCK };

/** Returns a verified copy that was started `ageMs` ago. */
function copy(snapshotId: string, ageMs: number, extra: Partial<Snapshot> = {}): Snapshot {
  return copyOf(snapshot(`of-${snapshotId}`), snapshotId, { startTimeMs: NOW - ageMs, ...extra });
}

function plan(copies: Snapshot[], locked: string[] = [], leaving: string[] = [], policy = POLICY) {
  const staying = copies.filter(({ snapshotId }) => !leaving.includes(snapshotId));
  const toLock = lockable(staying, DR, policy.lock, NOW);
  return planLocks(toLock, (id) => locked.includes(id), policy.lock ?? LOCK, NOW);
}

test("locks a verified copy for all its days", () => {
  expect(plan([copy("a", HOUR_MS)])).toStrictEqual([
    {
      kind: "lock",
      snapshot: copy("a", HOUR_MS),
      region: "us-west-2",
      snapshotId: "a",
      mode: "governance",
      days: 7,
      sinceMs: NOW - HOUR_MS,
      reason: "verified and not locked: nobody may delete it for its first 7 days",
    },
  ]);
});

test.each([
  ["not configured", [copy("a", 0)], [], [], { ...SETTINGS }],
  ["locked already", [copy("a", 0)], ["a"], [], POLICY],
  ["about to be deleted", [copy("a", 0)], [], ["a"], POLICY],
  ["pending", [copy("a", 0, { state: "pending" })], [], [], POLICY],
  ["failed", [copy("a", 0, { state: "error" })], [], [], POLICY],
  ["not encrypted", [copy("a", 0, { encrypted: false })], [], [], POLICY],
  ["under another key", [copy("a", 0, { kmsKeyId: "other" })], [], [], POLICY],
  ["past its days", [copy("a", 7 * DAY_MS)], [], [], POLICY],
])("does not lock a copy that is %s", (_what, copies, locked, leaving, policy) => {
  expect(plan(copies, locked, leaving, policy)).toStrictEqual([]);
});

test.each([
  ["fresh", 0, 7],
  ["a day and an hour old", DAY_MS + HOUR_MS, 6],
  ["six days and a minute old", 6 * DAY_MS + 60_000, 1],
  ["an hour from the end of its days", 7 * DAY_MS - HOUR_MS, 1],
  ["from a clock that runs ahead", -HOUR_MS, 7],
])("locks a copy that is %s for what is left of its days", (_what, ageMs, days) => {
  expect(plan([copy("a", ageMs)]).map((action) => action.days)).toStrictEqual([days]);
});

test("locks the oldest first, whatever order they are seen in", () => {
  const copies = [copy("b", HOUR_MS), copy("c", 2 * HOUR_MS), copy("a", HOUR_MS)];
  const ids = plan(copies).map(({ snapshotId }) => snapshotId);
  expect(ids).toStrictEqual(["c", "a", "b"]);
  expect(plan([...copies].reverse()).map(({ snapshotId }) => snapshotId)).toStrictEqual(ids);
});

test("ends a lock less than a day after its days, and never needs a second one", () => {
  const draw = fc.record({
    ageMs: fc.integer({ min: -HOUR_MS, max: 60 * DAY_MS }),
    days: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(draw, ({ ageMs, days }) => {
      const policy: CoreSettings = { ...SETTINGS, lock: { mode: "compliance", days } };
      const one = copy("a", ageMs);
      const [action] = plan([one], [], [], policy);
      const endOfDaysMs = one.startTimeMs + days * DAY_MS;
      if (action === undefined) {
        expect(endOfDaysMs).toBeLessThanOrEqual(NOW);
        return;
      }
      expect(action.days).toBeGreaterThanOrEqual(1);
      expect(action.days).toBeLessThanOrEqual(days);
      const endsMs = NOW + action.days * DAY_MS;
      expect(endsMs - endOfDaysMs).toBeLessThan(DAY_MS);
      if (ageMs >= 0) expect(lockable([one], DR, policy.lock, endsMs)).toStrictEqual([]);
    }),
  );
});
