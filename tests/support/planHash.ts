/** Hashes all that an inventory and a plan say, with every list, map and set in its order. */
import { type Hash, createHash } from "node:crypto";
import type { Inventory } from "../../src/vault/inventory/inventory";
import type { Plan } from "../../src/vault/model/actions";

/** Writes a value to a hash, item by item, because the text of a large plan is longer than a string can be. */
function add(hash: Hash, value: unknown): void {
  if (value instanceof Map || value instanceof Set) {
    hash.update(value instanceof Map ? "map(" : "set(");
    for (const one of value) add(hash, one);
    hash.update(")");
  } else if (Array.isArray(value)) {
    hash.update("[");
    for (const one of value) add(hash, one);
    hash.update("]");
  } else if (typeof value === "object" && value !== null) {
    hash.update("{");
    for (const [key, one] of Object.entries(value)) {
      hash.update(JSON.stringify(key));
      add(hash, one);
    }
    hash.update("}");
  } else if (typeof value !== "function") hash.update(value === undefined ? "undefined;" : `${JSON.stringify(value)};`);
}

/** Returns the hash of an inventory and of the plan made by it, in hexadecimal. */
export function planHash(inventory: Inventory, plan: Plan): string {
  const hash = createHash("sha256");
  // These are part of `copies`, and other checkouts may lack them.
  add(hash, { ...inventory, dr: inventory.dr.map(({ clear: _some, ...seen }) => seen) });
  add(hash, plan);
  return hash.digest("hex").slice(0, 16);
}
