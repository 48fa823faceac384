/**
 * Facts as `key=value` words, packed into as few texts as a length allows. They are made for tag values: EC2 takes any
 * character there, but other services take only letters, digits, spaces and `+ - = . _ : / @` (AWS, "Tag your Amazon EC2
 * resources"). Pure.
 */

/** One fact. A list is several words with the same key. */
export type Word = readonly [key: string, value: string];

const PLAIN = /[A-Za-z0-9._:/@-]/;
/** What lies between packed texts. */
export const SEPARATOR = " ";

/** Writes what is not plain as `+HH`, one for each byte of its UTF-8 form. */
export function escaped(value: string): string {
  let text = "";
  for (const character of value) {
    if (PLAIN.test(character)) text += character;
    else
      for (const byte of Buffer.from(character, "utf8")) text += `+${byte.toString(16).padStart(2, "0").toUpperCase()}`;
  }
  return text;
}

/** Reads what {@link escaped} wrote; `undefined` for text that it never writes. */
export function unescaped(text: string): string | undefined {
  if (!/^(?:[A-Za-z0-9._:/@-]|\+[0-9A-F]{2})*$/.test(text)) return undefined;
  if (!text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", "%"));
  } catch {
    // Bytes that are no UTF-8.
    return undefined;
  }
}

/** Packs texts into as few as a length allows, in their order, separated by spaces. */
export function packTexts(all: readonly string[], maxLength: number): string[] {
  const packed: string[] = [];
  for (const text of all) {
    const last = packed[packed.length - 1];
    if (last !== undefined && last.length + SEPARATOR.length + text.length <= maxLength) {
      packed[packed.length - 1] = last + SEPARATOR + text;
    } else packed.push(text);
  }
  return packed;
}

/**
 * Packs words into texts of at most `maxLength` characters, in their order. A word that is longer than that is left out.
 * @returns the texts; none if there are no words
 */
export function packWords(words: readonly Word[], maxLength: number): string[] {
  const texts = words.map(([key, value]) => `${key}=${escaped(value)}`);
  return packTexts(
    texts.filter(({ length }) => length <= maxLength),
    maxLength,
  );
}

/** Reads words. What {@link packWords} never writes is left out, since anybody can edit a tag. */
export function parseWords(texts: readonly string[]): Word[] {
  return texts
    .flatMap((text) => text.split(SEPARATOR))
    .flatMap((word): Word[] => {
      const at = word.indexOf("=");
      const value = at < 1 ? undefined : unescaped(word.slice(at + 1));
      return value === undefined ? [] : [[word.slice(0, at), value]];
    });
}

/** Returns the words in groups that each begin with a word of the key. What comes before the first is left out. */
export function groupsAt(key: string, words: readonly Word[]): Word[][] {
  const groups: Word[][] = [];
  for (const word of words) {
    if (word[0] === key) groups.push([word]);
    else groups[groups.length - 1]?.push(word);
  }
  return groups;
}
