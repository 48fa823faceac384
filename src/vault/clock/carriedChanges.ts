/**
 * Reads what the timer's payload says of changes, as far as it is valid, because a person may have written anything
 * there. Pure.
 */
import { type Fields, isRecord, isTexts } from "../lib/json";
import { HOUR_MS, isoSeconds, parseIso } from "../lib/time";
import type { ChangeMemory } from "../model/memory/changeMemory";

function areTexts(fields: Fields, ...keys: readonly string[]): boolean {
  return keys.every((key) => typeof fields[key] === "string");
}

function isListOf(value: unknown, isOne: (one: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((one) => isRecord(one) && isOne(one));
}

/**
 * Decides whether settings can be read. The rest of them needs no check, because the vault wrote what the stack gave
 * it.
 */
function isSettings(value: unknown): boolean {
  if (!isRecord(value) || !areTexts(value, "orphans", "schedule", "timezone")) return false;
  const areRecords = [value.policies, value.overrideMin, value.overrideMax].every(isRecord);
  return areRecords && Number.isInteger(value.keepAtLeast) && Number.isInteger(value.orphanDays);
}

function isFormer(one: Fields): boolean {
  return areTexts(one, "until") && (one.was === "unknown" || isSettings(one.was));
}

/**
 * Returns the memory of changes; `undefined` if any of it cannot be read. All that is there was then kept by unknown
 * settings.
 */
export function changesOf(carried: unknown, nowMs: number): ChangeMemory | undefined {
  if (!isRecord(carried)) return undefined;
  const isLater = (instant: string) => (parseIso(instant) ?? 0) > nowMs + HOUR_MS;
  const { settings, regions, stopped } = carried;
  const isMissing = (one: Fields) => areTexts(one, "since", "slot") && isTexts(one.of);
  const isNotified = (one: Fields) => {
    const { of, graceDays = 0, change = "", except = [], named = [], unnamed = [] } = one;
    const areLists = [of, except, named, unnamed].every(isTexts);
    return areTexts(one, "in", "at", "plan") && areLists && Number.isInteger(graceDays) && typeof change === "string";
  };
  const isRead =
    isListOf(carried.former, isFormer) &&
    isListOf(carried.missing, isMissing) &&
    isListOf(carried.notified, isNotified);
  if (!isRead || !isSettings(settings) || !isTexts(regions) || !isRecord(stopped)) return undefined;
  if (!Object.values(stopped).every(isTexts)) return undefined;
  const { left, ...read } = carried as unknown as ChangeMemory;
  // A system time that jumped wrote what lies in the future. Settings that end there would hold what is made until then.
  if (read.former.some(({ until }) => isLater(until))) return undefined;
  const now = isoSeconds(nowMs);
  const known = {
    ...read,
    missing: read.missing.map((one) => (isLater(one.since) ? { ...one, since: now } : one)),
    notified: read.notified.map((one) => (isLater(one.at) ? { ...one, at: now } : one)),
  };
  // The list of regions that left decides nothing, so it is better to forget it than to hold everything.
  const isLeft = isListOf(left, (one) => areTexts(one, "region", "since"));
  return isLeft && left !== undefined && left.length > 0 ? { ...known, left } : known;
}
