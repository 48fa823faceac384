/**
 * Decides whether EC2 shows an instance whole. Its lists are eventually consistent. An instance that starts is listed
 * before its volumes are, and one list may show a volume that another lacks. One look is therefore not final. An
 * instance that is not whole keeps its slot open until it is, or until the window closes. Pure.
 */
import { MINUTE_MS } from "../../lib/time";
import type { ProtectedInstance } from "../../model/world";

/**
 * Time after a launch by which DescribeInstances shows the mappings. EC2 states no bound, but it usually takes seconds.
 */
const MAPPED_AFTER_MS = 10 * MINUTE_MS;
/** Time after a launch in which somebody may still attach volumes. */
const ATTACHED_AFTER_MS = 5 * MINUTE_MS;
/**
 * Difference between the system times of EC2 and of the function. A launch further ahead is due to a wrong time, so it
 * is not waited for.
 */
const SKEW_MS = MINUTE_MS;

function wasLaunchedWithin({ launchTimeMs }: ProtectedInstance, withinMs: number, nowMs: number): boolean {
  if (launchTimeMs === undefined) return false;
  const ageMs = nowMs - launchTimeMs;
  return ageMs > -SKEW_MS && ageMs < withinMs;
}

/** Returns true while an instance that shows no volume, or no root, may still turn out to have one. */
export function mayGetMappings(instance: ProtectedInstance, nowMs: number): boolean {
  const lacks = instance.volumes.length === 0 || instance.lacksRoot === true;
  return lacks && wasLaunchedWithin(instance, MAPPED_AFTER_MS, nowMs);
}

/** Returns true if EC2's answers agree about the instance's volumes, so that all can be snapshotted as one set. */
export function isWhole(instance: ProtectedInstance, nowMs: number): boolean {
  const { state, unmapped = [] } = instance;
  return state !== "pending" && unmapped.length === 0 && !mayGetMappings(instance, nowMs);
}

/** Returns true if no further volume is expected. A slot that has all of its volumes then has all of the instance. */
export function isSettled(instance: ProtectedInstance, nowMs: number): boolean {
  return isWhole(instance, nowMs) && !wasLaunchedWithin(instance, ATTACHED_AFTER_MS, nowMs);
}

/** Returns since when the slot has waited for the instance. Follow-ups come soon at first, and less often later. */
export function waitingSinceMs({ launchTimeMs }: ProtectedInstance, slotMs: number, nowMs: number): number {
  const launchedMs = launchTimeMs !== undefined && launchTimeMs <= nowMs ? launchTimeMs : slotMs;
  return Math.min(nowMs, Math.max(slotMs, launchedMs));
}
