/** What a clock's payload says of recovery points, as far as it can be so: a person may have written anything there. Pure. */
import type { CountedRegion, GonePoints, PointMemory } from "./pointMemory";

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isCounted(one: unknown): one is CountedRegion {
  if (!isRecord(one) || typeof one.region !== "string" || !isTexts(one.slots)) return false;
  return isRecord(one.has) && Object.values(one.has).every(isTexts);
}

function isGone(one: unknown): one is GonePoints {
  if (!isRecord(one)) return false;
  const areTexts = [one.region, one.of, one.since].every((text) => typeof text === "string");
  if (!areTexts || typeof one.count !== "number" || !isRecord(one.slots)) return false;
  return Object.values(one.slots).every((number) => typeof number === "number");
}

/** Returns the memory, or an empty one where any of it can't be read: then nothing is missed once. */
export function pointsOf(carried: unknown): PointMemory {
  const { counted, gone } = isRecord(carried) ? carried : {};
  const isRead = Array.isArray(counted) && counted.every(isCounted);
  if (!isRead || !Array.isArray(gone) || !gone.every(isGone)) return { counted: [], gone: [] };
  return { counted, gone };
}
