/**
 * Goal: no rule breaks under limits, faults and people. Method: the real handler against the model, for the seeds that
 * once found something, a fixed range, and a few new ones every time, which the test prints. `npm run simulate` is the
 * long form.
 */
import { KEPT_SEEDS } from "./keptSeeds";
import { failureText } from "./summary";
import { type SimulationResult, simulate } from "./simulate";
import { vaultSource } from "./source";

const source = vaultSource();
const DAYS = 20;
const FIXED = 24;
const NEW = 8;
const TIMEOUT_MS = 300_000;

async function expectSound(seed: number, days: number): Promise<SimulationResult> {
  const result = await simulate(seed, days, source);
  if (result.violations.length > 0) throw new Error(failureText(result, false));
  return result;
}

describe("the simulation", () => {
  test(
    `finds nothing in the seeds 1 to ${FIXED}`,
    async () => {
      for (let seed = 1; seed <= FIXED; seed += 1) await expectSound(seed, DAYS);
    },
    TIMEOUT_MS,
  );

  test(
    "finds nothing in new seeds",
    async () => {
      const first = Math.floor(Math.random() * 1e9);
      console.log(`new seeds: --first ${first} --seeds ${NEW} --days ${DAYS}`);
      for (let seed = first; seed < first + NEW; seed += 1) await expectSound(seed, DAYS);
    },
    TIMEOUT_MS,
  );

  test(
    "finds nothing any more in the seeds that found something",
    async () => {
      for (const { seed, days } of KEPT_SEEDS) await expectSound(seed, days);
    },
    TIMEOUT_MS,
  );

  test(
    "is the same for the same seed, and another for another",
    async () => {
      const [first, again, other] = [
        await simulate(7, 5, source),
        await simulate(7, 5, source),
        await simulate(8, 5, source),
      ];

      expect(again).toEqual(first);
      expect(other.hash).not.toBe(first.hash);
      expect(first.counts.invocations).toBeGreaterThan(100);
    },
    TIMEOUT_MS,
  );

  test("leaves time and the SDK as they were", async () => {
    const before = Date;
    await simulate(1, 2, source);

    expect(Date).toBe(before);
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
  });
});
