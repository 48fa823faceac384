/**
 * Draws vaults with fast-check: a few volumes with daily slots (arbitrarySlot.ts), redundant snapshots, snapshots that
 * are not the vault's at all; one DR region or two, one of them perhaps not seen; with encryption in the primary region
 * or not.
 */
import fc from "fast-check";
import type { KeyedRegion, CoreSettings } from "../../src/vault/model/settings";
import type { Snapshot, World } from "../../src/vault/model/world";
import { arbitraryKeepRules } from "./arbitraryKeepRules";
import { VOLUMES, drawnSlot, place } from "./arbitrarySlot";
import { DR, DR2, PRIMARY_KEY, SETTINGS, instance, volume } from "./world";

/** One vault: what it sees, and its settings. */
export interface ArbitraryVault {
  world: World;
  policy: CoreSettings;
}

interface Wanted {
  /** True if every DR region is seen, and nothing has a future slot. */
  calm?: boolean;
}

const days = fc.integer({ min: 1, max: 9 }).map((retentionDays) => ({ retentionDays }));

/**
 * Draws policies by days as often as by rules, with a floor and with orphans of each kind but the one that the rules
 * are not for.
 */
const arbitraryPolicy: fc.Arbitrary<CoreSettings> = fc
  .record({
    keep: fc.oneof(days, arbitraryKeepRules),
    drKeep: fc.oneof(days, arbitraryKeepRules),
    keepAtLeast: fc.constantFrom(1, 1, 1, 2),
    orphans: fc.constantFrom("keep" as const, "keep-last" as const),
    orphanDays: fc.integer({ min: 1, max: 9 }),
    editGraceDays: fc.integer({ min: 1, max: 9 }),
    timezone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York"),
    dr: fc.constantFrom([DR], [DR, DR2], [DR2, DR]),
    encrypts: fc.boolean(),
  })
  .map(({ keep, drKeep, encrypts, ...rest }) => ({
    ...SETTINGS,
    ...rest,
    ...(encrypts && { primaryKeyArn: PRIMARY_KEY }),
    policies: { true: { keep, drKeep } },
  }));

/** Returns the copies of each region that is seen. */
function seenOf(
  copies: readonly Snapshot[],
  dr: readonly KeyedRegion[],
  unseen: readonly KeyedRegion[],
): World["copies"] {
  const regions = dr.filter((one) => !unseen.includes(one)).map(({ region }) => region);
  return Object.fromEntries(regions.map((region) => [region, copies.filter((copy) => copy.region === region)]));
}

export function arbitraryVault({ calm = false }: Wanted = {}): fc.Arbitrary<ArbitraryVault> {
  const unseen = calm
    ? fc.constant([])
    : fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray([DR, DR2]) });
  const drawn = fc.record({
    slots: fc.array(drawnSlot, { maxLength: 12 }),
    // If no volume is left to back up, nobody knows which instances are orphans, and some of it waits.
    attached: fc.subarray(VOLUMES, { minLength: calm ? 1 : 0 }),
    excluded: fc.subarray(VOLUMES),
    policy: arbitraryPolicy,
    unseen,
  });
  return drawn.map(({ slots, attached, excluded, policy, unseen }) => {
    const drawn = slots.map((slot) => (calm ? { ...slot, slotDaysAgo: Math.max(0, slot.slotDaysAgo) } : slot));
    const placed = drawn.map(place);
    const volumes = attached.map((id, index) =>
      volume(id, {
        isRoot: index === 0,
        tags: excluded.includes(id) && !(calm && index === 0) ? { [SETTINGS.tagKey]: "exclude" } : {},
      }),
    );
    const snapshots = placed.flatMap((slot) => slot.snapshots);
    const copies = seenOf(
      placed.flatMap((slot) => slot.copies),
      policy.dr,
      unseen,
    );
    const instances = [instance("i-1", volumes)];
    return { world: { snapshots, copies, instances, problems: [], throttled: [] }, policy };
  });
}
