/**
 * Decides which blobs are read for which instances, and which capture has them. A blob takes a call each and is in no
 * tag: the tags say in which capture it is (docs/adr/0028). Pure.
 */
import { DAY_MS, parseIso } from "../lib/time";
import type { BlobName, BlobSlots, LaunchBlobs } from "../model/launchSpec";
import type { CoreSettings } from "../model/settings";
import type { Captured } from "./captures";

/**
 * Time after which a blob is read again although nothing changed. It bounds what a capture that could not be written
 * costs, and a capture outlives the recovery points that name it: it expires a month later (src/config/manifestDays.ts).
 */
const MAX_AGE_MS = 7 * DAY_MS;

/** One blob to read. */
export interface BlobRead {
  instanceId: string;
  name: BlobName;
}

/** Returns the blobs that are wanted of an instance. An instance that did not boot by UEFI has no UEFI variables. */
function wantedOf({ captured }: Captured, { userData, uefiData }: CoreSettings): BlobName[] {
  const hasUefi = captured.launch.currentBootMode === "uefi";
  return [
    ...(userData === true ? ["userData" as const] : []),
    ...(uefiData === true && hasUefi ? ["uefiData" as const] : []),
  ];
}

/**
 * Decides whether a blob must be read for a slot. User data change only while an instance is stopped (AWS,
 * "ModifyInstanceAttribute"), so that a later start is a reason too. A capture of the same slot is written again, and
 * has to have it again.
 */
function isDue({ captured, launchTimeMs = 0 }: Captured, name: BlobName, slotMs: number): boolean {
  const readMs = parseIso(captured.blobSlots?.[name] ?? "") ?? 0;
  return readMs >= slotMs || launchTimeMs > readMs || slotMs - readMs > MAX_AGE_MS;
}

/** Returns the blobs to read, those first that were read longest ago, so that a bound on them leaves none out for ever. */
export function blobsToRead(instances: readonly Captured[], settings: CoreSettings, slot: string): BlobRead[] {
  const slotMs = parseIso(slot) ?? 0;
  const due = instances.flatMap((one) =>
    wantedOf(one, settings)
      .filter((name) => isDue(one, name, slotMs))
      .map((name) => ({ instanceId: one.instanceId, name, before: one.captured.blobSlots?.[name] ?? "" })),
  );
  due.sort((a, b) => (a.before < b.before ? -1 : a.before > b.before ? 1 : 0));
  return due.map(({ instanceId, name }) => ({ instanceId, name }));
}

/**
 * Adds the blobs that were read. Where a read failed, the capture that is known remains: it is of the same facts.
 * @param slot of the capture that will have them
 */
export function withBlobs(instance: Captured, read: LaunchBlobs, settings: CoreSettings, slot: string): Captured {
  const { blobSlots: known = {}, ...captured } = instance.captured;
  const slots: Partial<Record<BlobName, string>> = {};
  for (const name of wantedOf(instance, settings)) {
    const before = known[name];
    if (read[name] !== undefined) slots[name] = slot;
    else if (before !== undefined && before < slot) slots[name] = before;
  }
  const blobSlots: BlobSlots = slots;
  return {
    ...instance,
    captured: { ...captured, ...(Object.keys(slots).length > 0 && { blobSlots }) },
    ...(Object.keys(read).length > 0 && { blobs: read }),
  };
}
