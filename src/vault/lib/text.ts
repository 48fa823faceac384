/** Wording that mails and reports share. Pure. */

/** Formats a number with its noun: `1 copy`, `2 copies`. */
export function pluralize(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What helps if AWS denied a call of the vault. */
export const IF_DENIED = "If AWS denied the call, `npx pulumi up --refresh` restores the role's permissions.";

/** Puts a command on a line of its own, so that a reader can copy it whole. */
export function withCommand(text: string, command: string, more?: string): string {
  return [`${text}:`, command, ...(more === undefined ? [] : [more])].join("\n");
}

const LISTED = 20;

/** Lists the first twenty texts, and how many more there are. */
export function listed(texts: readonly string[]): string {
  const left = texts.length - LISTED;
  return [...texts.slice(0, LISTED), ...(left > 0 ? [`and ${left} more`] : [])].join("; ");
}

/** Returns why a snapshot is kept together with another of its recovery point. */
export function partOf(snapshotId: string, held: string): string {
  return `${snapshotId} of it stays: ${held}`;
}
