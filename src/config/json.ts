/** JSON in the stack's configuration: objects and arrays, which the CLI hands over as text. Pure. */

/** Returns the value of JSON text; `undefined` for invalid text. */
export function json(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns the value if it is an object and not an array. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}
