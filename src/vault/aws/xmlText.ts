/** Reads the texts in EC2's XML as the SDK's own parser does. Pure. */
import { vaultError } from "../lib/errors";

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const ENTITY = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z][a-zA-Z0-9]{0,30}));/g;

const LAST_CODE_POINT = 0x10ffff;
const REPLACEMENT = "\ufffd";

/** Returns a character by its number. The SDK takes the last 16 bits of it, which garbles all beyond U+FFFF. */
function characterOf(code: number): string {
  return code > LAST_CODE_POINT ? REPLACEMENT : String.fromCodePoint(code);
}

/** Decodes line ends and entities, each once. An entity without a meaning in XML is left out. */
export function decodeText(raw: string): string {
  return raw.replace(/\r\n?/g, "\n").replace(ENTITY, (_entity, hex?: string, decimal?: string, name: string = "") => {
    if (hex !== undefined) return characterOf(parseInt(hex, 16));
    if (decimal !== undefined) return characterOf(Number(decimal));
    return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? "") : "";
  });
}

/** Returns true for white space with a line break, which lays out the document and is no text of it. */
export function isLayout(text: string): boolean {
  return text.includes("\n") && text.trim() === "";
}

/** A time as EC2 writes it, of which Date.parse makes what the rule below does. */
const PLAIN_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z$/;
const TIME = /^(\d{4})-(\d\d)-(\d\d)[tT](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[zZ]|([-+])(\d\d):(\d\d))$/;
/** Highest month, day, hour, minute and second; the last is a leap second. */
const HIGHEST = [12, 31, 23, 59, 60];

/**
 * Reads a time of RFC 3339.
 * @throws `UnreadableAnswer` for anything else, because a snapshot of unknown age must be neither kept nor deleted
 */
export function timeOf(text: string): Date {
  if (PLAIN_TIME.test(text)) return new Date(text);
  const [, year, month, day, hour, minute, second, fraction = "0", sign, offsetHours, offsetMinutes] =
    TIME.exec(text) ?? [];
  const parts = [month, day, hour, minute, second].map(Number);
  const [mon = NaN, date = 0] = parts;
  const isPast = parts.some((part, at) => part > (HIGHEST[at] ?? 0));
  if (year === undefined || isPast || mon < 1 || date < 1) {
    throw vaultError("UnreadableAnswer", `expected a time as of RFC 3339, got ${JSON.stringify(text)}`);
  }
  const [, , hours, minutes, seconds] = parts;
  const ms = Math.round(Number(`0${fraction}`) * 1_000);
  const atMs = Date.UTC(Number(year), mon - 1, date, hours, minutes, seconds, ms);
  const offsetMs = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * 60_000;
  return new Date(sign === "-" ? atMs + offsetMs : atMs - offsetMs);
}
