/** Returns the same text for the same data, whatever the order of its keys. */
export function stableText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${key}:${stableText(one)}`).join()}}`;
}
