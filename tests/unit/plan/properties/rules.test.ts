/** Tests the invariants on random vaults: see docs/ARCHITECTURE.md and support/arbitraryWorld.ts. */
import { copyState } from "../../../../src/vault/inventory/copies";
import { MINUTE_MS, parseIso } from "../../../../src/vault/lib/time";
import { applyToWorld } from "../../../support/applyToWorld";
import { dataOf } from "../../../support/arbitrarySlot";
import { arbitraryVault } from "../../../support/arbitraryWorld";
import {
  always,
  copiesOf,
  deletesOf,
  expectNewestKept,
  goneOf,
  isSafe,
  own,
  ownCopies,
  planFor,
  pointOf,
} from "../../../support/planProperties";
import { NOW, OPEN } from "../../../support/world";

test("1: never deletes the newest completed recovery point of a volume in the primary region", () => {
  always((plan, world) => {
    expectNewestKept(
      plan,
      own(world.snapshots).filter((s) => s.state === "completed"),
    );
  });
});

test("1 and 3: never deletes the newest verified copy of a volume in a DR region", () => {
  always((plan, world, { dr }) => {
    for (const { region, keyArn } of dr) {
      const copies = ownCopies(world).filter((copy) => copy.region === region);
      expectNewestKept(
        plan,
        copies.filter((c) => copyState(c, keyArn) === "verified"),
      );
    }
  });
});

test("1 and 3: never deletes the newest completed copy of a volume, whatever its key", () => {
  always((plan, world, { dr }) => {
    for (const { region } of dr) {
      const copies = ownCopies(world).filter((copy) => copy.region === region);
      expectNewestKept(
        plan,
        copies.filter((c) => c.state === "completed"),
      );
    }
  });
});

test("2: deletes a snapshot only if it, or what is kept of its slot, is safe in every DR region", () => {
  always((plan, world, policy) => {
    const gone = goneOf(plan);
    const expiring = deletesOf(plan).filter(({ because }) => because === "retention");
    const byRules = new Set(expiring.map(({ snapshotId }) => snapshotId));
    const points = own(world.snapshots).filter(({ state }) => state !== "error");
    for (const s of points.filter(({ snapshotId }) => gone.has(snapshotId))) {
      expect(Object.keys(world.copies)).toHaveLength(policy.dr.length);
      const sameSlot = points.filter((other) => pointOf(other) === pointOf(s));
      // In a slot past its rules, the canonical one, else what is left.
      const expired = sameSlot.filter(({ snapshotId }) => byRules.has(snapshotId));
      const left = sameSlot.filter(({ snapshotId }) => !gone.has(snapshotId));
      const stands = expired.length > 0 ? expired : left;
      expect(stands.some((one) => isSafe(one, world, policy))).toBe(true);
    }
  });
});

test("2: never deletes what is pending", () => {
  always((plan, world) => {
    const pending = [...(world.snapshots ?? []), ...Object.values(world.copies).flat()]
      .filter((s) => s.state === "pending")
      .map((s) => s.snapshotId);
    const gone = goneOf(plan);
    expect(pending.filter((id) => gone.has(id))).toStrictEqual([]);
  });
});

test("4: deletes, copies and tags nothing without the vault's tags", () => {
  always((plan, world) => {
    const ours = new Set([...own(world.snapshots), ...ownCopies(world)].map(({ snapshotId }) => snapshotId));
    const touched = [
      ...copiesOf(plan).map(({ sourceSnapshotId }) => sourceSnapshotId),
      ...deletesOf(plan).flatMap(({ snapshotId, expiredCopyTag }) => [
        snapshotId,
        expiredCopyTag?.snapshotId ?? snapshotId,
      ]),
    ];
    expect(touched.filter((id) => !ours.has(id))).toStrictEqual([]);
  });
});

test("6: leaves nothing to do within four more rounds after a plan was applied, and makes no copy twice", () => {
  always(
    (_plan, world, policy) => {
      let now = world;
      let nowMs = NOW;
      const everCopied = new Set<string>();
      for (let round = 0; round < 5; round += 1) {
        const plan = planFor(now, policy, OPEN, nowMs);
        for (const { region, identity } of copiesOf(plan)) {
          const { slot, source } = identity;
          const data = dataOf(source?.startedMs ?? 0, parseIso(slot) ?? 0);
          const copied = `${region} ${source?.volumeId ?? ""} ${slot} ${data}`;
          expect([...everCopied]).not.toContain(copied);
          everCopied.add(copied);
        }
        now = applyToWorld(now, plan.actions, nowMs);
        // A third attempt at a snapshot or a copy comes after a pause.
        if (round === 0) nowMs += 121 * MINUTE_MS;
      }
      const rest = planFor(now, policy, OPEN, nowMs);
      expect([rest.actions, rest.slotSettled]).toStrictEqual([[], true]);
    },
    arbitraryVault({ calm: true }),
  );
});

test("6: makes the same plan of the same world again", () => {
  always((plan, world, policy, slotTask) => {
    expect(planFor(world, policy, slotTask)).toStrictEqual(plan);
  });
});
