import fc from "fast-check";
import { expectedMs } from "../../../src/vault/clock/expected";

const NOW = 1_000;

test.each([
  ["one that takes as long as all did", [900], [300], 1, 1_200],
  ["the second of three that started one after another", [900, 930, 960], [300], 2, 1_230],
  ["half of one that takes as long as one of two", [900], [200, 400], 0.5, 1_100],
  ["one that lasts longer than some did", [900], [50, 80, 400], 1, 1_300],
  ["all that are expected, if more are wanted", [900, 100], [300], 2, 1_200],
  ["a third of each of three, three times", [1_000, 1_000, 1_000], [10, 20, 30], 3, 1_030],
])("expects %s", (_what, sinceMs, recentMs, count, atMs) => {
  expect(expectedMs({ sinceMs, recentMs }, count, NOW)).toBe(atMs);
});

test.each([
  ["nothing is under way", [], [300]],
  ["nothing of the kind has ended before", [900], []],
  ["all is older than anything took", [500], [100, 499]],
])("expects nothing if %s", (_what, sinceMs, recentMs) => {
  expect(expectedMs({ sinceMs, recentMs }, 1, NOW)).toBeUndefined();
});

test("expects a time that is to come, the later the more are to have ended", () => {
  const times = fc.array(fc.integer({ min: 0, max: NOW }), { minLength: 1, maxLength: 25 });
  const took = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(times, took, (sinceMs, recentMs) => {
      const ends = sinceMs.map((_, index) => expectedMs({ sinceMs, recentMs }, index + 1, NOW) ?? Infinity);
      expect(ends.every((atMs) => atMs > NOW)).toBe(true);
      expect(ends).toStrictEqual([...ends].sort((a, b) => a - b));
    }),
  );
});
