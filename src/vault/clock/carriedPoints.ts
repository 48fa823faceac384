/**
 * Reads what the timer's payload says of recovery points, as far as it is valid, because a person may have written
 * anything there. Pure.
 */
import type { CountedRegion, GonePoints, PointMemory } from "../model/memory/pointMemory";
import { isRecord, isTexts } from "../lib/json";
import { parseIso } from "../lib/time";

function areNumbers(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((one) => typeof one === "number");
}

function isInstant(value: unknown): value is string {
  return typeof value === "string" && parseIso(value) !== undefined;
}

function isCounted(one: unknown): one is CountedRegion {
  if (!isRecord(one) || typeof one.region !== "string" || !isTexts(one.slots)) return false;
  // Base 36, and not past the last possible time.
  const isPacked = one.slots.every((slot) => /^[0-9a-z]{1,7}$/.test(slot));
  return isPacked && isRecord(one.has) && Object.values(one.has).every(isTexts);
}

function isGone(one: unknown): one is GonePoints {
  if (!isRecord(one)) return false;
  const isNamed = typeof one.region === "string" && typeof one.of === "string";
  const isTimed = isInstant(one.seen) && isInstant(one.since);
  return isNamed && isTimed && typeof one.count === "number" && areNumbers(one.slots);
}

/**
 * Returns the memory of recovery points; `undefined` if any of it cannot be read, so that the next look starts again.
 */
export function pointsOf(carried: unknown): PointMemory | undefined {
  if (!isRecord(carried)) return undefined;
  const { at, deletedAt, counted, gone } = carried;
  if (!isInstant(at) || !(deletedAt === undefined || isInstant(deletedAt))) return undefined;
  if (!Array.isArray(counted) || !counted.every(isCounted)) return undefined;
  if (!Array.isArray(gone) || !gone.every(isGone)) return undefined;
  return { at, ...(deletedAt !== undefined && { deletedAt }), counted, gone };
}
