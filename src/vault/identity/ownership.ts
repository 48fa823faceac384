/**
 * Decides whether a snapshot is the vault's own, by the doubts that were found when it was read (docs/adr/0017). Pure.
 */
import { TAG } from "../model/tags/tags";
import type { Snapshot } from "../model/world";

/** Returns true if a snapshot is what its Description says, even if its tags were changed: see doubts.ts. */
export function isOwn({ doubt }: Snapshot): boolean {
  return doubt?.of !== "identity";
}

/**
 * Returns true if nothing contradicts what a snapshot says of itself. Only such a snapshot is deleted or replaces
 * another. A failed one needs only the vault's tag: nobody can restore from it, and it blocks the next attempt
 * (inventory/attempts.ts).
 */
export function isClear(snapshot: Snapshot): boolean {
  const { doubt } = snapshot;
  if (doubt === undefined) return true;
  const { state, tags, identity } = snapshot;
  // Without the vault's tag the role is not allowed to delete it.
  return state === "error" && doubt.of === "tags" && tags[TAG.vault] === identity.vaultId;
}

/** Returns true if a snapshot is the vault's copy of another. */
export function isOwnCopy(snapshot: Snapshot): boolean {
  return isOwn(snapshot) && snapshot.identity.source !== undefined;
}
