/** A JSON value and where it stands, so that each refusal names its place. Pure. */
import { userError } from "../python";

/** One value of a file that was given on the command line. */
export interface Place {
  /** `--inventory` */
  option: string;
  /** `Reservations[0].Instances[2].Tags`; empty: the whole file. */
  path: string;
  /** Id of the instance or volume that the value belongs to, once it is known. */
  of?: string;
  value: unknown;
}

const MOST_SHOWN = 60;

/** Returns what was found, on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/**
 * @param found in place of the value itself
 * @throws a user error of one line: option, path, instance or volume, what was expected and what was found
 */
export function refuse(place: Place, expected: string, found = shown(place.value)): never {
  const { option, path, of } = place;
  const where = [path, of === undefined ? "" : `of ${of}`].filter((text) => text !== "").join(" ");
  throw userError(`${option}: ${where === "" ? "" : `${where}: `}expected ${expected}, found ${found}`);
}

/** Returns a member of an object, whose value is `undefined` if there is none or it is `null`. */
export function member(place: Place, key: string): Place {
  const { value, path } = place;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) refuse(place, "an object");
  const found = (value as Record<string, unknown>)[key] ?? undefined;
  return { ...place, path: path === "" ? key : `${path}.${key}`, value: found };
}

/** Returns true for a member that is absent or `null`. */
export function isAbsent({ value }: Place): boolean {
  return value === undefined;
}

/** Returns the items of a list. A list that is absent or `null` is empty, and an item that is `null` is none. */
export function itemsOf(place: Place): Place[] {
  const { value, path } = place;
  if (value === undefined) return [];
  if (!Array.isArray(value)) refuse(place, "a list");
  const items = value.map((item: unknown, index) => ({ ...place, path: `${path}[${index}]`, value: item }));
  return items.filter((item) => item.value !== null);
}

export function textAt(place: Place, key: string): string | undefined {
  const found = member(place, key);
  if (isAbsent(found) || typeof found.value === "string") return found.value as string | undefined;
  return refuse(found, "a text");
}

export function booleanAt(place: Place, key: string): boolean | undefined {
  const found = member(place, key);
  if (isAbsent(found) || typeof found.value === "boolean") return found.value as boolean | undefined;
  return refuse(found, "true or false");
}

/** Returns a whole number above 0. */
export function countAt(place: Place, key: string): number | undefined {
  const found = member(place, key);
  if (isAbsent(found)) return undefined;
  const isCount = Number.isSafeInteger(found.value) && Number(found.value) > 0;
  return isCount ? (found.value as number) : refuse(found, "a whole number above 0");
}

/** Returns one of the values that AWS documents. */
export function oneOfAt<T extends string>(place: Place, key: string, values: readonly T[]): T | undefined {
  const found = member(place, key);
  if (isAbsent(found)) return undefined;
  const known = values.find((value) => value === found.value);
  return known ?? refuse(found, `one of ${values.join(", ")}`);
}

/** Returns an id of the given kind, which must be there. */
export function idAt(place: Place, key: string, prefix: "i" | "vol"): string {
  const found = member(place, key);
  const isId = typeof found.value === "string" && new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(found.value);
  return isId ? (found.value as string) : refuse(found, `an id such as ${prefix}-0123456789abcdef0`);
}
