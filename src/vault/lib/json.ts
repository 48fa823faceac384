/** Guards for JSON that anybody may have written. Nothing in it is trusted before a guard has checked it. Pure. */

export type Fields = Readonly<Record<string, unknown>>;

/** Parses JSON text; returns `undefined` if it is invalid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns true if a value is an object and not an array. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the value if it is an object and not an array, `undefined` otherwise. */
export function asRecord(value: unknown): Fields | undefined {
  return isRecord(value) ? value : undefined;
}

/** Returns true if a value is a list of strings. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
