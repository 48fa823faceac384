/** Tests restores in a model of EC2 that shows late what was done, and by people who do not wait. */
import fc from "fast-check";
import type { Kind } from "../../support/restore/account";
import type { Disturbed, Ran } from "../../support/restore/runs";
import { restore, resume, settle, undo } from "../../support/restore/runs";
import { SCENARIOS, anyScenario } from "../../support/restore/scenarios";
import { leftIn, trespasses, unnamed, withoutIds } from "../../support/restore/views";

const KINDS: readonly Kind[] = ["volumes", "interfaces", "instances", "images", "groups", "tasks"];
const LATEST_MS = 4_000;

const late = fc.record(
  Object.fromEntries(KINDS.map((kind) => [kind, fc.integer({ min: 0, max: LATEST_MS })])) as Record<
    Kind,
    fc.Arbitrary<number>
  >,
);
const disturbed: fc.Arbitrary<Disturbed> = fc.record(
  {
    stopsAfter: fc.nat({ max: 20 }),
    faults: fc.dictionary(
      fc.nat({ max: 20 }).map(String),
      fc.constantFrom("denied" as const, "unanswered" as const, "lost" as const),
      { maxKeys: 2 },
    ),
  },
  { requiredKeys: [] },
);
const scenario = fc.oneof(fc.constantFrom(...SCENARIOS), anyScenario);
const RUNS = { numRuns: 40 };

/** Repeats until it is done, as a person would: some seconds apart. */
async function persist(attempt: () => Promise<Ran | undefined>, failures: string[]): Promise<boolean> {
  for (let tries = 0; tries < 4; tries += 1) {
    const ran = await attempt();
    if (ran === undefined || ran.outcome.state === "done") return true;
    if (ran.outcome.state === "failed") failures.push(ran.outcome.failed.message);
  }
  return false;
}

test("comes to the same end, and makes nothing twice, however late EC2 shows what was done", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, late, disturbed, async ({ world: make, order, source, devices }, lateMs, how) => {
      const [world, other] = [make(), make()];
      world.lateMs = lateMs;
      await restore(world, order, how);
      const failures: string[] = [];
      const isDone = await persist(async () => (await resume(world, source)) ?? restore(world, order), failures);
      await restore(other, order);
      settle(world);
      settle(other);
      expect([failures, isDone]).toStrictEqual([failures, true]);
      expect(withoutIds(world.account)).toBe(withoutIds(other.account));
      expect(trespasses(world, make().account, devices)).toStrictEqual([]);
    }),
    RUNS,
  );
});

test("is undone without a rest, however late EC2 shows what was done", async () => {
  await fc.assert(
    fc.asyncProperty(
      scenario,
      late,
      disturbed,
      disturbed,
      async ({ world: make, order, devices }, lateMs, how, again) => {
        const world = make();
        world.lateMs = lateMs;
        await restore(world, order, how);
        // Before anything shows, there is nothing to undo.
        settle(world);
        await undo(world, again);
        const failures: string[] = [];
        const isDone = await persist(() => undo(world, { settleMs: 2 * LATEST_MS }), failures);
        settle(world);
        expect([failures, isDone]).toStrictEqual([failures, true]);
        expect(leftIn(world.account)).toStrictEqual(leftIn(make().account));
        expect(unnamed(make().account, { ...world.account, instances: {}, tasks: {} })).toStrictEqual([]);
        expect(trespasses(world, make().account, devices)).toStrictEqual([]);
      },
    ),
    RUNS,
  );
});
