/** Combines two lists of the units that a mail about an edit counts for: see namedUnits.ts. Pure. */
import type { NamedUnits } from "../model/memory/changeMemory";

function without(some: readonly string[], others: readonly string[]): string[] {
  const left = new Set(others);
  return some.filter((unit) => !left.has(unit));
}

/** Returns the units that both count for, in one of the two lists. */
export function inBoth(one: NamedUnits, other: NamedUnits): NamedUnits {
  const not = [...new Set([...(one.unnamed ?? []), ...(other.unnamed ?? [])])];
  const [named, more] = [one.named ?? other.named, one.named === undefined ? undefined : other.named];
  if (named === undefined) return not.length === 0 ? {} : { unnamed: not };
  return { named: without(more === undefined ? named : named.filter((unit) => more.includes(unit)), not) };
}
