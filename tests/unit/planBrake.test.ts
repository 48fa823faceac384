import fc from "fast-check";
import type { AllowedPlans } from "../../src/vault/clockState";
import { brake, planHash } from "../../src/vault/planBrake";
import type { DeleteAction, VaultPolicy } from "../../src/vault/types";
import { deleteAction } from "../support/actions";
import { SETTINGS } from "../support/world";

const REGION = "us-east-1";
const NONE = new Set<string>();

function deletions(count: number, because: DeleteAction["because"] = "retention"): DeleteAction[] {
  return Array.from({ length: count }, (_, index) =>
    deleteAction(`snap-${because}-${index}`, { because, reason: "12 days old, kept for 1 days" }),
  );
}

function policy(extra: Partial<VaultPolicy> = {}): VaultPolicy {
  return { ...SETTINGS, maxDeletePercent: 50, ...extra };
}

/** Of deletions past their rules each takes a recovery point of its own, of duplicates none does. */
function braked(
  region: string,
  all: readonly DeleteAction[],
  held: ReadonlySet<string>,
  points: number,
  settings: VaultPolicy,
  begun?: AllowedPlans[string],
) {
  const due = all.filter(({ because }) => because === "retention");
  const losses = new Map(due.map(({ snapshotId }) => [snapshotId, `vol ${snapshotId}`]));
  return brake({ region, deletions: all, losses, points, begun }, held, settings);
}

test.each([
  [5, 10, {}, true],
  [6, 10, {}, false],
  [1, 1, {}, false],
  [10, 10, { maxDeletePercent: 100 }, true],
  [5, 100, { maxDeletes: 5 }, true],
  [6, 100, { maxDeletes: 5 }, false],
  [0, 0, {}, true],
])("%d of %d recovery points with %j: let pass is %s", (count, points, extra, passes) => {
  const { actions, kept, problems } = braked(REGION, deletions(count), NONE, points, policy(extra));
  expect([actions.length, kept.length, problems.length]).toStrictEqual(
    passes ? [count, 0, 0] : [0, count, 1],
  );
});

test("duplicates and remains do not count, but only the remains go while the brake is on", () => {
  const all = [...deletions(6), ...deletions(3, "duplicate"), ...deletions(2, "failed")];
  const { actions, kept } = braked(REGION, all, NONE, 10, policy());
  expect(actions.map(({ because }) => because)).toStrictEqual(["failed", "failed"]);
  expect(kept).toHaveLength(9);
  expect(kept[0]?.reason).toBe("the brake is on: 12 days old, kept for 1 days");
  expect(braked(REGION, deletions(90, "duplicate"), NONE, 10, policy()).problems).toStrictEqual([]);
});

test("the plan is told with its reasons, its hash and how to allow it", () => {
  const plan = deletions(22);
  const hash = planHash(REGION, plan.map(({ snapshotId }) => snapshotId)); // prettier-ignore
  const [problem] = braked(REGION, plan, NONE, 24, policy()).problems;
  expect(problem).toMatchObject({ kind: "delete-brake", subject: REGION });
  expect(problem?.message).toMatch(
    new RegExp(`^pruning would delete 22 of 24 recovery points in us-east-1 \\(92 %, maxDeletePercent is 50\\): none was deleted\\. The plan ${hash}: snap-retention-0: 12 days old, kept for 1 days; .* and 2 more$`),
  ); // prettier-ignore
  expect(problem?.hint).toContain(`npx pulumi config set allowDeletePlan ${hash}`);
  // A second `config set` takes the place of the first.
  expect(problem?.hint).toContain("Several plans go into one value, in quotes");
});

test("an allowed hash lets that plan pass, in any order, and no other plan, nor that of another region", () => {
  const ids = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{1,6}$/), { minLength: 2, maxLength: 9 }); // prettier-ignore
  fc.assert(
    fc.property(ids, fc.nat(8), (snapshotIds, dropped) => {
      const plan = snapshotIds.map((id) => deleteAction(id));
      const allowed = policy({ allowDeletePlan: ["0123456789abcdef", planHash(REGION, snapshotIds)] });
      expect(braked(REGION, [...plan].reverse(), NONE, plan.length, allowed).actions).toHaveLength(plan.length);
      expect(braked("us-west-2", plan, NONE, plan.length, allowed).actions).toStrictEqual([]);
      const other = plan.filter((_, index) => index !== dropped % plan.length);
      expect(braked(REGION, other, NONE, other.length, allowed).actions).toStrictEqual([]);
    }),
  ); // prettier-ignore
});

test("what somebody is seen to hold does not count, stays, and does not change the plan's hash", () => {
  const plan = deletions(6);
  const ids = plan.map(({ snapshotId }) => snapshotId);
  const held = new Set(ids.slice(0, 1));
  expect(braked(REGION, plan, held, 10, policy()).actions).toStrictEqual(plan.slice(1));
  const on = braked(REGION, plan, held, 8, policy());
  expect(on.kept.map(({ snapshotId }) => snapshotId)).toStrictEqual(ids.slice(1));
  expect(on.problems[0]?.message).toContain(`would delete 5 of 8 recovery points in us-east-1`);
  expect(on.problems[0]?.message).toContain(`The plan ${planHash(REGION, ids)}:`);
});

describe("a plan that was allowed and begun", () => {
  const ids = deletions(6).map(({ snapshotId }) => snapshotId);
  const rest = deletions(6).slice(2);
  const plan = planHash(REGION, ids);
  const begun = { plan, rest: planHash(REGION, ids.slice(2)) };

  test("goes on with what is left of it", () => {
    const { actions, allowedBy } = braked(REGION, rest, NONE, 6, policy({ allowDeletePlan: [plan] }), begun); // prettier-ignore
    expect([actions, allowedBy]).toStrictEqual([rest, plan]);
  });

  test("stops where it is not allowed any more, and at anything else", () => {
    expect(braked(REGION, rest, NONE, 6, policy(), begun).actions).toStrictEqual([]);
    const allowing = policy({ allowDeletePlan: [plan] });
    const on = braked(REGION, rest.slice(1), NONE, 4, allowing, begun);
    expect(on.actions).toStrictEqual([]);
    // Told though its region was told of the allowed plan less than a day ago.
    expect(on.problems[0]?.subject).toBe(`us-east-1 beside ${plan}`);
  });
});
