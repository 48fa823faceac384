/** Decides whether a snapshot is the vault's own: asked once, of what was read (design.md, identity). Pure. */
import { TAG } from "../model/tags";
import type { Snapshot } from "../model/world";

/** Returns whether a snapshot is what its Description says. One whose tags were changed is; see doubts.ts. */
export function isOwn({ doubt }: Snapshot): boolean {
  return doubt?.of !== "identity";
}

/**
 * Returns whether nothing contradicts what a snapshot says of itself: only such a one may be deleted, or replace another.
 * Nobody can restore from a failed one, which stands in the way of the next (inventory/attempts.ts): it need only be the vault's.
 */
export function isClear({ doubt, state, tags, identity }: Snapshot): boolean {
  if (doubt === undefined) return true;
  // Without the vault's tag its role may not delete it.
  return state === "error" && doubt.of === "tags" && tags[TAG.vault] === identity.vaultId;
}

/** Returns whether a snapshot is the vault's copy of another. */
export function isOwnCopy(snapshot: Snapshot): boolean {
  return isOwn(snapshot) && snapshot.identity.source !== undefined;
}
