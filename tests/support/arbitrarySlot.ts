/**
 * Draws one volume's slot with fast-check: a snapshot in any state, encrypted or not, existing or deleted; its
 * encrypted replacements, verified, pending, failed or under another key; and copies of each of them in each DR region.
 */
import fc from "fast-check";
import { TAG, copyExpiredTag } from "../../src/vault/model/tags/tags";
import { DAY_MS, MINUTE_MS, isoSeconds } from "../../src/vault/lib/time";
import type { KeyedRegion } from "../../src/vault/model/settings";
import type { Snapshot, Tags } from "../../src/vault/model/world";
import { DR, DR2, NOW, copyOf, sealedIn, snapshot, replacementOf } from "./world";

export const VOLUMES = ["vol-1", "vol-2"];

const foreign = fc.constantFrom<Tags[]>(
  { [TAG.vault]: "another-vault" },
  { [TAG.vault]: "" },
  { [TAG.vault]: "smart-vault-test2" },
);

interface DrawnCopy {
  state: string;
  verified: boolean;
  lateMinutes: number;
  region: KeyedRegion;
}

interface DrawnStandIn {
  state: string;
  verified: boolean;
  lateMinutes: number;
  marked: readonly KeyedRegion[];
  copies: DrawnCopy[];
}

export interface DrawnSlot {
  volumeId: string;
  slotDaysAgo: number;
  lateMinutes: number;
  state: string;
  encrypted: boolean;
  marked: readonly KeyedRegion[];
  archived: boolean;
  sourceGone: boolean;
  foreign?: Tags;
  copies: DrawnCopy[];
  replacements: DrawnStandIn[];
}

/** Draws a boolean that is mostly false. */
const seldom = (weight: number) =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.boolean() });

/**
 * Minutes between snapshots of one slot and volume: at most ten with the same data, at least twenty with other data.
 */
const LATE_STEP = 30;
const lateMinutes = fc
  .tuple(fc.nat({ max: 20 }), fc.nat({ max: 10 }))
  .map(([steps, minutes]) => steps * LATE_STEP + minutes);

/** Returns a number that distinguishes the data of two snapshots of a slot and volume, as they are drawn here. */
export function dataOf(dataMs: number, slotMs: number): number {
  return Math.floor((dataMs - slotMs) / (LATE_STEP * MINUTE_MS));
}

const copy: fc.Arbitrary<DrawnCopy> = fc.record({
  state: fc.constantFrom("completed", "completed", "completed", "pending", "error"),
  verified: seldom(5).map((not) => !not),
  lateMinutes: fc.integer({ min: 0, max: 8_000 }),
  region: fc.constantFrom(DR, DR2),
});

const marked: fc.Arbitrary<readonly KeyedRegion[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.subarray([DR, DR2]) },
);

const replacement: fc.Arbitrary<DrawnStandIn> = fc.record({
  state: fc.constantFrom("completed", "completed", "completed", "pending", "error", "recoverable"),
  verified: seldom(4).map((not) => !not),
  lateMinutes: fc.integer({ min: 0, max: 3_000 }),
  marked,
  copies: fc.array(copy, { maxLength: 2 }),
});

export const drawnSlot: fc.Arbitrary<DrawnSlot> = fc.record(
  {
    volumeId: fc.constantFrom(...VOLUMES),
    slotDaysAgo: fc.constantFrom(-1, 0, 1, 2, 4, 6, 9, 12),
    lateMinutes,
    state: fc.oneof(
      { weight: 6, arbitrary: fc.constant("completed") },
      { weight: 2, arbitrary: fc.constantFrom("pending", "error", "recoverable") },
    ),
    encrypted: seldom(3),
    marked,
    archived: seldom(8),
    sourceGone: seldom(3),
    foreign: fc.option(foreign, { nil: undefined, freq: 12 }),
    copies: fc.array(copy, { maxLength: 3 }),
    replacements: fc.oneof(
      { weight: 2, arbitrary: fc.constant<DrawnStandIn[]>([]) },
      { weight: 1, arbitrary: fc.array(replacement, { maxLength: 2 }) },
    ),
  },
  {
    requiredKeys: [
      "volumeId",
      "slotDaysAgo",
      "lateMinutes",
      "state",
      "encrypted",
      "marked",
      "archived",
      "sourceGone",
      "copies",
      "replacements",
    ],
  },
);

function marks(regions: readonly KeyedRegion[]): Tags {
  return Object.fromEntries(regions.map(({ region }) => [copyExpiredTag(region), isoSeconds(NOW - DAY_MS)]));
}

/** Returns a time some minutes later, but not in the future, because what has not started is not seen. */
function after(startMs: number, lateMinutes: number): number {
  return startMs > NOW ? startMs : Math.min(NOW, startMs + lateMinutes * MINUTE_MS);
}

function copiesOf(source: Snapshot, drawn: readonly DrawnCopy[]): Snapshot[] {
  if (source.state !== "completed") return [];
  return drawn.map(({ state, verified, lateMinutes, region }, number) =>
    copyOf(source, `${source.snapshotId}-copy-${number}`, {
      ...sealedIn(region),
      state,
      startTimeMs: after(source.startTimeMs, lateMinutes),
      storageTier: "standard",
      ...(!verified && { kmsKeyId: `${region.keyArn}-of-another` }),
    }),
  );
}

function replacementFor(original: Snapshot, drawn: DrawnStandIn, number: number): Snapshot {
  const { state, verified, lateMinutes } = drawn;
  return replacementOf(original, `${original.snapshotId}-stand-in-${number}`, {
    state,
    startTimeMs: after(original.startTimeMs, lateMinutes),
    storageTier: "standard",
    ...(!verified && { kmsKeyId: "arn:aws:kms:us-east-1:111122223333:key/another" }),
    tags: marks(drawn.marked),
  });
}

/** Snapshots of a slot in the primary region and, by region, in the others. */
export interface PlacedSlot {
  snapshots: Snapshot[];
  copies: Snapshot[];
}

/** Builds the snapshots of a drawn slot. Only a completed, unencrypted snapshot has encrypted replacements. */
export function place(drawn: DrawnSlot, index: number): PlacedSlot {
  const slotMs = NOW - drawn.slotDaysAgo * DAY_MS;
  const original = snapshot(`snap-${index}`, {
    volumeId: drawn.volumeId,
    state: drawn.state,
    startTimeMs: after(slotMs, drawn.lateMinutes),
    storageTier: drawn.archived ? "archive" : "standard",
    encrypted: drawn.encrypted,
    ...(drawn.encrypted && { kmsKeyId: "arn:aws:kms:us-east-1:111122223333:key/of-the-volume" }),
    tags: { [TAG.slot]: isoSeconds(slotMs), ...marks(drawn.marked), ...drawn.foreign },
  });
  const has = drawn.state === "completed" && !drawn.encrypted ? drawn.replacements : [];
  const replacements = has.map((one, number) => replacementFor(original, one, number));
  return {
    snapshots: [...(drawn.sourceGone ? [] : [original]), ...replacements],
    copies: [
      ...copiesOf(original, drawn.copies),
      ...replacements.flatMap((one, number) => copiesOf(one, has[number]?.copies ?? [])),
    ],
  };
}
