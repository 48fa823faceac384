/**
 * Reads JSON that a person's shell wrote: UTF-8 or UTF-16 with a byte order mark (PowerShell's `>`), or UTF-8 without.
 */
import { readFileSync } from "node:fs";
import { type Place, refuse } from "./place";

/**
 * Returns the text without its byte order mark. UTF-16 without one is recognized by the zero byte beside the first
 * character.
 */
export function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  if (!isLittle && !isBig) return bytes.toString("utf8").replace(/^\uFEFF/, "");
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  return (isBig ? even.swap16() : even).toString("utf16le").replace(/^\uFEFF/, "");
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").slice(0, 160);
}

/**
 * @param option what the file was given by
 * @param command what prints such a file
 * @throws a user error of one line that names option, file, what was expected and what was found
 */
export function readJsonFile(option: string, file: string, command: string): Place {
  const place: Place = { option, path: "", value: undefined };
  const expected = `a JSON file, as \`${command} --output json\` prints it`;
  const refused = (found: string) => refuse(place, expected, `${file}: ${found}`);
  let text: string;
  try {
    text = decode(readFileSync(file));
  } catch (error) {
    return refused(messageOf(error));
  }
  if (text.trim() === "") return refused("an empty file");
  try {
    return { ...place, value: JSON.parse(text) as unknown };
  } catch (error) {
    return refused(messageOf(error));
  }
}
