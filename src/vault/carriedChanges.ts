/** What a clock's payload says of changes, as far as it can be so: a person may have written anything there. Pure. */
import type {
  ChangeMemory,
  FormerSettings,
  MissingInstances,
  NotifiedChanges,
} from "./changeMemory";
import type { LeftRegion } from "./leftRegion";

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function areTexts(fields: Fields, ...keys: readonly string[]): boolean {
  return keys.every((key) => typeof fields[key] === "string");
}

function listOf<T>(value: unknown, isOne: (one: Fields) => boolean): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every((one) => isFields(one) && isOne(one)) ? (value as T[]) : undefined;
}

/** Settings that can be read: all else of them is what the vault wrote, since the stack wrote it. */
function isSettings(value: unknown): boolean {
  if (!isFields(value) || !areTexts(value, "orphans", "schedule", "timezone")) return false;
  const areRecords = [value.policies, value.overrideMin, value.overrideMax].every(isFields);
  return areRecords && Number.isInteger(value.keepAtLeast) && Number.isInteger(value.orphanDays);
}

function isFormer(one: Fields): boolean {
  return areTexts(one, "until") && (one.was === "unknown" || isSettings(one.was));
}

/** Returns the memory, or `lost` where any of it can't be read: then all that is there was kept by settings that nobody knows. */
export function changesOf(carried: unknown): ChangeMemory | "lost" {
  if (!isFields(carried)) return "lost";
  const { settings, regions, stopped } = carried;
  const former = listOf<FormerSettings>(carried.former, isFormer);
  const missing = listOf<MissingInstances>(carried.missing, (one) => areTexts(one, "since", "slot") && isTexts(one.of)); // prettier-ignore
  const notified = listOf<NotifiedChanges>(carried.notified, (one) => areTexts(one, "in", "at", "plan") && isTexts(one.of)); // prettier-ignore
  const left = listOf<LeftRegion>(carried.left ?? [], (one) => areTexts(one, "region", "since"));
  const isRead = former !== undefined && missing !== undefined && notified !== undefined;
  if (!isRead || !isSettings(settings) || !isTexts(regions) || !isFields(stopped)) return "lost";
  if (!Object.values(stopped).every(isTexts)) return "lost";
  const known = { settings, regions, former, missing, notified, stopped } as ChangeMemory;
  // What is left in other regions decides nothing: to forget it is better than to hold all.
  return left !== undefined && left.length > 0 ? { ...known, left } : known;
}
