/** The rules that never break, held against random worlds: see docs/ARCHITECTURE.md and support/arbitraryWorld.ts. */
import fc from "fast-check";
import { isOwn } from "../../src/vault/duplicates";
import { planVault } from "../../src/vault/plan";
import { coverageOf, copiesBySource, copyState } from "../../src/vault/planCopies";
import { TAG } from "../../src/vault/tags";
import type { DeleteAction, Plan, Snapshot, VaultPolicy, World } from "../../src/vault/types";
import { applyToWorld } from "../support/applyToWorld";
import { arbitraryPolicy, arbitraryWorld } from "../support/arbitraryWorld";
import { KEY, NOW, RUN, SWEEP, SETTINGS } from "../support/world";

const RUNS = { numRuns: 1_500 };

function deletesOf(plan: Plan): DeleteAction[] {
  return plan.actions.filter((action) => action.kind === "delete");
}

function own(snapshots: readonly Snapshot[] = []): Snapshot[] {
  return snapshots.filter((snapshot) => isOwn(snapshot, SETTINGS.vaultId));
}

/** Holds for the plan of every world, under every policy. */
function always(holds: (plan: Plan, world: World, policy: VaultPolicy) => void): void {
  fc.assert(
    fc.property(arbitraryWorld, arbitraryPolicy, fc.constantFrom(RUN, SWEEP), (world, policy, wake) => {
      holds(planVault(world, policy, wake, NOW), world, policy);
    }), // prettier-ignore
    RUNS,
  );
}

/** For each volume the slot of its newest completed snapshot, and all that stand for that slot. */
function newestOfEachVolume(snapshots: readonly Snapshot[]): Snapshot[][] {
  const slotOf = (s: Snapshot) => s.tags[TAG.slot] ?? "";
  return [...new Set(snapshots.map((s) => s.volumeId))].map((id) => {
    const mine = snapshots.filter((s) => s.volumeId === id);
    const newest = mine.map(slotOf).sort().at(-1);
    return mine.filter((s) => slotOf(s) === newest);
  });
}

function expectNewestKept(plan: Plan, snapshots: readonly Snapshot[]): void {
  const gone = new Set(deletesOf(plan).map((action) => action.snapshotId));
  for (const points of newestOfEachVolume(snapshots)) {
    expect(points.filter(({ snapshotId }) => !gone.has(snapshotId))).not.toHaveLength(0);
  }
}

describe("the rules that never break", () => {
  test("1: the newest completed recovery point of a volume is never deleted in the primary region", () => {
    always((plan, world) => {
      expectNewestKept(plan, own(world.snapshots).filter((s) => s.state === "completed")); // prettier-ignore
    });
  });

  test("1 and 3: the newest sound copy of a volume is never deleted in the DR region", () => {
    always((plan, world) => {
      expectNewestKept(plan, own(world.copies).filter((c) => copyState(c, KEY) === "sound")); // prettier-ignore
    });
  });

  test("1 and 3: the newest completed copy of a volume is never deleted, whatever its key", () => {
    always((plan, world) => {
      expectNewestKept(plan, own(world.copies).filter((c) => c.state === "completed")); // prettier-ignore
    });
  });

  test("2: a completed snapshot goes only when its copy is sound or expired, or its duplicate's is", () => {
    always((plan, world) => {
      const bySource = copiesBySource(own(world.copies));
      const safe = (s: Snapshot) =>
        ["sound", "expired"].includes(coverageOf(s, bySource.get(s.snapshotId), KEY));
      const gone = new Set(deletesOf(plan).map((action) => action.snapshotId));
      for (const s of own(world.snapshots)) {
        if (!gone.has(s.snapshotId) || s.state === "error") continue;
        const sameSlot = own(world.snapshots).filter(
          (o) => o.volumeId === s.volumeId && o.tags[TAG.slot] === s.tags[TAG.slot],
        );
        expect(sameSlot.some(safe)).toBe(true);
      }
    });
  });

  test("2: what is pending is never deleted", () => {
    always((plan, world) => {
      const pending = [...(world.snapshots ?? []), ...(world.copies ?? [])]
        .filter((s) => s.state === "pending")
        .map((s) => s.snapshotId);
      const gone = deletesOf(plan).map((action) => action.snapshotId);
      expect(gone.filter((id) => pending.includes(id))).toStrictEqual([]);
    });
  });

  test("4: nothing without the vault's tags is deleted, copied or marked", () => {
    always((plan, world) => {
      const ours = new Set(
        [...own(world.snapshots), ...own(world.copies)].map(({ snapshotId }) => snapshotId),
      );
      const touched = plan.actions.flatMap((action) =>
        action.kind === "snapshot"
          ? []
          : action.kind === "copy"
            ? [action.sourceSnapshotId]
            : [action.snapshotId, action.markSourceSnapshotId ?? action.snapshotId],
      );
      expect(touched.filter((id) => !ours.has(id))).toStrictEqual([]);
    });
  });

  test("6: a plan that was carried out leaves nothing to do within two more rounds", () => {
    always((_plan, world, policy) => {
      let now = world;
      let actions = planVault(now, policy, RUN, NOW).actions;
      const everCopied = new Set<string>();
      for (let round = 0; round < 3; round += 1) {
        for (const action of actions) {
          if (action.kind !== "copy") continue;
          expect([...everCopied]).not.toContain(action.sourceSnapshotId);
          everCopied.add(action.sourceSnapshotId);
        }
        now = applyToWorld(now, actions, NOW);
        actions = planVault(now, policy, RUN, NOW).actions;
      }
      expect(actions).toStrictEqual([]);
    });
  });
});

describe("every plan", () => {
  test("says of each own snapshot exactly once, with a reason, that it is kept or deleted", () => {
    always((plan, world) => {
      const ids = (list: readonly { region: string; snapshotId: string }[]) =>
        list.map(({ region, snapshotId }) => `${region} ${snapshotId}`).sort();
      const decided = [...plan.kept, ...deletesOf(plan)];
      expect(ids(decided)).toStrictEqual(ids([...own(world.snapshots), ...own(world.copies)]));
      expect(decided.filter(({ reason }) => reason === "")).toStrictEqual([]);
    });
  });

  test("is the same for the same world in another order", () => {
    const sorted = (plan: Plan) => ({
      actions: plan.actions.map((a) => JSON.stringify(a)).sort(),
      kept: plan.kept.map((k) => JSON.stringify(k)).sort(),
      problems: plan.problems.map((p) => JSON.stringify(p)).sort(),
      pending: plan.pending.map((p) => JSON.stringify(p)).sort(),
    });
    always((plan, world, policy) => {
      const reversed: World = {
        ...world,
        snapshots: [...(world.snapshots ?? [])].reverse(),
        copies: [...(world.copies ?? [])].reverse(),
      };
      const wake = plan.actions.some(({ kind }) => kind === "snapshot") ? RUN : SWEEP;
      expect(sorted(planVault(reversed, policy, wake, NOW))).toStrictEqual(
        sorted(planVault(world, policy, wake, NOW)),
      );
    });
  });

  test("does not change the world that it is given", () => {
    always((_plan, world, policy) => {
      const before = JSON.stringify(world);
      planVault(world, policy, RUN, NOW);
      expect(JSON.stringify(world)).toBe(before);
    });
  });
});
