/** Writes notes on an edit that changes regions, beyond what the emulated account shows. Pure text. */
import type { VaultConfig } from "../../config/config";

type Regions = Pick<VaultConfig, "primaryRegion" | "drRegions" | "protectKeys" | "encryptPrimary">;

/**
 * Says what happens to the copies of a region whose key leaves the stack.
 * @param isPrimary true if it is the primary region now, where retention goes on
 */
function leftNote(region: string, { protectKeys }: Regions, isPrimary: boolean): string {
  const rest = isPrimary
    ? "`drKeep` goes on to delete them"
    : "the vault deletes none of them any more, so they go on to cost storage, which the costs here leave out";
  const kept = `the copies in ${region} are kept, and ${rest}`;
  return protectKeys
    ? `${kept}. \`pulumi up\` refuses this until the key of ${region} has left the stack (docs/RUNBOOK.md#a-key-has-to-leave-the-stack); here that is taken as done.`
    : `${kept}. protectKeys is false, so AWS deletes the key of ${region} 30 days later, and with it the copies are lost; this is not rehearsed.`;
}

/** @param before its `protectKeys` is what the keys of today are under */
export function regionNotes(before: Regions, after: Regions): string[] {
  const notes: string[] = [];
  const now = [after.primaryRegion, ...after.drRegions];
  for (const region of before.drRegions.filter((one) => !after.drRegions.includes(one))) {
    const isPrimary = region === after.primaryRegion;
    // The key of a DR region becomes that of the primary region if the vault has one there.
    if (!isPrimary || after.encryptPrimary !== true) notes.push(leftNote(region, before, isPrimary));
  }
  if (before.primaryRegion !== after.primaryRegion) {
    const moved = `aws:region moves no instance: from now on the vault backs up instances in ${after.primaryRegion}, and none in ${before.primaryRegion}`;
    const isLeft = !now.includes(before.primaryRegion);
    const left = isLeft ? `. It deletes nothing in ${before.primaryRegion} any more` : "";
    notes.push(`${moved}${left}.`);
  }
  return notes;
}
