/** Tests what a mail says about recovery points that wait because something is no longer backed up. */
import { planChanges } from "../../../src/vault/changes/changePlans";
import type { ChangeKey, HeldPoint } from "../../../src/vault/model/memory/waitingPlans";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { HERE, POLICY } from "../../support/editNights";
import { NOW } from "../../support/world";

function held(of: string, days: number, more: Partial<HeldPoint> = {}): HeldPoint {
  const keys = new Set<ChangeKey>([`${HERE} orphan ${of}`]);
  const slot = isoSeconds(NOW - days * DAY_MS);
  const point = { region: HERE, snapshotId: `snap-${days}`, instanceId: "i-1", slot, endMs: NOW };
  return { ...point, keys, fresh: keys, ...more };
}

function said(points: readonly HeldPoint[]): string {
  const { problems } = planChanges(points, new Map(), { memory: undefined, known: new Map() }, POLICY);
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

test("says that only a run carries out the approval of what is not backed up any more", () => {
  const hintOf = (points: readonly HeldPoint[]) =>
    planChanges(points, new Map(), { memory: undefined, known: new Map() }, POLICY).problems[0]?.hint;
  const run = ", and the next run what is of instances that are not backed up any more.";
  expect(hintOf([held("i-1", 3)])).toContain(`The next hourly sweep carries it out${run}`);
  const settings = new Set([`${HERE} settings 2026-11-20T03:00:00Z`]);
  expect(hintOf([held("i-1", 3, { keys: settings, fresh: settings })])).toContain(
    "The next hourly sweep carries it out. To approve",
  );
});

test("mails a hash again within the day if another mail has named one of its changes since", () => {
  const [first, second] = ["settings 2026-11-20T03:00:00Z", "settings 2026-11-21T03:00:00Z"].map(
    (change): ChangeKey => `${HERE} ${change}`,
  ) as [ChangeKey, ChangeKey];
  const point = (...keys: ChangeKey[]) => held("i-1", 3, { keys: new Set(keys), fresh: new Set() });
  const planBy = (points: readonly HeldPoint[], plans: Record<ChangeKey, string>) => {
    const known = new Map(
      Object.entries(plans).map(([key, plan]) => [key, { in: "", of: [], at: isoSeconds(NOW), plan }]),
    );
    const planned = planChanges(points, new Map(), { memory: undefined, known }, POLICY);
    return { hash: planned.plans[0]?.hash ?? "", subjects: planned.problems.map(({ subject }) => subject) };
  };
  const { hash, subjects } = planBy([point(first)], {});
  // A mail of other snapshots has named the second change, and then both changes release those of the first mail.
  const again = planBy([point(first, second)], { [first]: hash, [second]: "of others" });
  expect(again.hash).toBe(hash);
  expect(again.subjects).toHaveLength(1);
  expect(again.subjects).not.toStrictEqual(subjects);
  expect(planBy([point(first, second)], { [first]: hash, [second]: hash }).subjects).toStrictEqual([]);
});
