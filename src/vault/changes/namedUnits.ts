/**
 * Finds which units a mail about an edit counts for: those that it names. A mail looks ahead, but what happens later may
 * make others lose something because of the same edit. These have a mail and a grace of their own (docs/adr/0030). Pure.
 */
import type { ChangeKey, HeldPoint } from "../model/memory/waitingPlans";
import type { FormersOf } from "../retention/former";
import { type Known, isOf, isOfEdit, kindOf } from "./changeKeys";
import type { ChangedRegion } from "./looked";
import type { NamedUnits } from "../model/memory/changeMemory";
import type { Ruled } from "../retention/effectiveRules";
import { setsByShared } from "../retention/recoverySets";

/** Limit on the units that mails list in all, since Scheduler accepts 256 KB of input. A mail beyond it counts for none. */
const MOST_LISTED = 1_500;
const NONE: NamedUnits = { named: [] };

/** Decides whether the mail about an edit counts for a unit. */
export type IsNamed = (key: ChangeKey, unit: string) => boolean;

/** Returns a function that decides that by what was mailed. */
export function namedBy(known: ReadonlyMap<ChangeKey, NamedUnits>): IsNamed {
  const sets = new Map<readonly string[], ReadonlySet<string>>();
  const has = (list: readonly string[], unit: string) => {
    const set = sets.get(list) ?? new Set(list);
    sets.set(list, set);
    return set.has(unit);
  };
  return (key, unit) => {
    const { named, unnamed } = known.get(key) ?? {};
    return named === undefined ? unnamed === undefined || !has(unnamed, unit) : has(named, unit);
  };
}

/** Returns the shorter list. */
function shorter(units: readonly string[], isNamed: (unit: string) => boolean): NamedUnits {
  const named = units.filter(isNamed);
  if (named.length * 2 <= units.length) return { named };
  return named.length === units.length ? {} : { unnamed: units.filter((unit) => !isNamed(unit)) };
}

/**
 * Returns the units that mails about edits name, by region; `undefined` if there is no such mail. A volume of several
 * instances is named if all of these are.
 */
export function namesIn(
  held: readonly HeldPoint[],
  { newest, shared }: Pick<Ruled, "newest" | "shared">,
  known: ReadonlyMap<ChangeKey, Known>,
): Readonly<Record<string, NamedUnits>> | undefined {
  const edits = held.filter((one) => [...one.keys].map(kindOf).some(isOfEdit));
  if (edits.length === 0) return undefined;
  let room = MOST_LISTED;
  for (const [key, { named = [], unnamed = [] }] of known) {
    if (isOfEdit(kindOf(key))) room -= named.length + unnamed.length;
  }
  const units = [...newest.keys()].filter((unit) => !unit.startsWith("vol-") || shared.has(unit));
  const names: Record<string, NamedUnits> = {};
  for (const region of new Set(edits.map((one) => one.region))) {
    const mine = held.filter((one) => one.region === region && !isOf(one, "limit"));
    const instances = new Set(mine.map(({ instanceId }) => instanceId));
    const lists = shorter(units, (unit) => [...(shared.get(unit) ?? [unit])].every((id) => instances.has(id)));
    const { length } = lists.named ?? lists.unnamed ?? [];
    names[region] = length > room ? NONE : lists;
    if (length <= room) room -= length;
  }
  return names;
}

/** Decides whether a key is that of an edit for one unit. */
function isOwn(parts: ReturnType<typeof kindOf>): boolean {
  return parts.kind === "settings" && !isOfEdit(parts);
}

/** Returns the keys of edits for units that their mails did not name, as long as these have anything from before the mail. */
export function openKeys(
  regions: readonly ChangedRegion[],
  shared: Ruled["shared"],
  known: ReadonlyMap<ChangeKey, NamedUnits>,
  formersOf: FormersOf | undefined,
): ReadonlySet<ChangeKey> {
  const open = new Set<ChangeKey>();
  const isListed = [...known.values()].some(({ named, unnamed }) => (named ?? unnamed) !== undefined);
  if (!isListed || formersOf === undefined) return open;
  for (const { region, verdict } of regions) {
    const all = shared.size === 0 ? [] : verdict.sets.flat().flatMap(({ snapshots }) => snapshots);
    for (const sets of [...verdict.sets, ...setsByShared(all, shared).values()]) {
      const unit = sets[0]?.instanceId ?? "";
      for (const { keys } of formersOf(unit, sets, region)) {
        for (const key of keys) if (isOwn(kindOf(key))) open.add(key);
      }
    }
  }
  return open;
}
