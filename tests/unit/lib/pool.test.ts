import { setTimeout as sleep } from "node:timers/promises";
import { type Step, runSteps } from "../../../src/vault/lib/pool";

/** Builds steps that record what happened to them; `stop` holds the answers of some steps. */
function steps(lanes: string[], stop: Record<number, string> = {}, ms = 0) {
  const seen = { log: [] as string[], running: 0, most: 0 };
  const list: Step[] = lanes.map((lane, index) => ({
    lane,
    run: async () => {
      seen.running += 1;
      seen.most = Math.max(seen.most, seen.running);
      await sleep(ms);
      seen.running -= 1;
      seen.log.push(`ran ${index}`);
      return { stopLane: stop[index] };
    },
    defer: (code) => seen.log.push(`deferred ${index}: ${code ?? "no code"}`),
  }));
  return { list, seen };
}

const always = () => true;

test("runs as many steps at once as asked, and never more", async () => {
  const { list, seen } = steps(
    Array.from({ length: 20 }, () => "a"),
    {},
    3,
  );
  await runSteps(list, 4, always);
  expect(seen.most).toBe(4);
  expect(seen.log).toHaveLength(20);
});

test("runs steps in order one at a time", async () => {
  const { list, seen } = steps(["a", "b", "a"]);
  await runSteps(list, 1, always);
  expect(seen.log).toStrictEqual(["ran 0", "ran 1", "ran 2"]);
});

test("runs each step once with more workers than steps", async () => {
  const { list, seen } = steps(["a", "a"]);
  await runSteps(list, 8, always);
  expect(seen.log.sort()).toStrictEqual(["ran 0", "ran 1"]);
});

test("does nothing without steps", async () => {
  await expect(runSteps([], 8, always)).resolves.toBeUndefined();
});

test("stops a lane that met a limit and continues the others", async () => {
  const { list, seen } = steps(["a", "a", "b", "a"], { 0: "full" });
  await runSteps(list, 1, always);
  expect(seen.log).toStrictEqual(["ran 0", "deferred 1: full", "ran 2", "deferred 3: full"]);
});

test("starts nothing after the deadline, and lets started steps end", async () => {
  let asked = 0;
  const { list, seen } = steps(["a", "a", "a"]);
  await runSteps(list, 1, () => ++asked <= 1);
  expect(seen.log).toStrictEqual(["ran 0", "deferred 1: no code", "deferred 2: no code"]);
});
