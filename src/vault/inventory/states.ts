/** States of a snapshot, as EC2 names them. Pure. */
import type { Snapshot } from "../model/world";

export function isCompleted({ state }: Snapshot): boolean {
  return state === "completed";
}
