import { hintTimeMs } from "../../../src/vault/clock/hintTime";
import { MINUTE_MS, SECOND_MS } from "../../../src/vault/lib/time";
import { NOW } from "../../support/world";

/** Makes a region whose copies are expected to end in some seconds, or of which nothing is known. */
function full(inSeconds?: number, ageMinutes = 0) {
  const expected = inSeconds === undefined ? {} : { untilMs: NOW + inSeconds * SECOND_MS };
  return { youngestMs: NOW - ageMinutes * MINUTE_MS, ...expected };
}

test.each([
  ["when a place is expected to get free", [full(90)], 0, 90],
  ["earlier by what a look takes", [full(90)], 30, 60],
  ["after ten seconds at least", [full(90)], 85, 10],
  ["after half a minute if nothing is known", [full()], 0, 30],
  ["after a quarter of the age if nothing is known", [full(undefined, 4)], 0, 60],
  ["for the first of several regions", [full(90), full(), full(50)], 0, 30],
  ["after five minutes at most", [full(300)], 0, 300],
])("comes %s", (_what, regions, lookedSeconds, seconds) => {
  expect(hintTimeMs(regions, lookedSeconds * SECOND_MS, NOW)).toBe(NOW + seconds * SECOND_MS);
});

test("does not come for copies that take long, because the timer is exact enough", () => {
  expect(hintTimeMs([full(301)], 0, NOW)).toBeUndefined();
  expect(hintTimeMs([full(undefined, 21)], 0, NOW)).toBeUndefined();
});

test("does not come if nothing waits for a place", () => {
  expect(hintTimeMs([], 0, NOW)).toBeUndefined();
});
