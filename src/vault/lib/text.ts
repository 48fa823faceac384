/** Words that mails and reports share. Pure. */

/** `1 copy`, `2 copies`. */
export function pluralize(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const LISTED = 20;

/** The first twenty of them, and how many more there are. */
export function listed(texts: readonly string[]): string {
  const left = texts.length - LISTED;
  return [...texts.slice(0, LISTED), ...(left > 0 ? [`and ${left} more`] : [])].join("; ");
}

/** Why a snapshot stays with another of its recovery point. */
export function partOf(snapshotId: string, held: string): string {
  return `${snapshotId} of it stays: ${held}`;
}
