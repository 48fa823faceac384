/**
 * Counts how often a plan reads the fields of snapshots, because a vault of ten times the size must not take a hundred
 * times as long. Unlike a time, a count is the same on every machine.
 */
import { takeInventory } from "../../../src/vault/inventory/inventory";
import type { Snapshot } from "../../../src/vault/model/world";
import { planVault } from "../../../src/vault/plan/plan";
import { seededVault } from "../../support/seededVault";

const FEW = 400;
const GROWTH = 8;
/** Sorting reads a little more per snapshot of a larger vault, and instances are drawn whole. */
const TOLERANCE = 1.5;

function readsOf(seed: number, records: number): number {
  const vault = seededVault(seed, records);
  let reads = 0;
  const counting = (one: Snapshot): Snapshot => {
    const fields = Object.entries(one).map(([key, value]: [string, unknown]) => {
      const get = () => {
        reads += 1;
        return value;
      };
      return [key, { get, enumerable: true }] as const;
    });
    return Object.defineProperties({} as Snapshot, Object.fromEntries(fields));
  };
  const copies = Object.entries(vault.world.copies).map(([region, all]) => [region, all.map(counting)] as const);
  const snapshots = vault.world.snapshots?.map(counting);
  const world = { ...vault.world, snapshots, copies: Object.fromEntries(copies) };
  planVault({ ...vault, world, inventory: takeInventory(world, vault.settings) });
  return reads / records;
}

// Drawn for failed snapshots, volumes that moved, and copies that expired.
test.each([1, 4, 10])("reads each snapshot hardly more often in a vault of eight times the size, seed %d", (seed) => {
  const few = readsOf(seed, FEW);
  expect(readsOf(seed, FEW * GROWTH)).toBeLessThan(few * TOLERANCE);
});
