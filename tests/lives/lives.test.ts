/**
 * Tests that no edit, tag, volume or region deletes what nobody approved. Method: a few lives of the sources under an
 * oracle of its own. `npm run lives` is the long form.
 */
import { LIVES_THAT_FOUND } from "./foundLives";
import type { LifeResult } from "./life";
import { type Work, playSeeds } from "../simulation/seedPool";
import { LIVES } from "./lifeWorkers";

const DAYS = 150;

/** Plays in its own process, because jest's coverage makes the handler half as fast. */
async function play(seeds: readonly number[], work: Pick<Work, "days" | "onlyRetention">): Promise<LifeResult[]> {
  const left = [...seeds];
  const results: LifeResult[] = [];
  await playSeeds(
    LIVES,
    { ...work, jobs: 2 },
    () => left.shift(),
    (result) => results.push(result),
  );
  return results;
}

function broken(results: readonly LifeResult[]): string[] {
  return results.flatMap(({ seed, violations }) =>
    violations.map(({ rule, day, detail }) => `life ${seed}, day ${day}: ${rule}: ${detail}`),
  );
}

describe("lives", () => {
  test("delete nothing without an approval", async () => {
    const results = await play([3], { days: DAYS });

    expect(broken(results)).toStrictEqual([]);
    expect(results).toHaveLength(1);
  });

  test("find nothing in the lives that once found something", async () => {
    for (const { seeds, ...work } of LIVES_THAT_FOUND) {
      expect(broken(await play(seeds, work))).toStrictEqual([]);
    }
  }, 240_000);

  test("are the same for the same seed", async () => {
    const [first, again] = [await play([5], { days: 40 }), await play([5], { days: 40 })];

    expect(again).toStrictEqual(first);
    expect(first[0]!.counts.invocations).toBeGreaterThan(80);
  });
});
