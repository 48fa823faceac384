/** Keeps texts that were cut out of a large one, without keeping that one. Pure. */

/**
 * Returns a text of its own. V8 makes a text that is cut out of another as a view of it, so that a few characters keep a
 * whole page in memory.
 */
export function ownText(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

/** Returns the same text for texts that are alike, so that each is kept once. */
export type Intern = (text: string) => string;

/** Makes an {@link Intern}. It remembers each text for as long as it is used itself. */
export function makeIntern(): Intern {
  const known = new Map<string, string>();
  return (text) => {
    const same = known.get(text);
    if (same !== undefined) return same;
    const own = ownText(text);
    known.set(own, own);
    return own;
  };
}
