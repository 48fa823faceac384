/** Tests on random vaults what encrypted replacements never do and always lead to: see support/arbitraryWorld.ts. */
import fc from "fast-check";
import { copyState } from "../../../../src/vault/inventory/copies";
import { MINUTE_MS } from "../../../../src/vault/lib/time";
import type { Snapshot, World } from "../../../../src/vault/model/world";
import type { CoreSettings } from "../../../../src/vault/model/settings";
import { applyToWorld } from "../../../support/applyToWorld";
import { type ArbitraryVault, arbitraryVault } from "../../../support/arbitraryWorld";
import {
  always,
  copiesOf,
  deletesOf,
  expectNewestKept,
  goneOf,
  isStandIn,
  own,
  ownCopies,
  planFor,
  pointOf,
} from "../../../support/planProperties";
import { NOW, OPEN, PRIMARY_KEY } from "../../../support/world";

const encrypting = (vaults: fc.Arbitrary<ArbitraryVault>) =>
  vaults.map(({ world, policy }) => ({ world, policy: { ...policy, primaryKeyArn: PRIMARY_KEY } }));

/** Returns true if a snapshot of the primary region can be restored from; a replacement only if it is as requested. */
function isGood(snapshot: Snapshot, { primaryKeyArn }: CoreSettings): boolean {
  if (!isStandIn(snapshot)) return snapshot.state === "completed";
  return copyState(snapshot, primaryKeyArn ?? snapshot.kmsKeyId ?? "") === "verified";
}

/** Returns the members of the same volume and slot. */
function slots(snapshots: readonly Snapshot[]): Snapshot[][] {
  return [...new Set(snapshots.map(pointOf))].map((point) => snapshots.filter((one) => pointOf(one) === point));
}

describe("an encrypted replacement", () => {
  test("is made only if the stack wants it, of an unencrypted completed snapshot that is kept, one per slot", () => {
    always((plan, world, policy) => {
      const gone = goneOf(plan);
      const made = copiesOf(plan).filter(({ region }) => region === policy.primaryRegion);
      if (policy.primaryKeyArn === undefined) expect(made).toStrictEqual([]);
      const points = made.map(({ sourceSnapshotId, sourceRegion, kmsKeyArn }) => {
        const source = own(world.snapshots).find((s) => s.snapshotId === sourceSnapshotId)!;
        expect([sourceRegion, kmsKeyArn]).toStrictEqual([policy.primaryRegion, PRIMARY_KEY]);
        expect([source.encrypted, source.state, isStandIn(source)]).toStrictEqual([false, "completed", false]);
        expect(gone.has(sourceSnapshotId)).toBe(false);
        return pointOf(source);
      });
      expect(new Set(points).size).toBe(points.length);
    });
  });

  test("is not made while there is a verified or pending one of the same original", () => {
    always((plan, world, policy) => {
      const there = own(world.snapshots).filter(isStandIn);
      const served = there
        .filter((one) => one.state === "pending" || isGood(one, policy))
        .map(({ identity }) => identity.source?.snapshotId);
      const made = copiesOf(plan).filter(({ region }) => region === policy.primaryRegion);
      expect(made.filter((one) => served.includes(one.sourceSnapshotId))).toStrictEqual([]);
    }, encrypting(arbitraryVault()));
  });

  test("that is not verified is never the only snapshot left of a slot, unless it was before", () => {
    always((plan, world, policy) => {
      const deletes = deletesOf(plan);
      const expired = deletes.filter(({ because }) => because === "retention");
      const byRules = new Set(expired.map(({ snapshotId }) => snapshotId));
      const gone = goneOf(plan);
      for (const members of slots(own(world.snapshots))) {
        if (members.some(({ snapshotId }) => byRules.has(snapshotId))) continue;
        const left = members.filter(({ snapshotId }) => !gone.has(snapshotId));
        const was = members.some((one) => isGood(one, policy));
        expect(left.some((one) => isGood(one, policy))).toBe(was);
      }
    });
  });
});

/** Completes what is pending. */
function finished(world: World): World {
  const finish = (one: Snapshot) => (one.state === "pending" ? { ...one, state: "completed" } : one);
  const copies = Object.entries(world.copies).map(([region, seen]) => [region, seen.map(finish)]);
  return {
    ...world,
    snapshots: world.snapshots?.map(finish),
    copies: Object.fromEntries(copies) as World["copies"],
  };
}

/** Makes and applies plans until nothing is left to do, and checks that each step keeps the newest verified ones. */
function settle(first: World, policy: CoreSettings): World {
  let world = first;
  let nowMs = NOW;
  for (let round = 0; round < 7; round += 1) {
    const plan = planFor(world, policy, OPEN, nowMs);
    expectNewestKept(
      plan,
      own(world.snapshots).filter(({ state }) => state === "completed"),
    );
    for (const { region, keyArn } of policy.dr) {
      const there = ownCopies(world).filter((copy) => copy.region === region);
      expectNewestKept(
        plan,
        there.filter((copy) => copyState(copy, keyArn) === "verified"),
      );
    }
    world = finished(applyToWorld(world, plan.actions, nowMs));
    // The longest pause after three failures (plan/copies/copies.ts).
    if (round === 0) nowMs += 121 * MINUTE_MS;
  }
  expect(planFor(world, policy, OPEN, nowMs).actions).toStrictEqual([]);
  return world;
}

const calm = encrypting(arbitraryVault({ calm: true }));

describe("in the end, with encryption on", () => {
  /** EC2 copies nothing out of the archive tier, so what is there remains as it is, with its redundant snapshots. */
  const movable = (snapshots: readonly Snapshot[]) =>
    slots(snapshots).filter((members) => members.every((one) => one.storageTier !== "archive"));

  test("nothing of the vault's is unencrypted, and each slot is there once in every region", () => {
    fc.assert(
      fc.property(calm, ({ world, policy }) => {
        const end = settle(world, policy);
        const completed = own(end.snapshots).filter(({ state }) => state === "completed");
        for (const members of movable(completed)) {
          // If the original is gone, a replacement under a former key remains as it is.
          if (!members.some((one) => isGood(one, policy))) continue;
          expect(members.map(({ encrypted }) => encrypted)).toStrictEqual([true]);
        }
        for (const { region, keyArn } of policy.dr) {
          const copies = ownCopies(end).filter((copy) => copy.region === region);
          const verified = copies.filter((copy) => copyState(copy, keyArn) === "verified");
          expect(slots(verified).map((members) => members.length)).toStrictEqual(slots(verified).map(() => 1));
        }
      }),
      { numRuns: 400 },
    );
  });

  test("everything remains as it is after encryption is switched off", () => {
    fc.assert(
      fc.property(calm, ({ world, policy }) => {
        const end = settle(world, policy);
        const completed = own(end.snapshots).filter(({ state }) => state === "completed");
        // A replacement under a former key is canonical now, and archived snapshots could not be replaced.
        fc.pre(completed.every((one) => isGood(one, policy) && one.storageTier !== "archive"));
        const { primaryKeyArn: _off, ...plain } = policy;
        const { actions } = planFor(end, plain, OPEN, NOW + 121 * MINUTE_MS);
        expect(actions).toStrictEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
