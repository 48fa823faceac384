/** Tests on random vaults what a slot gets and what every plan says: see support/arbitraryWorld.ts. */
import fc from "fast-check";
import { isClear } from "../../../../src/vault/identity/ownership";
import { HOUR_MS, MINUTE_MS } from "../../../../src/vault/lib/time";
import type { Plan } from "../../../../src/vault/model/actions";
import type { World } from "../../../../src/vault/model/world";
import { NEW_SNAPSHOT } from "../../../../src/cli/plan/ahead";
import { applyToWorld } from "../../../support/applyToWorld";
import { arbitraryVault } from "../../../support/arbitraryWorld";
import { always, deletesOf, own, ownCopies, planFor } from "../../../support/planProperties";
import { NOW, OPEN, SETTINGS, SLOT } from "../../../support/world";

describe("a slot", () => {
  test("that is closing, or no slot, creates no snapshot", () => {
    always((plan, _world, _policy, slotTask) => {
      if (slotTask?.mode === "open") return;
      expect(plan.actions.filter((action) => action.kind === "snapshot")).toStrictEqual([]);
    });
  });

  test("gets no second completed snapshot of a volume, and no fourth attempt", () => {
    always((plan, world, _policy, slotTask) => {
      for (const action of plan.actions) {
        if (action.kind !== "snapshot") continue;
        expect(action.slot).toBe(slotTask?.slot);
        for (const { volumeId } of action.volumes) {
          const there = own(world.snapshots).filter((s) => s.volumeId === volumeId && s.identity.slot === action.slot);
          expect(there.filter((s) => s.state !== "error")).toStrictEqual([]);
          expect(there.length).toBeLessThan(3);
        }
      }
    });
  });

  test("is settled only if each volume has a snapshot, gets one, or had its three attempts", () => {
    always((plan, world, policy, slotTask) => {
      if (slotTask?.mode !== "open" || !plan.slotSettled) return;
      const made = plan.actions.flatMap((a) => (a.kind === "snapshot" ? a.volumes : []));
      const volumes = world.instances?.flatMap((i) => i.volumes) ?? [];
      for (const volume of volumes.filter((v) => v.tags[policy.tagKey] !== "exclude")) {
        const there = own(world.snapshots).filter(
          (s) => s.volumeId === volume.volumeId && s.identity.slot === slotTask.slot,
        );
        const good = there.some((s) => s.state !== "error");
        expect(good || made.includes(volume) || there.length >= 3).toBe(true);
      }
    });
  });

  test("converges even if every new snapshot fails: after three attempts it is reported and settled", () => {
    const failing = fc.record({ firstMinutes: fc.nat(600), everyMinutes: fc.integer({ min: 1, max: 60 }) });
    fc.assert(
      fc.property(
        arbitraryVault({ calm: true }),
        failing,
        ({ world: drawn, policy }, { firstMinutes, everyMinutes }) => {
          // Failed attempts are deleted as soon as a newer snapshot is completed, because a superseded slot is not
          // served.
          fc.pre(own(drawn.snapshots).every((s) => s.startTimeMs < NOW));
          let world = drawn;
          let attempts = 0;
          const startMs = NOW + firstMinutes * MINUTE_MS;
          const wanted = (world.instances ?? [])
            .flatMap((i) => i.volumes)
            .filter((v) => v.tags[SETTINGS.tagKey] !== "exclude");
          for (let nowMs = startMs; nowMs < startMs + 3 * HOUR_MS; nowMs += everyMinutes * MINUTE_MS) {
            const { actions } = planFor(world, policy, OPEN, nowMs);
            world = applyToWorld(world, actions, nowMs);
            world.snapshots = world.snapshots?.map((s) =>
              s.snapshotId.startsWith(NEW_SNAPSHOT) ? { ...s, state: "error" } : s,
            );
            attempts += actions.flatMap((a) => (a.kind === "snapshot" ? a.volumes : [])).length;
          }
          expect(attempts).toBe(3 * wanted.length);
          const end = planFor(world, policy, OPEN, startMs + 3 * HOUR_MS);
          expect(end.slotSettled).toBe(true);
          const reported = end.problems.filter((p) => p.kind === "snapshot-errored").map((p) => p.subject);
          expect(reported).toStrictEqual(expect.arrayContaining(wanted.map((v) => `${v.volumeId} ${SLOT}`)));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("every plan", () => {
  test("lists each snapshot of its own or in doubt exactly once, with a reason, as kept or deleted", () => {
    always((plan, world, { dr, primaryRegion }) => {
      const isAllSeen = Object.keys(world.copies).length === dr.length;
      const all = [...(world.snapshots ?? []), ...Object.values(world.copies).flat()];
      // Snapshots in doubt are kept, whoever made them.
      const doubted = all.filter((one) => !isClear(one));
      // For a region that is not seen, a plan lists only failures that are deleted.
      const gone = deletesOf(plan).filter(({ region }) => region === primaryRegion);
      const primary = isAllSeen ? own(world.snapshots).filter(isClear) : gone;
      const copies = ownCopies(world).filter(isClear);
      const ids = (list: readonly { region: string; snapshotId: string }[]) =>
        list.map(({ region, snapshotId }) => `${region} ${snapshotId}`).sort();
      const decided = [...plan.kept, ...deletesOf(plan)];
      expect(ids(decided)).toStrictEqual(ids([...primary, ...copies, ...doubted]));
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
    always((plan, world, policy, slotTask) => {
      const reversed: World = {
        ...world,
        snapshots: [...(world.snapshots ?? [])].reverse(),
        copies: Object.fromEntries(Object.entries(world.copies).map(([region, seen]) => [region, [...seen].reverse()])),
      };
      expect(sorted(planFor(reversed, policy, slotTask))).toStrictEqual(sorted(plan));
    });
  });

  test("does not change the world that it is given", () => {
    always((_plan, world, policy, slotTask) => {
      const before = JSON.stringify(world);
      planFor(world, policy, slotTask);
      expect(JSON.stringify(world)).toBe(before);
    });
  });
});
