/** The rules that never break, held against random worlds: see docs/ARCHITECTURE.md and support/arbitraryWorld.ts. */
import fc from "fast-check";
import { isOwn } from "../../src/vault/duplicates";
import { planVault } from "../../src/vault/plan";
import { copiesBySource, copiesOf, copyState, coverageOf } from "../../src/vault/planCopies";
import { TAG } from "../../src/vault/tags";
import { isoSeconds, DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/vault/time";
import type {
  DeleteAction,
  Plan,
  Serving,
  Snapshot,
  VaultPolicy,
  World,
} from "../../src/vault/types";
import { applyToWorld } from "../support/applyToWorld";
import { arbitraryPolicy, arbitraryWorld } from "../support/arbitraryWorld";
import { DR, KEY, NOW, OPEN, SETTINGS, SLOT } from "../support/world";

const RUNS = { numRuns: 1_500 };

function deletesOf(plan: Plan): DeleteAction[] {
  return plan.actions.filter((action) => action.kind === "delete");
}

function own(snapshots: readonly Snapshot[] = []): Snapshot[] {
  return snapshots.filter((snapshot) => isOwn(snapshot, SETTINGS.vaultId));
}

/** The vault's copies in all DR regions. */
function ownCopies({ copies }: World): Snapshot[] {
  return own(Object.values(copies).flat());
}

const arbitraryServing = fc.constantFrom<(Serving | undefined)[]>(
  OPEN,
  { slot: SLOT, mode: "closing" },
  { slot: isoSeconds(NOW - DAY_MS), mode: "open" },
  undefined,
);

function planFor(world: World, policy: VaultPolicy, serving?: Serving, nowMs = NOW): Plan {
  return planVault(world, policy, serving, "run-1", nowMs);
}

/** Holds for the plan of every world, under every policy. */
function always(
  holds: (plan: Plan, world: World, policy: VaultPolicy, serving?: Serving) => void,
): void {
  fc.assert(
    fc.property(arbitraryWorld, arbitraryPolicy, arbitraryServing, (world, policy, serving) => {
      holds(planFor(world, policy, serving), world, policy, serving);
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
      expectNewestKept(plan, ownCopies(world).filter((c) => copyState(c, KEY) === "sound")); // prettier-ignore
    });
  });

  test("1 and 3: the newest completed copy of a volume is never deleted, whatever its key", () => {
    always((plan, world) => {
      expectNewestKept(plan, ownCopies(world).filter((c) => c.state === "completed")); // prettier-ignore
    });
  });

  test("2: a completed snapshot goes only when its copy is sound or expired, or its duplicate's is", () => {
    always((plan, world) => {
      const bySource = copiesBySource(ownCopies(world));
      const safe = (s: Snapshot) =>
        ["sound", "expired"].includes(coverageOf(s, copiesOf(s, bySource), DR));
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
      const pending = [...(world.snapshots ?? []), ...Object.values(world.copies).flat()]
        .filter((s) => s.state === "pending")
        .map((s) => s.snapshotId);
      const gone = deletesOf(plan).map((action) => action.snapshotId);
      expect(gone.filter((id) => pending.includes(id))).toStrictEqual([]);
    });
  });

  test("4: nothing without the vault's tags is deleted, copied or marked", () => {
    always((plan, world) => {
      const ours = new Set(
        [...own(world.snapshots), ...ownCopies(world)].map(({ snapshotId }) => snapshotId),
      );
      const touched = plan.actions.flatMap((action) =>
        action.kind === "copy"
          ? [action.sourceSnapshotId]
          : action.kind === "delete"
            ? [action.snapshotId, action.markSourceSnapshotId ?? action.snapshotId]
            : [],
      );
      expect(touched.filter((id) => !ours.has(id))).toStrictEqual([]);
    });
  });

  test("6: a plan that was carried out leaves nothing to do within two more rounds", () => {
    always((_plan, world, policy) => {
      let now = world;
      let nowMs = NOW;
      const everCopied = new Set<string>();
      for (let round = 0; round < 3; round += 1) {
        const { actions } = planFor(now, policy, OPEN, nowMs);
        for (const action of actions) {
          if (action.kind !== "copy") continue;
          expect([...everCopied]).not.toContain(action.sourceSnapshotId);
          everCopied.add(action.sourceSnapshotId);
        }
        now = applyToWorld(now, actions, nowMs);
        // A third try, of a snapshot or a copy, comes after a pause.
        if (round === 0) nowMs += 31 * MINUTE_MS;
      }
      const rest = planFor(now, policy, OPEN, nowMs);
      expect([rest.actions, rest.slotSettled]).toStrictEqual([[], true]);
    });
  });

  test("6: the same plan is made of the same world again", () => {
    always((plan, world, policy, serving) => {
      expect(planFor(world, policy, serving)).toStrictEqual(plan);
    });
  });
});

describe("a slot", () => {
  test("that is closing, or none, makes no snapshot", () => {
    always((plan, _world, _policy, serving) => {
      if (serving?.mode === "open") return;
      expect(plan.actions.filter((action) => action.kind === "snapshot")).toStrictEqual([]);
    });
  });

  test("gets no second good snapshot of a volume, and no fourth try", () => {
    always((plan, world, _policy, serving) => {
      for (const action of plan.actions) {
        if (action.kind !== "snapshot") continue;
        expect(action.slot).toBe(serving?.slot);
        for (const { volumeId } of action.volumes) {
          const there = own(world.snapshots).filter(
            (s) => s.volumeId === volumeId && s.tags[TAG.slot] === action.slot,
          );
          expect(there.filter((s) => s.state !== "error")).toStrictEqual([]);
          expect(there.length).toBeLessThan(3);
        }
      }
    });
  });

  test("is settled only where each volume has one, gets one, or had its three tries", () => {
    always((plan, world, policy, serving) => {
      if (serving?.mode !== "open" || !plan.slotSettled) return;
      const made = plan.actions.flatMap((a) => (a.kind === "snapshot" ? a.volumes : []));
      const volumes = world.instances?.flatMap((i) => i.volumes) ?? [];
      for (const volume of volumes.filter((v) => v.tags[policy.tagKey] !== "exclude")) {
        const there = own(world.snapshots).filter(
          (s) => s.volumeId === volume.volumeId && s.tags[TAG.slot] === serving.slot,
        );
        const good = there.some((s) => s.state !== "error");
        expect(good || made.includes(volume) || there.length >= 3).toBe(true);
      }
    });
  });

  test("converges though every new snapshot fails: three tries, then it is told and settled", () => {
    const failing = fc.record({ firstMinutes: fc.nat(600), everyMinutes: fc.integer({ min: 1, max: 60 }) }); // prettier-ignore
    fc.assert(
      fc.property(arbitraryWorld, failing, (drawn, { firstMinutes, everyMinutes }) => {
        // Remains go as soon as a newer snapshot is good: a slot that has been overtaken is not served.
        fc.pre(own(drawn.snapshots).every((s) => s.startTimeMs < NOW));
        let world = drawn;
        let tries = 0;
        const startMs = NOW + firstMinutes * MINUTE_MS;
        const wanted = (world.instances ?? []).flatMap((i) => i.volumes).filter((v) => v.tags[SETTINGS.tagKey] !== "exclude"); // prettier-ignore
        for (let nowMs = startMs; nowMs < startMs + 3 * HOUR_MS; nowMs += everyMinutes * MINUTE_MS) {
          const { actions } = planFor(world, SETTINGS, OPEN, nowMs);
          const before = new Set(world.snapshots?.map((s) => s.snapshotId));
          world = applyToWorld(world, actions, nowMs);
          world.snapshots = world.snapshots?.map((s) =>
            before.has(s.snapshotId) ? s : { ...s, state: "error" },
          );
          tries += actions.flatMap((a) => (a.kind === "snapshot" ? a.volumes : [])).length;
        }
        expect(tries).toBe(3 * wanted.length);
        const end = planFor(world, SETTINGS, OPEN, startMs + 3 * HOUR_MS);
        expect(end.slotSettled).toBe(true);
        const told = end.problems.filter((p) => p.kind === "failed-snapshot").map((p) => p.subject);
        expect(told).toStrictEqual(expect.arrayContaining(wanted.map((v) => `${v.volumeId} ${SLOT}`)));
      }), // prettier-ignore
      { numRuns: 300 },
    );
  });
});

describe("every plan", () => {
  test("says of each own snapshot exactly once, with a reason, that it is kept or deleted", () => {
    always((plan, world) => {
      const ids = (list: readonly { region: string; snapshotId: string }[]) =>
        list.map(({ region, snapshotId }) => `${region} ${snapshotId}`).sort();
      const decided = [...plan.kept, ...deletesOf(plan)];
      expect(ids(decided)).toStrictEqual(ids([...own(world.snapshots), ...ownCopies(world)]));
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
    always((plan, world, policy, serving) => {
      const reversed: World = {
        ...world,
        snapshots: [...(world.snapshots ?? [])].reverse(),
        copies: Object.fromEntries(
          Object.entries(world.copies).map(([region, seen]) => [region, [...seen].reverse()]),
        ),
      };
      expect(sorted(planFor(reversed, policy, serving))).toStrictEqual(sorted(plan));
    });
  });

  test("does not change the world that it is given", () => {
    always((_plan, world, policy, serving) => {
      const before = JSON.stringify(world);
      planFor(world, policy, serving);
      expect(JSON.stringify(world)).toBe(before);
    });
  });
});
