/** Tests from which share of its memory on the function warns. */
import { memoryNotice } from "../../../src/vault/report/memoryNotice";

test.each([
  [435, false],
  [436, true],
  [512, true],
])("with %s of 512 MB used, a notice is due: %s", (peakMb, isDue) => {
  expect(memoryNotice({ peakMb, limitMb: 512 }) !== undefined).toBe(isDue);
});

test("is one problem from week to week, whatever the peak", () => {
  const [one, other] = [450, 500].map((peakMb) => memoryNotice({ peakMb, limitMb: 512 }));
  expect([one?.kind, one?.subject]).toStrictEqual([other?.kind, other?.subject]);
});

test.each([
  [1_024, "for about the same price"],
  [2_048, "More memory costs in proportion"],
])("says with %s MB what more of it costs", (limitMb, price) => {
  expect(memoryNotice({ peakMb: limitMb, limitMb })?.hint).toContain(price);
});
