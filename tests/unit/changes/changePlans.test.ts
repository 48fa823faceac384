/** Tests which hash a plan of changes gets. */
import { planChanges } from "../../../src/vault/changes/changePlans";
import { deletionPlanHash } from "../../../src/vault/changes/planHash";
import type { Known } from "../../../src/vault/changes/changeKeys";
import type { HeldPoint } from "../../../src/vault/model/memory/waitingPlans";
import { HERE } from "../../support/editNights";
import { NOW, SETTINGS } from "../../support/world";

const ORPHAN = `${HERE} orphan i-2`;
const EDIT = `${HERE} settings 2026-03-01T00:00:00Z`;
const AT = "2026-03-01T00:00:00Z";
const HASH = deletionPlanHash(HERE, ["snap-1"]);

/** Returns the hash of the plan of one snapshot that waits for changes, and whether a mail names it. */
function planOf(keys: readonly string[], fresh: readonly string[], known: Readonly<Record<string, Known>>) {
  const settings = { ...SETTINGS, approvedDeletePlan: [HASH] };
  const more = { keys: new Set(keys), fresh: new Set(fresh), endMs: NOW };
  const held: HeldPoint[] = [{ region: HERE, snapshotId: "snap-1", instanceId: "i-2", slot: AT, ...more }];
  const { plans, problems } = planChanges(
    held,
    new Map(),
    { memory: undefined, known: new Map(Object.entries(known)) },
    settings,
  );
  return { hash: plans[0]?.hash, mails: problems.length };
}

describe("a plan of snapshots that a person approved before", () => {
  const approved = { at: AT, plan: HASH, approved: true } as const;

  test("has another hash if it waits for another change, which releases more than these", () => {
    const { hash, mails } = planOf([ORPHAN, EDIT], [EDIT], { [ORPHAN]: approved });
    expect(hash).not.toBe(HASH);
    expect(mails).toBe(1);
    const mailed = { at: AT, plan: hash ?? "" };
    expect(planOf([ORPHAN, EDIT], [], { [ORPHAN]: mailed, [EDIT]: mailed })).toStrictEqual({ hash, mails: 0 });
  });

  test("keeps its hash for the changes that were approved", () => {
    expect(planOf([ORPHAN], [], { [ORPHAN]: approved })).toStrictEqual({ hash: HASH, mails: 0 });
  });
});
