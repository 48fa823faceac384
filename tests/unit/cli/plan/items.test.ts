/** What `vault plan` foresees: a run with its follow-ups, by the planner itself. */
import fc from "fast-check";
import { onceCompleted, planAhead } from "../../../../src/cli/plan/ahead";
import { itemsOf } from "../../../../src/cli/plan/items";
import { waitingIn } from "../../../../src/cli/status/waiting";
import { recalled } from "../../../../src/vault/changes/recalled";
import { DAY_MS, isoSeconds } from "../../../../src/vault/lib/time";
import type { VaultSettings } from "../../../../src/vault/model/settings";
import type { World } from "../../../../src/vault/model/world";
import { copyOf, inDr, instance, keeping, NOW, OPEN, SETTINGS, snapshot, volume } from "../../../support/world";

const NOTHING_HELD = { locks: [], held: [] };

/** A vault with a daily recovery point of one volume, and a copy of each. */
function worldOf(days: number): World {
  const snapshots = Array.from({ length: days }, (_, n) => {
    return snapshot(`snap-${n}`, { startTimeMs: NOW - (n + 1) * DAY_MS, tags: { "smart-vault:policy": "true" } });
  });
  const copies = inDr(snapshots.map((one, n) => copyOf(one, `snap-c${n}`)));
  return { snapshots, copies, instances: [instance("i-1", [volume("vol-1")])], problems: [], throttled: [] };
}

function itemsBy(world: World, settings: VaultSettings) {
  const rounds = planAhead({ world, settings, slotTask: OPEN, runId: "test", nowMs: NOW });
  const last = rounds.at(-1);
  const waiting = last === undefined ? [] : waitingIn(last.plan);
  return { items: itemsOf(rounds, NOTHING_HELD, waiting), waiting };
}

const told = (world: World, settings: VaultSettings) =>
  itemsBy(world, settings).items.map(({ action, when, region, snapshotId = "new" }) => [
    action,
    when,
    region,
    snapshotId,
  ]);

const KEEP_2 = { ...SETTINGS, policies: { true: { keep: { last: 2 }, drKeep: { last: 2 } } } };

test("a run makes a snapshot; its follow-ups copy it, and delete what it displaces", () => {
  expect(told(worldOf(2), KEEP_2)).toStrictEqual([
    ["create", "run", "us-east-1", "new"],
    ["copy", "follow-up", "us-west-2", "new"],
    ["delete", "follow-up", "us-east-1", "snap-1"],
    ["delete", "follow-up", "us-west-2", "snap-c1"],
  ]);
});

test.each([
  ["the deletion limit stops", "limit", inDr([]), "the deletion limit stops it: it stays until you approve plan "],
  ["settings that nobody knows may keep", "change", {}, "an edit makes it due: it stays until you approve plan "],
])("what %s waits, with the hash that approves it", (_what, because, copies, reason) => {
  const settings = { ...SETTINGS, policies: keeping(3), maxDeletePercent: 20 };
  const seen = worldOf(6);
  const changes = recalled({ notified: {} }, { ...seen, snapshots: [], copies }, settings, NOW);
  const { items, waiting } = itemsBy({ ...seen, ...(changes && { changes }) }, settings);
  expect(items.filter(({ action }) => action === "delete")).toStrictEqual([]);
  expect(waiting.map((one) => [one.because, one.region])).toContainEqual([because, "us-east-1"]);
  const held = items.filter(({ action }) => action === "wait");
  expect(held.length).toBeGreaterThan(0);
  for (const one of held) expect(one.reason).toContain(reason);
});

test("a deletion that a lock holds is kept, with the reason", () => {
  const rounds = planAhead({
    world: worldOf(6),
    settings: { ...SETTINGS, policies: keeping(3) },
    slotTask: OPEN,
    runId: "t",
    nowMs: NOW,
  });
  const held = [{ region: "us-east-1", snapshotId: "snap-5", reason: "old, but it is locked" }];
  const mine = itemsOf(rounds, { locks: [], held }, []).filter(({ snapshotId }) => snapshotId === "snap-5");
  expect(mine).toMatchObject([{ action: "keep", reason: "old, but it is locked" }]);
});

test("what is pending counts as completed by a later time", () => {
  const pending = snapshot("snap-p", { state: "pending" });
  const { world, pending: count } = onceCompleted({ ...worldOf(1), snapshots: [pending] });
  expect([count, world.snapshots?.[0]?.state]).toStrictEqual([1, "completed"]);
});

test("a plan ahead ends, and no two lines are about the same thing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 5 }), (days, last) => {
      const settings = { ...SETTINGS, policies: { true: { keep: { last }, drKeep: { last } } } };
      const rounds = planAhead({ world: worldOf(days), settings, slotTask: OPEN, runId: "t", nowMs: NOW });
      expect(rounds.at(-1)?.plan.actions).toStrictEqual([]);
      const lines = itemsOf(rounds, NOTHING_HELD, []).map(({ action, region, slot }) => `${action} ${region} ${slot}`);
      expect(new Set(lines).size).toBe(lines.length);
      expect(lines).toContain(`create us-east-1 ${isoSeconds(NOW)}`);
    }),
    { numRuns: 25 },
  );
});
