import { askAgainMs, pendingHash, regionsToAsk } from "../../../src/vault/clock/awaited";
import { awaitedOf } from "../../../src/vault/clock/carriedWork";
import { MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Awaited } from "../../../src/vault/model/memory/clockState";
import { NOW } from "../../support/world";

/** Makes work that started some minutes ago and is expected in some; or of which nothing is known. */
function work(ageMinutes: number, inMinutes?: number): Awaited {
  const until = inMinutes === undefined ? {} : { until: isoSeconds(NOW + inMinutes * MINUTE_MS) };
  return { pending: "0", since: isoSeconds(NOW - ageMinutes * MINUTE_MS), ...until };
}

test("the hash of what is pending does not depend on the order, and differs for any other ids", () => {
  const hash = pendingHash(["snap-1", "snap-2"]);
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  expect(pendingHash(["snap-2", "snap-1"])).toBe(hash);
  const others = [[], ["snap-1"], ["snap-1", "snap-2", "snap-3"], ["snap-1snap-2"]].map(pendingHash);
  expect(new Set([hash, ...others]).size).toBe(5);
});

describe("a follow-up asks", () => {
  test.each([
    ["in the region of which nothing is known", { a: work(3, 5), b: work(3) }, ["b"]],
    ["in all of which nothing is known", { a: work(3), b: work(3) }, ["a", "b"]],
    ["in the region that is expected first", { a: work(3, 5), b: work(3, 4) }, ["b"]],
    [
      "in none, since everything is looked at, once half of any should have ended",
      { a: work(3, 0), b: work(3) },
      undefined,
    ],
    ["in none if nothing is awaited", {}, []],
  ])("%s", (_what, awaited, regions) => {
    expect(regionsToAsk(awaited, NOW)).toStrictEqual(regions);
  });

  test.each([
    ["when it is expected", { a: work(3, 5) }, 5],
    ["ten minutes later at most", { a: work(3, 50) }, 10],
    ["a minute later at least", { a: work(3, 0.1) }, 1],
    ["after a quarter of its age", { a: work(16) }, 4],
    ["when the first is expected", { a: work(16), b: work(3, 2) }, 2],
  ])("again %s", (_what, awaited, minutes) => {
    expect(askAgainMs(awaited, NOW)).toBe(NOW + minutes * MINUTE_MS);
  });
});

describe("what a payload says of work under way", () => {
  test("is read if all of it is valid", () => {
    const carried = { "us-east-1": work(1), "us-west-2": work(1, 2) };
    expect(awaitedOf(JSON.parse(JSON.stringify(carried)))).toStrictEqual(carried);
  });

  test.each([
    ["text", "us-east-1"],
    ["a list", [work(1)]],
    ["work without a hash", { a: { ...work(1), pending: 7 } }],
    ["work since no time", { a: { ...work(1), since: "yesterday" } }],
    ["work until no time", { a: { ...work(1), until: 7 } }],
    ["a region of nothing", { a: null }],
  ])("is not believed if it is %s", (_what, carried) => {
    expect(awaitedOf(carried)).toBeUndefined();
  });
});
