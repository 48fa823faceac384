/**
 * Finds the tags that recovery points were made under before, in any region: a region that could not be read for a while
 * has none of those of meanwhile. Nothing else records the tags. Pure.
 */
import { comboOf, isSameCombo } from "./tagChanges";
import type { Ruled } from "../retention/effectiveRules";
import type { Snapshot, Tags } from "../model/world";

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

const NONE: ReadonlyMap<string, CarriedTags> = new Map();

function findAll(snapshots: readonly Snapshot[], { newest, shared }: Pick<Ruled, "newest" | "shared">, tagKey: string) {
  const units = new Map<string, Map<string, CarriedTags>>();
  const note = (unit: string, tags: Tags, one: Snapshot) => {
    // Nearly all tags are those of now, and a text of each would take long to make.
    if (isSameCombo(tags, newest.get(unit)?.tags ?? {}, tagKey)) return;
    const { region, state } = one;
    const { slot } = one.identity;
    const all = units.get(unit) ?? new Map<string, CarriedTags>();
    units.set(unit, all);
    const combo = comboOf(tags, tagKey);
    const known = all.get(combo) ?? { tags, slot, slotIn: new Map<string, string>() };
    all.set(combo, known);
    if (slot > known.slot) known.slot = slot;
    if (state === "completed" && slot > (known.slotIn.get(region) ?? "")) known.slotIn.set(region, slot);
  };
  for (const one of snapshots) {
    if (one.doubt !== undefined) continue;
    const { tags } = one;
    note(one.identity.instanceId, tags, one);
    if (shared.size > 0 && shared.has(one.volumeId)) note(one.volumeId, tags, one);
  }
  return units;
}

/**
 * Returns a function that finds the former tags of a unit. It reads all snapshots once, when it is first called.
 * @param snapshots the vault's own in all regions
 */
export function olderTags(
  snapshots: readonly Snapshot[],
  ruled: Pick<Ruled, "newest" | "shared">,
  tagKey: string,
): OlderTags {
  let units: ReturnType<typeof findAll> | undefined;
  return (unit) => {
    units ??= findAll(snapshots, ruled, tagKey);
    return units.get(unit) ?? NONE;
  };
}
