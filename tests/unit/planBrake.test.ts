import fc from "fast-check";
import { brake, planHash } from "../../src/vault/planBrake";
import type { DeleteAction, VaultPolicy } from "../../src/vault/types";
import { deleteAction } from "../support/actions";
import { SETTINGS } from "../support/world";

const REGION = "us-east-1";

function deletions(count: number, because: DeleteAction["because"] = "retention"): DeleteAction[] {
  return Array.from({ length: count }, (_, index) =>
    deleteAction(`snap-${because}-${index}`, { because, reason: "12 days old, kept for 1 days" }),
  );
}

function policy(extra: Partial<VaultPolicy> = {}): VaultPolicy {
  return { ...SETTINGS, maxDeletePercent: 50, ...extra };
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
  const { actions, kept, problems } = brake(REGION, deletions(count), points, policy(extra));
  expect([actions.length, kept.length, problems.length]).toStrictEqual(
    passes ? [count, 0, 0] : [0, count, 1],
  );
});

test("duplicates and remains do not count, but only the remains go while the brake is on", () => {
  const all = [...deletions(6), ...deletions(3, "duplicate"), ...deletions(2, "failed")];
  const { actions, kept } = brake(REGION, all, 10, policy());
  expect(actions.map(({ because }) => because)).toStrictEqual(["failed", "failed"]);
  expect(kept).toHaveLength(9);
  expect(kept[0]?.reason).toBe("the brake is on: 12 days old, kept for 1 days");
  expect(brake(REGION, deletions(90, "duplicate"), 10, policy()).problems).toStrictEqual([]);
});

test("the plan is told with its reasons, its hash and how to allow it", () => {
  const plan = deletions(22);
  const hash = planHash(REGION, plan.map(({ snapshotId }) => snapshotId)); // prettier-ignore
  const [problem] = brake(REGION, plan, 24, policy()).problems;
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
      expect(brake(REGION, [...plan].reverse(), plan.length, allowed).actions).toHaveLength(plan.length);
      expect(brake("us-west-2", plan, plan.length, allowed).actions).toStrictEqual([]);
      const other = plan.filter((_, index) => index !== dropped % plan.length);
      expect(brake(REGION, other, other.length, allowed).actions).toStrictEqual([]);
    }),
  ); // prettier-ignore
});
