/** Tests on random vaults what rewritten tags never cause: see docs/adr/0017 and support/arbitraryTampering.ts. */
import fc from "fast-check";
import { dataStartMs } from "../../../../src/vault/inventory/sameSlot";
import { isClear, isOwn } from "../../../../src/vault/identity/ownership";
import { copyState } from "../../../../src/vault/inventory/copies";
import type { DeleteAction } from "../../../../src/vault/model/actions";
import type { CoreSettings } from "../../../../src/vault/model/settings";
import type { Snapshot, World } from "../../../../src/vault/model/world";
import { type Edit, arbitraryEdits, arbitraryEditsAndExpiredTags, tampered } from "../../../support/arbitraryTampering";
import { arbitraryVault } from "../../../support/arbitraryWorld";
import { deletesOf, goneOf, own, ownCopies, planFor, pointOf } from "../../../support/planProperties";
import { OPEN, SLOT, sealedIn, replacementOf } from "../../../support/world";

const slotTask = fc.constantFrom(OPEN, { slot: SLOT, mode: "closing" } as const, undefined);

/** Returns the vault's own snapshots in all regions. */
function all(world: World): Snapshot[] {
  return [...own(world.snapshots), ...ownCopies(world)];
}

/** Returns true if a snapshot can be restored from as configured: in a DR region under that region's key. */
function isWhole(one: Snapshot, { dr }: CoreSettings): boolean {
  const keyArn = dr.find(({ region }) => region === one.region)?.keyArn;
  return one.state === "completed" && (keyArn === undefined || copyState(one, keyArn) === "verified");
}

interface Deleted {
  action: DeleteAction;
  one: Snapshot;
  /** Finds what is kept in its region of the same volume, slot and data, can be restored from and is not in doubt. */
  twins: Snapshot[];
}

/**
 * Returns what a plan deletes and would not if every tag agreed with its Description. Nobody could restore from
 * failures.
 */
function alsoDeleted(
  world: World,
  edits: readonly Edit[],
  policy: CoreSettings,
  given: Parameters<typeof planFor>[2],
): Deleted[] {
  const agreed = goneOf(planFor(world, policy, given));
  const seen = tampered(world, edits);
  const plan = planFor(seen, policy, given);
  const gone = goneOf(plan);
  return deletesOf(plan).flatMap((action): Deleted[] => {
    const one = all(seen).find(({ snapshotId }) => snapshotId === action.snapshotId);
    if (one === undefined) throw new Error(`${action.snapshotId} is not the vault's own`);
    if (agreed.has(one.snapshotId) || one.state === "error") return [];
    const twins = all(seen).filter(
      (other) =>
        other.region === one.region &&
        pointOf(other) === pointOf(one) &&
        !gone.has(other.snapshotId) &&
        isClear(other) &&
        isWhole(other, policy),
    );
    return [{ action, one, twins }];
  });
}

/** Returns the id of the snapshot that held the data first. */
function originalOf({ snapshotId, identity }: Snapshot): string {
  return identity.source?.snapshotId ?? snapshotId;
}

const RUNS = { numRuns: 3_000 };

test("deletes by no tags a recovery point that it would keep if every tag agreed with the Description", () => {
  fc.assert(
    fc.property(arbitraryVault(), arbitraryEdits, slotTask, ({ world, policy }, edits, given) => {
      for (const { action, twins } of alsoDeleted(world, edits, policy, given)) {
        // Of several snapshots of one recovery point, another can be canonical.
        expect([action.because, twins.length > 0]).toStrictEqual(["redundant", true]);
      }
    }),
    RUNS,
  );
});

/** Adds verified copies of all that is completed, made as soon as the data was taken, to each region that lacks one. */
function copiedInTime(world: World, { dr }: CoreSettings): World {
  const sources = new Map<string, Snapshot>();
  for (const one of own(world.snapshots)) {
    const { snapshotId, volumeId, identity } = one;
    if (one.state !== "completed") continue;
    const startedMs = dataStartMs(one);
    const source = identity.source ?? { snapshotId, volumeId, startedMs };
    sources.set(source.snapshotId, {
      ...one,
      startTimeMs: startedMs,
      storageTier: "standard",
      identity: { ...identity, source },
    });
  }
  const copies = Object.entries(world.copies).map(([region, there]) => {
    const keyed = dr.find((one) => one.region === region)!;
    const verified = there.filter((copy) => copyState(copy, keyed.keyArn) === "verified");
    const copied = new Set(verified.map(({ identity }) => identity.source?.snapshotId));
    const added = [...sources]
      .filter(([source]) => !copied.has(source))
      .map(([source, one]) => ({ ...one, ...sealedIn(keyed), snapshotId: inTimeId(region, source) }));
    return [region, [...there, ...added]];
  });
  return { ...world, copies: Object.fromEntries(copies) as World["copies"] };
}

function inTimeId(region: string, source: string): string {
  return `in-time-${region}-${source}`;
}

test("deletes by added or removed copy-expired tags only what would be gone if its copies had been made in time", () => {
  fc.assert(
    fc.property(arbitraryVault(), arbitraryEditsAndExpiredTags, slotTask, ({ world, policy }, edits, given) => {
      for (const { action, one, twins } of alsoDeleted(world, edits, policy, given)) {
        if (action.because === "redundant" && twins.length > 0) continue;
        const inTime = copiedInTime(world, policy);
        const source = one.identity.source?.snapshotId ?? one.snapshotId;
        // A copy that is deleted in one region says nothing about those in another.
        const isMeant = ({ region }: Snapshot) => one.region === policy.primaryRegion || region === one.region;
        const copies = ownCopies(inTime).filter(
          (copy) => copy.snapshotId === inTimeId(copy.region, source) && isMeant(copy),
        );
        const gone = goneOf(planFor(inTime, policy, given));
        const kept = [one, ...copies].filter(({ snapshotId }) => !gone.has(snapshotId));
        expect(kept.map(({ snapshotId }) => snapshotId)).toStrictEqual([]);
      }
    }),
    RUNS,
  );
});

/** Puts an encrypted replacement in the place of each original that is completed, and a verified copy beside it. */
function replaced(world: World, policy: CoreSettings): World {
  const copied = copiedInTime(world, policy);
  const snapshots = copied.snapshots?.map((one) =>
    isOwn(one) && one.state === "completed" && one.identity.source === undefined
      ? replacementOf(one, `${one.snapshotId}-encrypted`)
      : one,
  );
  return { ...copied, snapshots };
}

test("deletes no copy of an encrypted replacement in doubt, which could not remember that its copy has expired", () => {
  fc.assert(
    fc.property(arbitraryVault(), arbitraryEditsAndExpiredTags, slotTask, ({ world, policy }, edits, given) => {
      const seen = tampered(replaced(world, policy), edits);
      const doubted = own(seen.snapshots).filter((one) => !isClear(one) && one.state === "completed");
      const clear = own(seen.snapshots).filter(isClear);
      const isClearToo = (doubt: Snapshot) =>
        clear.some(
          (one) =>
            originalOf(one) === originalOf(doubt) ||
            // Another of its slot remembers, and is the one that would be copied.
            (one.state === "completed" && pointOf(one) === pointOf(doubt)),
        );
      const remembered = new Set(doubted.filter((one) => !isClearToo(one)).map(originalOf));
      const gone = goneOf(planFor(seen, policy, given));
      const whole = ownCopies(seen).filter((copy) => isWhole(copy, policy));
      const isKept = (copy: Snapshot) =>
        whole.some((one) => one.region === copy.region && pointOf(one) === pointOf(copy) && !gone.has(one.snapshotId));
      const lost = whole.filter((copy) => remembered.has(originalOf(copy)) && !isKept(copy));
      expect(lost.map(({ snapshotId }) => snapshotId)).toStrictEqual([]);
    }),
    { numRuns: 4_000 },
  );
});

test("keeps what is in doubt, and every snapshot that it could replace", () => {
  fc.assert(
    fc.property(arbitraryVault(), arbitraryEditsAndExpiredTags, slotTask, ({ world, policy }, edits, given) => {
      const seen = tampered(world, edits);
      const plan = planFor(seen, policy, given);
      const doubted = new Set(
        all(seen)
          .filter((one) => !isClear(one))
          .map(({ snapshotId }) => snapshotId),
      );
      expect([...goneOf(plan)].filter((id) => doubted.has(id))).toStrictEqual([]);
      const reported = plan.problems.filter(({ kind }) => kind === "tampering").map(({ subject }) => subject);
      expect(reported).toStrictEqual(expect.arrayContaining([...doubted]));
      // Copy-expired tags are never written on what somebody changed.
      expect(
        deletesOf(plan).filter(({ expiredCopyTag }) => doubted.has(expiredCopyTag?.snapshotId ?? "")),
      ).toStrictEqual([]);
    }),
    RUNS,
  );
});
