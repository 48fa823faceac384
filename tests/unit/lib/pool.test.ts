import { setTimeout as sleep } from "node:timers/promises";
import { type Step, runSteps } from "../../../src/vault/lib/pool";

/** Steps that say what became of them; `stop` is the answer of the named ones. */
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

test("never more run at once than asked, and as many as that", async () => {
  const { list, seen } = steps(
    Array.from({ length: 20 }, () => "a"),
    {},
    3,
  );
  await runSteps(list, 4, always);
  expect(seen.most).toBe(4);
  expect(seen.log).toHaveLength(20);
});

test("one at a time they run in order", async () => {
  const { list, seen } = steps(["a", "b", "a"]);
  await runSteps(list, 1, always);
  expect(seen.log).toStrictEqual(["ran 0", "ran 1", "ran 2"]);
});

test("more workers than steps run each step once", async () => {
  const { list, seen } = steps(["a", "a"]);
  await runSteps(list, 8, always);
  expect(seen.log.sort()).toStrictEqual(["ran 0", "ran 1"]);
});

test("no steps are no work", async () => {
  await expect(runSteps([], 8, always)).resolves.toBeUndefined();
});

test("a lane that met a limit stops, and the others go on", async () => {
  const { list, seen } = steps(["a", "a", "b", "a"], { 0: "full" });
  await runSteps(list, 1, always);
  expect(seen.log).toStrictEqual(["ran 0", "deferred 1: full", "ran 2", "deferred 3: full"]);
});

test("nothing is begun after the deadline, and what was begun ends", async () => {
  let asked = 0;
  const { list, seen } = steps(["a", "a", "a"]);
  await runSteps(list, 1, () => ++asked <= 1);
  expect(seen.log).toStrictEqual(["ran 0", "deferred 1: no code", "deferred 2: no code"]);
});
