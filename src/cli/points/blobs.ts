/**
 * Finds user data and UEFI variables of a recovery point (docs/adr/0026): they are in its own capture, or in the earlier
 * one that its tags name. They may hold secrets, so nothing here puts them into words.
 */
import { BLOB_NAMES, BLOB_WORDS } from "../../restore/blobs";
import type { BlobName, BlobSlots, LaunchBlobs } from "../../vault/model/launchSpec";
import { type Capture, findCapture } from "./capture";
import type { Point } from "./points";
import type { KnownVault } from "../reading/reading";

export interface FoundBlobs {
  /** Empty: the instance had none. Absent: not captured, or not to be read. */
  blobs: LaunchBlobs;
  /** What was captured and can't be read. */
  notes: string[];
}

/** What is known of the recovery point already. */
interface Known {
  vault: KnownVault;
  /** Its own capture, if it was read. */
  capture?: Capture;
  /** Slots of the captures that have them. */
  slots?: BlobSlots;
}

/** Reads the blobs that are wanted. Never throws, because a restore works without them. */
export async function findBlobs(
  point: Point,
  { vault, capture, slots = {} }: Known,
  wanted: readonly BlobName[] = BLOB_NAMES,
): Promise<FoundBlobs> {
  const captures = new Map([[point.slot, { capture }]]);
  const blobs: Partial<Record<BlobName, string>> = {};
  const notes: string[] = [];
  for (const name of wanted) {
    const slot = capture?.[name] === undefined ? slots[name] : point.slot;
    if (slot === undefined) continue;
    const known = captures.get(slot)?.capture;
    const found = known === undefined ? await findCapture({ ...point, slot }, vault) : { capture: known };
    if (found.capture !== undefined) captures.set(slot, { capture: found.capture });
    const text = found.capture?.[name];
    if (text !== undefined) blobs[name] = text;
    else notes.push(`${BLOB_WORDS[name]} captured with ${slot} can't be read: ${found.note ?? "it has none"}`);
  }
  return { blobs, notes };
}
