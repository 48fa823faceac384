/** States of instances. Pure. */

/** Decides whether an instance is gone for good, or on its way: shutting-down or terminated. */
export function hasEnded({ state }: { state: string }): boolean {
  return state === "shutting-down" || state === "terminated";
}
