/**
 * Finds the tags that recovery points were made under before, in any region: a region that could not be read for a while
 * has none of those of meanwhile. Nothing else records the tags. Pure.
 */
import { comboOf, isSameCombo } from "./tagChanges";
import type { Ruled } from "../retention/effectiveRules";
import type { Tags } from "../model/world";

/** Tags that recovery points of a unit were made under. */
interface CarriedTags {
  tags: Tags;
  /** Slot of the newest of these points in any region. */
  slot: string;
  /** Slot of the newest completed one, by region. */
  slotIn: Map<string, string>;
}

/**
 * Returns other tags than now that recovery points of a unit were made under, by the text of what picks rules. A unit is
 * an instance, or a volume of several instances. Such a volume had the tags of each.
 */
export type OlderTags = (unit: string) => ReadonlyMap<string, CarriedTags>;

function findAll(unit: string, { newest, snapshotsOf }: Pick<Ruled, "newest" | "snapshotsOf">, tagKey: string) {
  const all = new Map<string, CarriedTags>();
  const now = newest.get(unit)?.tags ?? {};
  for (const one of snapshotsOf(unit)) {
    const { tags } = one;
    // Nearly all tags are those of now, and a text of each would take long to make.
    if (isSameCombo(tags, now, tagKey) || one.doubt !== undefined) continue;
    const { region, state, identity } = one;
    const combo = comboOf(tags, tagKey);
    const known = all.get(combo) ?? { tags, slot: identity.slot, slotIn: new Map<string, string>() };
    all.set(combo, known);
    if (identity.slot > known.slot) known.slot = identity.slot;
    if (state === "completed" && identity.slot > (known.slotIn.get(region) ?? "")) {
      known.slotIn.set(region, identity.slot);
    }
  }
  return all;
}

/** Returns a function that finds the former tags of a unit, once. */
export function olderTags(ruled: Pick<Ruled, "newest" | "snapshotsOf">, tagKey: string): OlderTags {
  const units = new Map<string, ReadonlyMap<string, CarriedTags>>();
  return (unit) => {
    const found = units.get(unit) ?? findAll(unit, ruled, tagKey);
    units.set(unit, found);
    return found;
  };
}
