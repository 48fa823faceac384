/**
 * Decides whether EC2 shows an instance whole. Its lists are eventually consistent: an instance that starts is listed
 * before its volumes are, and one list may show a volume that another lacks. One look is therefore not final: an
 * instance that is not whole keeps its slot open until it is, or until the window closes. Pure.
 */
import { MINUTE_MS } from "../../lib/time";
import type { ProtectedInstance } from "../../model/world";

/** By then DescribeInstances shows the mappings of what was launched. EC2 states no bound; it usually takes seconds. */
const MAPPED_AFTER_MS = 10 * MINUTE_MS;
/** Until then whoever launched it may still attach volumes to it. */
const ATTACHED_AFTER_MS = 5 * MINUTE_MS;
/** How far the clocks of EC2 and of the function may differ. A launch further ahead is of another clock: no reason to wait. */
const SKEW_MS = MINUTE_MS;

function wasLaunchedWithin({ launchTimeMs }: ProtectedInstance, withinMs: number, nowMs: number): boolean {
  if (launchTimeMs === undefined) return false;
  const ageMs = nowMs - launchTimeMs;
  return ageMs > -SKEW_MS && ageMs < withinMs;
}

/** Returns true while an instance that shows no volume may still turn out to have some. */
export function mayGetMappings(instance: ProtectedInstance, nowMs: number): boolean {
  const lacks = instance.volumes.length === 0 || instance.lacksRoot === true;
  return lacks && wasLaunchedWithin(instance, MAPPED_AFTER_MS, nowMs);
}

/** Returns true if EC2's answers agree about the instance's volumes, so that all of them can be snapshotted as one set. */
export function isWhole(instance: ProtectedInstance, nowMs: number): boolean {
  const { state, unmapped = [] } = instance;
  return state !== "pending" && unmapped.length === 0 && !mayGetMappings(instance, nowMs);
}

/** Returns true if no volume is expected any more: a slot that has all of its volumes has all of the instance. */
export function isSettled(instance: ProtectedInstance, nowMs: number): boolean {
  return isWhole(instance, nowMs) && !wasLaunchedWithin(instance, ATTACHED_AFTER_MS, nowMs);
}

/** Returns since when the slot has waited for the instance: the pass comes soon at first, and less often later. */
export function waitingSinceMs({ launchTimeMs }: ProtectedInstance, slotMs: number, nowMs: number): number {
  const launchedMs = launchTimeMs !== undefined && launchTimeMs <= nowMs ? launchTimeMs : slotMs;
  return Math.min(nowMs, Math.max(slotMs, launchedMs));
}
