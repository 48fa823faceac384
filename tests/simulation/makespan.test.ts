/**
 * Tests that the makespan bench measures the vault, not a gap in the model. Method: a hundred snapshots; anything
 * faster than AWS's limits allow would show that the model does not apply them.
 */
import { boundMs, measureHere } from "../bench/makespan";

const MINUTE_MS = 60_000;

describe("the lower bound", () => {
  test.each([
    ["a batch at a time", 100, 2, 10 * MINUTE_MS],
    ["a batch that is not full", 21, 20, 40 * MINUTE_MS],
    ["the bucket, where copies end at once", 1_050, 0.01, 200_600],
  ])("is computed for %s", (_what, copies, copyMinutes, expectedMs) => {
    expect(boundMs(copies, copyMinutes)).toBe(expectedMs);
  });
});

describe("a hundred snapshots", () => {
  test.each([
    [1.6, "of 2 minutes by the clock", 2, false],
    [1.1, "of 20 minutes by the clock", 20, false],
    [1.1, "of 2 minutes by events", 2, true],
    [1.1, "of 100 minutes, in which the function starts anew", 100, false],
  ])("take 1 to %d times the bound, with copies of %s", async (most, _what, copyMinutes, events) => {
    const figure = await measureHere({ snapshots: 100, copyMinutes, copies: 100, events });
    expect(figure.ratio).toBeGreaterThanOrEqual(1);
    expect(figure.ratio).toBeLessThan(most);
  });
});
