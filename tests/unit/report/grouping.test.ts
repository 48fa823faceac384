import { groupAlike } from "../../../src/vault/report/grouping";
import { type Problem, problem, type ProblemKind } from "../../../src/vault/model/problem";

function problems(kind: ProblemKind, count: number, extra: Partial<Problem> = {}): Problem[] {
  return Array.from({ length: count }, (_, n) => ({
    ...problem(kind, `s-${n}`, `${kind} ${n}`),
    ...extra,
  }));
}

test("reports a hundred of a kind one by one", () => {
  const all = [...problems("copy-failed", 100), ...problems("locked", 100)];
  expect(groupAlike(all)).toStrictEqual(all);
});

test("groups more than a hundred, with the first of them, what to do, and their number", () => {
  const all = [
    ...problems("copy-failed", 2_000, { hint: "do this" }),
    ...problems("locked", 101),
    ...problems("slot-missed", 2),
  ];
  const [, , copies, locks] = groupAlike(all);
  expect(groupAlike(all)).toHaveLength(4);
  expect(copies).toMatchObject({ kind: "copy-failed", subject: "many", hint: "do this" });
  expect(copies?.severity).toBe("failure");
  expect(copies?.message).toMatch(
    /^2000 times: copy-failed 0; copy-failed 1; .*copy-failed 19; and 1980 more, in the log/,
  );
  expect(locks).toMatchObject({ kind: "locked", subject: "many", severity: "notice" });
});

test("counts what is said twice once", () => {
  const all = problems("slot-missed", 60);
  expect(groupAlike([...all, ...all])).toStrictEqual(all);
});
