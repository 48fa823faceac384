/** Tests each restore in a model of EC2, disturbed at each of its steps: what is left, what goes on, what is taken back. */
import { type World, fork } from "../../support/restore/account";
import type { Disturbed, Ran } from "../../support/restore/runs";
import { restore, resume, settle, undo } from "../../support/restore/runs";
import { SCENARIOS, type Scenario } from "../../support/restore/scenarios";
import { leftIn, trespasses, unnamed, withoutIds } from "../../support/restore/views";

const rows = SCENARIOS.map((scenario) => [scenario.name, scenario] as const);

/** Returns a world in which a restore was carried out. */
async function begun(scenario: Scenario, how: Disturbed = {}): Promise<{ world: World; ran: Ran }> {
  const begins = await cut(scenario, how);
  settle(begins.world);
  return begins;
}

/** Returns a world in which EC2 still works on what a restore asked for last. */
async function cut({ world: make, order }: Scenario, how: Disturbed): Promise<{ world: World; ran: Ran }> {
  const world = make();
  return { world, ran: await restore(world, order, how) };
}

type Ends = (step: number) => [string, Disturbed][];

const stopped: Ends = (step) => [[`stopped before ${step}`, { stopsAfter: step }]];

/** The ways in which a step may go wrong and end the run there. */
const ends: Ends = (step) => [
  ...stopped(step),
  [`denied at ${step}`, { faults: { [step]: "denied" } }],
  [`answer lost and stopped at ${step}`, { faults: { [step]: "lost" }, stopsAfter: step + 1 }],
];

type Look = (world: World, name: string) => void | Promise<void>;

/**
 * Goes from one world to each end that a run can come to, and hands over each world that is unlike those before.
 * @returns how many changing calls the run sends undisturbed
 */
async function atEachEnd(
  run: (how: Disturbed) => Promise<{ world: World; ran: Ran | undefined }>,
  look: Look,
  ways: Ends = ends,
): Promise<number> {
  const { world: whole, ran } = await run({});
  const changes = ran?.changes ?? 0;
  const seen = new Set<string>();
  const see = async (world: World, name: string) => {
    const key = JSON.stringify(world.account);
    if (!seen.has(key)) await look(world, name);
    seen.add(key);
  };
  for (let step = 0; step < changes; step += 1) {
    for (const [name, how] of ways(step)) {
      const { world } = await run(how);
      await see(world, name);
    }
  }
  await see(whole, "done");
  return changes;
}

function expectSafe(world: World, { world: make, devices }: Scenario, name: string): void {
  const before = make().account;
  expect([name, unnamed(before, world.account)]).toStrictEqual([name, []]);
  expect([name, trespasses(world, before, devices)]).toStrictEqual([name, []]);
}

test.each(rows)("comes to its end undisturbed: %s", async (_name, scenario) => {
  const { world, ran } = await begun(scenario);
  expect(ran.outcome).toMatchObject({ state: "done" });
  expectSafe(world, scenario, "undisturbed");
  expect(world.account.images).toStrictEqual(scenario.world().account.images);
});

test.each(rows)("leaves nothing unnamed wherever it ends: %s", async (_name, scenario) => {
  const steps = await atEachEnd(
    (how) => begun(scenario, how),
    (world, name) => {
      expectSafe(world, scenario, name);
    },
  );
  expect(steps).toBeGreaterThan(3);
});

test.each(rows)("goes on to the same end from wherever it ended: %s", async (_name, scenario) => {
  const whole = withoutIds((await begun(scenario)).world.account);
  await atEachEnd(
    (how) => begun(scenario, how),
    async (world, name) => {
      const ran = (await resume(world, scenario.source)) ?? (await restore(world, scenario.order));
      settle(world);
      expect([name, ran.outcome]).toMatchObject([name, { state: "done" }]);
      expect([name, withoutIds(world.account)]).toStrictEqual([name, whole]);
      expectSafe(world, scenario, name);
    },
  );
});

test.each(rows)("gets over one failure of each step by itself: %s", async (_name, scenario) => {
  const { world: undisturbed, ran } = await begun(scenario);
  for (let step = 0; step < ran.changes; step += 1) {
    for (const fault of ["unanswered", "lost"] as const) {
      const { world, ran: again } = await begun(scenario, { faults: { [step]: fault } });
      expect([step, fault, again.outcome]).toMatchObject([step, fault, { state: "done" }]);
      expect(withoutIds(world.account)).toBe(withoutIds(undisturbed.account));
    }
  }
});

/** Takes a restore back in a world of its own. */
async function takenBack(from: World, how: Disturbed): Promise<{ world: World; ran: Ran | undefined }> {
  const world = fork(from);
  const ran = await undo(world, how);
  settle(world);
  return { world, ran };
}

test.each(rows)("is undone at once, while EC2 is still at it: %s", async (_name, scenario) => {
  const before = leftIn(scenario.world().account);
  await atEachEnd(
    (how) => cut(scenario, how),
    async (from, name) => {
      const { world, ran } = await takenBack(from, {});
      expect([name, ran?.outcome]).toMatchObject([name, ran === undefined ? undefined : { state: "done" }]);
      expect([name, leftIn(world.account)]).toStrictEqual([name, before]);
    },
  );
});

test.each(rows)("is undone from wherever it or its undo ended: %s", async (_name, scenario) => {
  const before = leftIn(scenario.world().account);
  const undone: Look = async (from, name) => {
    const { world, ran } = await takenBack(from, {});
    expect([name, ran?.outcome.state ?? "done"]).toStrictEqual([name, "done"]);
    expect([name, leftIn(world.account)]).toStrictEqual([name, before]);
    expect([name, trespasses(world, scenario.world().account, scenario.devices)]).toStrictEqual([name, []]);
    const isInUse =
      scenario.order.mode === "replace" && world.touched.some(({ call }) => call === "detached while running");
    expect([name, isInUse]).toStrictEqual([name, false]);
  };
  await atEachEnd(
    (how) => begun(scenario, how),
    async (from, name) => {
      await undone(from, name);
      await atEachEnd(
        (how) => takenBack(from, how),
        (world, at) => undone(world, `${name}, undo ${at}`),
        stopped,
      );
    },
  );
});
