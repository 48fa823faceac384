import { makeCalendar } from "../../../src/vault/retention/calendar";
import { parseWithin } from "../../../src/vault/retention/keepRules";
import { isNeverShorter } from "../../../src/vault/retention/withinLength";
import { DAY_MS } from "../../../src/vault/lib/time";

function never(shorter: string, than: string): boolean {
  return isNeverShorter(parseWithin(shorter)!, parseWithin(than)!);
}

/** Returns the least and the most days that so many months have before any day of eight years. */
function lengths(months: number): { least: number; most: number } {
  const { before } = makeCalendar("UTC");
  const distance = { years: 0, months, days: 0, hours: 0 };
  const starts = Array.from({ length: 8 * 366 }, (_, day) => Date.UTC(2024, 0, 1) + day * DAY_MS);
  const days = starts.map((ms) => (ms - before(ms, distance)) / DAY_MS);
  return { least: Math.min(...days), most: Math.max(...days) };
}

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  "compares %d months with days as the calendar counts them",
  (months) => {
    const { least, most } = lengths(months);
    expect(never(`${most}d`, `${months}m`)).toBe(true);
    expect(never(`${most - 1}d`, `${months}m`)).toBe(false);
    expect(never(`${months}m`, `${least}d`)).toBe(true);
    expect(never(`${months}m`, `${least + 1}d`)).toBe(false);
  },
);

test.each([13, 23, 24, 25, 48, 90])("never takes %d months for shorter or longer than they can be", (months) => {
  const { least, most } = lengths(months);
  expect(never(`${most - 1}d`, `${months}m`)).toBe(false);
  expect(never(`${months}m`, `${least + 1}d`)).toBe(false);
  expect(never(`${months * 31}d`, `${months}m`)).toBe(true);
  expect(never(`${months}m`, `${months * 30 - 5}d`)).toBe(true);
});

test.each([
  ["2m", "2m", true],
  ["1y", "12m", true],
  ["12m", "1y", true],
  ["1y1d", "12m", true],
  ["11m31d", "1y", true],
  ["11m30d", "1y", false],
  ["3m", "2m28d", true],
  ["3m", "2m29d", false],
  ["2d", "2d", true],
  ["2d12h", "2d", true],
  ["2d", "2d1h", false],
  ["9h", "8h", true],
  ["24h", "1d", false],
  ["25h", "1d", true],
  ["1d", "24h", false],
  ["1d", "23h", true],
])("compares the months, days and hours of two distances: is %s never shorter than %s? %j", (one, other, answer) => {
  expect(never(one, other)).toBe(answer);
});
