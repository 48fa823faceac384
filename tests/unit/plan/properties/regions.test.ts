/** Tests plans with several DR regions on random vaults: see support/arbitraryWorld.ts. */
import { copyState } from "../../../../src/vault/inventory/copies";
import { copyExpiredTag } from "../../../../src/vault/model/tags/tags";
import { MINUTE_MS } from "../../../../src/vault/lib/time";
import type { CoreSettings, KeyedRegion } from "../../../../src/vault/model/settings";
import type { AttachedVolume, Snapshot, World } from "../../../../src/vault/model/world";
import { always, copiesOf, deletesOf, isSafeIn, own, ownCopies, pointOf } from "../../../support/planProperties";
import { NOW, SETTINGS } from "../../../support/world";

/** Returns the copies of a snapshot's data in a region. */
function copiesIn(region: string, { snapshotId, identity }: Snapshot, world: World): Snapshot[] {
  const data = identity.source?.snapshotId ?? snapshotId;
  return ownCopies(world).filter((copy) => copy.region === region && copy.identity.source?.snapshotId === data);
}

/** Returns true if nothing has to be done for a snapshot in a region now. */
function isServed(one: Snapshot, dr: KeyedRegion, world: World, policy: CoreSettings): boolean {
  const copies = copiesIn(dr.region, one, world);
  return isSafeIn(one, dr, world, policy) || copies.some(({ state }) => state === "pending");
}

/** Returns true if a second attempt failed a moment ago, so that the next must wait. */
function waits(one: Snapshot, { region, keyArn }: KeyedRegion, world: World): boolean {
  const broken = copiesIn(region, one, world).filter((c) => copyState(c, keyArn) === "unusable");
  return broken.length > 1 && broken.some((c) => NOW - c.startTimeMs < 30 * MINUTE_MS);
}

/**
 * Returns true if the vault believes a copy-expired tag for now, because no volume is left to back up and nobody knows
 * which instances are orphans.
 */
function isLeftForNow({ tags }: Snapshot, { region }: KeyedRegion, { instances = [] }: World): boolean {
  const isExcluded = (one: AttachedVolume) => one.tags[SETTINGS.tagKey] === "exclude";
  return instances.every(({ volumes }) => volumes.every(isExcluded)) && tags[copyExpiredTag(region)] !== undefined;
}

test("copies what lacks a copy to each region that is seen, and gives no slot two copies", () => {
  always((plan, world, policy) => {
    const { dr } = policy;
    const completed = own(world.snapshots).filter(({ state }) => state === "completed");
    for (const region of dr.filter((one) => world.copies[one.region] !== undefined)) {
      const made = copiesOf(plan).filter((action) => action.region === region.region);
      for (const point of new Set(completed.map(pointOf))) {
        const members = completed.filter((one) => pointOf(one) === point);
        const sources = new Set(members.map(({ snapshotId }) => snapshotId));
        const copies = made.filter(({ sourceSnapshotId }) => sources.has(sourceSnapshotId)).length;
        expect(copies).toBeLessThanOrEqual(1);
        if (members.every((one) => isServed(one, region, world, policy))) expect(copies).toBe(0);
        const mustWait = members.some(
          (one) => isServed(one, region, world, policy) || waits(one, region, world) || one.storageTier === "archive",
        );
        const isLeft = members.some((one) => isLeftForNow(one, region, world));
        if (!mustWait && !isLeft) expect(copies).toBe(1);
      }
    }
  });
});

test("adds and deletes nothing in a region that is not seen, and then deletes only failures in the primary region", () => {
  always((plan, world, { dr, primaryRegion }) => {
    const seen = Object.keys(world.copies);
    const touched = plan.actions.map(({ region }) => region);
    expect(touched.filter((r) => r !== primaryRegion && !seen.includes(r))).toStrictEqual([]);
    if (seen.length === dr.length) return;
    const failed = own(world.snapshots).filter(({ state }) => state === "error");
    const ids = failed.map(({ snapshotId }) => snapshotId);
    const deletes = deletesOf(plan).filter(({ region }) => region === primaryRegion);
    expect(deletes.filter(({ snapshotId }) => !ids.includes(snapshotId))).toStrictEqual([]);
  });
});

test("leaves the copy-expired tag of the region whose copy expires on the same slot", () => {
  always((plan, world, { primaryRegion }) => {
    const all = [...own(world.snapshots), ...ownCopies(world)];
    const find = (id: string) => all.find(({ snapshotId }) => snapshotId === id)!;
    for (const { region, snapshotId, expiredCopyTag, because } of deletesOf(plan)) {
      if (expiredCopyTag === undefined || region === primaryRegion) continue;
      expect([because, expiredCopyTag.regions]).toStrictEqual(["retention", [region]]);
      expect(pointOf(find(expiredCopyTag.snapshotId))).toBe(pointOf(find(snapshotId)));
      expect(find(expiredCopyTag.snapshotId).region).toBe(primaryRegion);
    }
  });
});
