/** Prints a table and its heading for a terminal. */
import Table from "cli-table3";
import pc from "picocolors";

/** @param lastWidth columns at most of the last column, which is wrapped at words; `undefined`: as wide as it is */
export function table(head: string[], rows: readonly (string | number)[][], lastWidth?: number): string {
  const chars = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
  const colWidths = head.map((_, index) => (index === head.length - 1 && lastWidth !== undefined ? lastWidth : null));
  const style = { head: [], border: [] };
  const made = new Table({ head, chars, style, colWidths, wordWrap: lastWidth !== undefined });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

export function heading(text: string): string {
  return `\n${pc.bold(text)}`;
}

/**
 * Returns the last rows of a long list.
 * @param most how many are shown
 * @returns them, and how many were left out
 */
export function lastOf<Row>(rows: readonly Row[], most: number): { shown: Row[]; left: number } {
  const left = Math.max(0, rows.length - most);
  return { shown: rows.slice(left), left };
}
