import { ageText, parseTime, readAs } from "../../../src/cli/times";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const iso = (text: string) => new Date(parseTime(text, NOW)).toISOString();
const local = (year: number, month: number, day: number, hour: number) =>
  new Date(year, month - 1, day, hour).toISOString();

test.each([
  ["2026-11-22T03:00:00Z", "2026-11-22T03:00:00.000Z"],
  ["2026-11-22T03:00:00+02:00", "2026-11-22T01:00:00.000Z"],
  ["3h ago", "2026-11-22T09:00:00.000Z"],
  ["90m", "2026-11-22T10:30:00.000Z"],
  ["1.5 d ago", "2026-11-21T00:00:00.000Z"],
  ["2w", "2026-11-08T12:00:00.000Z"],
])("%s is %s", (text, expected) => {
  expect(iso(text)).toBe(expected);
});

test("a time without a zone is in the zone of this machine", () => {
  expect(iso("2026-11-20 14:00")).toBe(local(2026, 11, 20, 14));
  expect(iso("2026-11-20")).toBe(local(2026, 11, 20, 0));
  expect(iso("yesterday 14:00")).toBe(local(2026, 11, 21, 14));
});

test("what is no time is refused with examples", () => {
  expect(() => parseTime("soonish", NOW)).toThrow(
    expect.objectContaining({ name: "BadTime", exitCode: 2, message: 'expected a time, got "soonish"' }) as Error,
  );
});

test.each(["yesterday 25:00", "last tuesday or so", "2026-13-40", "from monday to friday", "14:00 yesterday 15:00"])(
  "a time that is understood in part is refused: %s",
  (text) => {
    expect(() => parseTime(text, NOW)).toThrow(expect.objectContaining({ name: "BadTime" }) as Error);
  },
);

test("how a time was read is said, with its zone", () => {
  expect(readAs("2026-11-22T03:00:00Z", NOW)).toMatch(/^2026-11-22T12:00:00Z \("2026-11-22T03:00:00Z"\)$/);
  expect(readAs("2026-11-22T12:00:00Z", NOW)).toBe("2026-11-22T12:00:00Z");
  expect(readAs("yesterday 14:00", NOW)).toMatch(/ in \S+\)$/);
});

test("an age is in words, also one that is yet to come", () => {
  expect(ageText(NOW - 7_200_000, NOW)).toBe("2 hours");
  expect(ageText(NOW + 7_200_000, NOW)).toBe("in 2 hours");
});
