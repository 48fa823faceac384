/**
 * Tests that the makespan bench measures the vault, not a gap in the model. Method: a hundred snapshots; anything
 * faster than AWS's limits allow would show that the model does not apply them.
 */
import { leastMs, spreadMs } from "../bench/durations";
import { measureHere } from "../bench/makespan";
import { makeRandom } from "./random";

const MINUTE_MS = 60_000;

describe("the lower bound", () => {
  test.each([
    ["a batch at a time", 100, 2, 10 * MINUTE_MS],
    ["a batch that is not full", 21, 20, 40 * MINUTE_MS],
    ["the bucket, where copies end at once", 1_050, 0.01, 200_600],
  ])("is computed for %s", (_what, copies, copyMinutes, expectedMs) => {
    const durationsMs = Array.from({ length: copies }, () => copyMinutes * MINUTE_MS);
    expect(leastMs(durationsMs, copies)).toBe(expectedMs);
  });

  test("starts a copy as soon as the shortest of twenty has ended", () => {
    const durationsMs = [5, ...Array.from({ length: 19 }, () => 30), 10, 10];
    expect(leastMs(durationsMs, 3)).toBe(25);
  });
});

describe("durations that spread", () => {
  const next = spreadMs(120, makeRandom(7));
  const drawn = Array.from({ length: 10_000 }, next).sort((a, b) => a - b);

  test.each([
    [0.05, 0.37],
    [0.5, 1],
    [0.95, 2.68],
  ])("have %d of them below %d times the median", (share, times) => {
    expect((drawn[share * drawn.length] ?? 0) / 120 / times).toBeCloseTo(1, 1);
  });
});

describe("a hundred snapshots", () => {
  test.each([
    [1.1, "of 2 minutes", { copyMinutes: 2 }],
    [1.15, "of about 2 minutes", { copyMinutes: 2, isSpread: true }],
    [1.1, "of 20 minutes", { copyMinutes: 20 }],
    [1.9, "of 2 minutes if every hint is lost", { copyMinutes: 2, isTimerAlone: true }],
    [1.6, "of about 2 minutes if every hint is lost", { copyMinutes: 2, isTimerAlone: true, isSpread: true }],
    [1.1, "of 2 minutes by events", { copyMinutes: 2, isTimerAlone: true, gatheredMs: 0 }],
    [1.1, "of 100 minutes, in which the function starts anew", { copyMinutes: 100 }],
  ])("take 1 to %d times the bound, with copies %s", async (most, _what, given) => {
    const figure = await measureHere({ snapshots: 100, copies: 100, isSpread: false, ...given });
    expect(figure.ratio).toBeGreaterThanOrEqual(1);
    expect(figure.ratio).toBeLessThan(most);
  });
});
