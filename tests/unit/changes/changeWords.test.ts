/** Tests what a mail says about recovery points that wait because something is no longer backed up. */
import { planChanges } from "../../../src/vault/changes/changePlans";
import type { ChangeKey, HeldPoint } from "../../../src/vault/model/memory/waitingPlans";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { HERE, POLICY } from "../../support/editNights";
import { NOW } from "../../support/world";

function held(of: string, days: number, more: Partial<HeldPoint> = {}): HeldPoint {
  const keys = new Set<ChangeKey>([`${HERE} orphan ${of}`]);
  const slot = isoSeconds(NOW - days * DAY_MS);
  return { region: HERE, snapshotId: `snap-${days}`, instanceId: "i-1", slot, keys, fresh: keys, ...more };
}

function said(points: readonly HeldPoint[]): string {
  const { problems } = planChanges(
    points,
    new Map(),
    { memory: undefined, known: new Map() },
    { settings: POLICY, nowMs: NOW },
  );
  return (
    /since (.*?)(?: and orphans is [a-z-]+)(.*?): i-1/
      .exec(problems[0]?.message ?? "")
      ?.slice(1)
      .join("") ?? ""
  );
}

test.each([
  ["all of which are due", [held("i-1", 3), held("i-1", 2)], "the instance is not backed up any more"],
  [
    "some of which are due by the end of the grace",
    [held("i-1", 3), held("i-1", 2, { isLater: true })],
    "the instance is not backed up any more, 1 of them due already",
  ],
  [
    "none of which is due yet",
    [held("i-1", 2, { isLater: true })],
    "the instance is not backed up any more, none of them due yet",
  ],
  [
    "of a volume that is no longer backed up",
    [held("vol-1", 3)],
    "the instance, or a volume that it had (vol-1), is not backed up any more",
  ],
])("words recovery points %s", (_what, points, words) => {
  expect(said(points)).toBe(words);
});
