/** Tests snapshots whose copies keep failing beside others: nothing is alternately copied and deleted. */
import fc from "fast-check";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../../src/vault/lib/time";
import { TAG, copyExpiredTag } from "../../../../src/vault/model/tags/tags";
import type { CopyAction, DeleteAction, Plan } from "../../../../src/vault/model/actions";
import type { Snapshot, World } from "../../../../src/vault/model/world";
import { copiesOf, deletesOf, planFor } from "../../../support/planProperties";
import { DR, NOW, SETTINGS, copyOf, inDr, instance, snapshot, volume } from "../../../support/world";

const ROUNDS = 5;

/** Returns a copy that EC2 failed `index` hours ago. */
function failedCopy(source: Snapshot, index: number, nowMs: number): Snapshot {
  const startTimeMs = nowMs - index * HOUR_MS - HOUR_MS / 2;
  return copyOf(source, `${source.snapshotId}-failed-${startTimeMs}`, { state: "error", startTimeMs });
}

/**
 * Draws nights of one instance with two volumes, some days ago, each snapshot with its copy. For some all copies
 * failed.
 */
function nights(made: readonly [number, string[]][], stuckAt: readonly number[]): { world: World; stuck: Set<string> } {
  const snapshots = [...new Map(made)].flatMap(([days, volumeIds]) =>
    volumeIds.map((volumeId) => {
      const startTimeMs = NOW - days * DAY_MS;
      const tags = { [TAG.slot]: isoSeconds(startTimeMs), [TAG.setSize]: String(volumeIds.length) };
      return snapshot(`${volumeId}/${days}`, { volumeId, startTimeMs, tags });
    }),
  );
  const stuck = new Set(snapshots.filter((_one, at) => stuckAt.includes(at)).map(({ snapshotId }) => snapshotId));
  const copies = snapshots.flatMap((one) =>
    stuck.has(one.snapshotId)
      ? [0, 1, 2].map((at) => failedCopy(one, at, NOW))
      : [copyOf(one, `copy of ${one.snapshotId}`)],
  );
  const instances = [instance("i-1", [volume("vol-1", { isRoot: true }), volume("vol-2")])];
  return { world: { snapshots, copies: inDr(copies), instances, problems: [], throttled: [] }, stuck };
}

/** Returns what an action made: a copy that is completed at once, or failed. */
function madeBy({ sourceSnapshotId }: CopyAction, world: World, isStuck: boolean, nowMs: number): Snapshot[] {
  const source = world.snapshots?.find(({ snapshotId }) => snapshotId === sourceSnapshotId);
  if (source === undefined) return [];
  if (isStuck) return [failedCopy(source, 0, nowMs)];
  return [copyOf(source, `${sourceSnapshotId}-copied-${nowMs}`, { startTimeMs: nowMs })];
}

function withExpiredTags(one: Snapshot, deletes: readonly DeleteAction[]): Snapshot {
  const regions = deletes.flatMap(({ expiredCopyTag }) =>
    expiredCopyTag?.snapshotId === one.snapshotId ? expiredCopyTag.regions : [],
  );
  const marks = Object.fromEntries(regions.map((region) => [copyExpiredTag(region), "true"]));
  return { ...one, tags: { ...one.tags, ...marks } };
}

/** Returns the world after a plan was fully applied. */
function after(plan: Plan, world: World, stuck: ReadonlySet<string>, nowMs: number): World {
  const deletes = deletesOf(plan);
  const gone = new Set(deletes.map(({ snapshotId }) => snapshotId));
  const made = copiesOf(plan).flatMap((one) => madeBy(one, world, stuck.has(one.sourceSnapshotId), nowMs));
  const isThere = ({ snapshotId }: Snapshot) => !gone.has(snapshotId);
  return {
    ...world,
    snapshots: world.snapshots?.filter(isThere).map((one) => withExpiredTags(one, deletes)),
    copies: inDr([...(world.copies[DR.region] ?? []), ...made].filter(isThere)),
  };
}

test("copies nothing twice because of a snapshot whose copies keep failing", () => {
  const volumes = fc.subarray(["vol-1", "vol-2"], { minLength: 1 });
  const made = fc.array(fc.tuple(fc.nat(9), volumes), { minLength: 2, maxLength: 5 });
  const stuckAt = fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 3 });
  const rules = fc.oneof(
    fc.integer({ min: 1, max: 9 }).map((retentionDays) => ({ retentionDays })),
    fc.integer({ min: 1, max: 4 }).map((last) => ({ last })),
  );
  fc.assert(
    fc.property(made, stuckAt, rules, (nightsMade, at, drKeep) => {
      const policy = { ...SETTINGS, dr: [DR], policies: { true: { keep: { last: 99 }, drKeep } } };
      const { world, stuck } = nights(nightsMade, at);
      const copied = new Map<string, number>();
      let seen = world;
      for (let round = 0; round < ROUNDS; round += 1) {
        const nowMs = NOW + round * HOUR_MS;
        const plan = planFor(seen, policy, undefined, nowMs);
        for (const { sourceSnapshotId: id } of copiesOf(plan)) copied.set(id, (copied.get(id) ?? 0) + 1);
        seen = after(plan, seen, stuck, nowMs);
      }
      expect([...copied].filter(([id, times]) => times > 1 && !stuck.has(id))).toStrictEqual([]);
    }),
    { numRuns: 500 },
  );
});
