import { recentDurationsMs } from "../../../src/vault/inventory/durations";
import { MINUTE_MS } from "../../../src/vault/lib/time";
import { NOW, snapshot } from "../../support/world";

/** Makes a snapshot that ended some minutes ago, and took some minutes. */
function ended(agoMinutes: number, tookMinutes: number) {
  const completedMs = NOW - agoMinutes * MINUTE_MS;
  return { ...snapshot("s", { startTimeMs: completedMs - tookMinutes * MINUTE_MS }), completedMs };
}

test("are those of the latest twenty that completed, in any order of the list", () => {
  const all = Array.from({ length: 30 }, (_, index) => ended((index * 7) % 30, 100 + ((index * 7) % 30)));
  const minutes = recentDurationsMs(all).map((ms) => ms / MINUTE_MS);
  expect(minutes).toStrictEqual(Array.from({ length: 20 }, (_, index) => 100 + index));
});

test("are none of what is pending, has failed, or does not say when it completed", () => {
  const pending = { ...ended(1, 5), state: "pending" };
  const failed = { ...ended(1, 5), state: "error" };
  expect(recentDurationsMs([pending, failed, snapshot("s")])).toStrictEqual([]);
});

test("are never negative, as EC2's times of one second might say", () => {
  expect(recentDurationsMs([ended(1, -1)])).toStrictEqual([0]);
});
