/** Tests that a mail about an edit counts only for who it names: whoever else loses something has a mail of their own. */
import fc from "fast-check";
import { inBoth } from "../../../src/vault/changes/namedBoth";
import { namedBy, namesIn } from "../../../src/vault/changes/namedUnits";
import { changeKey } from "../../../src/vault/changes/changeKeys";
import type { NamedUnits } from "../../../src/vault/model/memory/changeMemory";
import type { HeldPoint } from "../../../src/vault/model/memory/waitingPlans";
import { HERE, POLICY, afterNights, both, counts, edit } from "../../support/editNights";
import { DR, instance, snapshot, volume } from "../../support/world";

const old = instance("i-1", [volume("vol-1", { isRoot: true })]);
const young = instance("i-2", [volume("vol-9", { isRoot: true })]);
const policy = { ...POLICY, orphans: "keep" as const, policies: { true: both({ last: 10 }) } };

/** Returns the night and the instances of each mail that announces a deletion here. */
function mailsIn(nights: ReturnType<typeof afterNights>) {
  return nights
    .mailsOf("deletions-announced")
    .filter(({ subject }) => subject.startsWith(HERE))
    .map(({ message }) => ["i-1", "i-2"].filter((id) => message.includes(`${id}:`)));
}

/** Makes the rules shorter while an instance with four recovery points is not backed up, so that none of these is due. */
function editedWithout() {
  const nights = afterNights(4, policy, [old, young]);
  nights.instances = [old];
  nights.pass(12);
  edit(nights, { policies: { true: both({ last: 5 }) } });
  nights.pass(1);
  expect(mailsIn(nights)).toStrictEqual([["i-1"]]);
  return nights;
}

test("an instance that no mail named, and that loses something later, has a mail and a grace of its own", () => {
  const nights = editedWithout();
  nights.pass(8);
  expect(counts(nights)).toStrictEqual([5, 5]);
  nights.instances = [old, young];
  nights.pass(1);
  expect(counts(nights, "i-2")).toStrictEqual([5, 5]);
  nights.pass(2);
  expect(mailsIn(nights)).toStrictEqual([["i-1"], ["i-2"]]);
  nights.pass(4);
  // The four of before wait. What was made since the edit expires as usual.
  expect(counts(nights, "i-2")).toStrictEqual([9, 9]);
  nights.pass(5);
  expect(counts(nights, "i-2")).toStrictEqual([5, 5]);
  expect(mailsIn(nights)).toHaveLength(2);
});

test("who approves the plan of a later mail releases nothing of who only an earlier one named", () => {
  const nights = afterNights(12, policy, [old]);
  nights.instances = [old, young];
  nights.pass(2);
  edit(nights, { policies: { true: both({ last: 5 }) } });
  nights.pass(1);
  expect(mailsIn(nights)).toStrictEqual([["i-1", "i-2"]]);
  nights.instances = [old];
  edit(nights, { policies: { true: both({ last: 4 }) } });
  nights.pass(1);
  expect(mailsIn(nights)).toStrictEqual([["i-1", "i-2"], ["i-1"]]);
  edit(nights, {
    approvedDeletePlan: nights.mailsOf("deletions-announced").map(({ subject }) => subject.split(" ")[1]!),
  });
  nights.pass(1);
  expect(counts(nights)).toStrictEqual([4, 4]);
  nights.instances = [old, young];
  nights.pass(3);
  expect(counts(nights, "i-2")).toStrictEqual([6, 6]);
  expect(mailsIn(nights)).toStrictEqual([["i-1", "i-2"], ["i-1"], ["i-2"]]);
});

describe("the units that a mail names", () => {
  const key = changeKey(HERE, "settings", "2026-11-01T03:00:00Z");
  const held = (region: string, instanceId: string): HeldPoint => {
    const keys = new Set([key.replace(HERE, region)]);
    return { region, snapshotId: `snap-${instanceId}`, instanceId, slot: "", keys, fresh: keys, endMs: 0 };
  };
  const ruled = (ids: readonly string[], shared: Record<string, readonly string[]> = {}) => ({
    newest: new Map(ids.map((id) => [id, snapshot(`snap-${id}`)])),
    shared: new Map(Object.entries(shared).map(([id, of]) => [id, new Set(of)])),
  });
  const named = (ids: readonly string[], shared?: Record<string, readonly string[]>) =>
    namesIn([held(HERE, "i-1"), held(DR.region, "i-2")], ruled(ids, shared), new Map());

  test("are listed, or those that it does not name if these are fewer", () => {
    expect(named(["i-1", "i-2", "i-3"])).toStrictEqual({ [HERE]: { named: ["i-1"] }, [DR.region]: { named: ["i-2"] } });
    const most = [held(HERE, "i-1"), held(HERE, "i-2")];
    expect(namesIn(most, ruled(["i-1", "i-2", "i-3"]), new Map())).toStrictEqual({ [HERE]: { unnamed: ["i-3"] } });
    expect(namesIn(most, ruled(["i-1", "i-2"]), new Map())).toStrictEqual({ [HERE]: {} });
  });

  test("are those of both if a volume belongs to several instances", () => {
    const ids = ["i-1", "i-2", "i-3", "i-4", "vol-1", "vol-2", "vol-3"];
    const shared = { "vol-1": ["i-1"], "vol-2": ["i-1", "i-2"] };
    expect(named(ids, shared)?.[HERE]).toStrictEqual({ named: ["i-1", "vol-1"] });
  });

  test("are none beyond what the timer has room for", () => {
    const ids = Array.from({ length: 3_200 }, (_, index) => `i-${index}`);
    const half = ids.slice(0, 1_600).map((id) => held(HERE, id));
    expect(namesIn(half, ruled(ids), new Map())).toStrictEqual({ [HERE]: { named: [] } });
    const full = new Map([[key, { at: "", plan: "", named: ids.slice(0, 1_000) }]]);
    expect(namesIn(half.slice(0, 600), ruled(ids), full)).toStrictEqual({ [HERE]: { named: [] } });
    expect(namesIn(half.slice(0, 500), ruled(ids), full)?.[HERE]?.named).toHaveLength(500);
  });

  test("are none without an edit", () => {
    const keys = new Set([changeKey(HERE, "orphan", "i-1")]);
    expect(namesIn([{ ...held(HERE, "i-1"), keys, fresh: keys }], ruled(["i-1"]), new Map())).toBeUndefined();
  });

  test("of two mails are those that both count for", () => {
    const units = ["i-1", "i-2", "i-3", "vol-1"];
    const lists = fc.oneof(
      fc.constant<NamedUnits>({}),
      fc.subarray(units).map((some): NamedUnits => ({ named: some })),
      fc.subarray(units).map((some): NamedUnits => ({ unnamed: some })),
    );
    fc.assert(
      fc.property(lists, lists, fc.constantFrom(...units, "i-4"), (one, other, unit) => {
        const countsFor = (list: NamedUnits) => namedBy(new Map([[key, list]]))(key, unit);
        expect(countsFor(inBoth(one, other))).toBe(countsFor(one) && countsFor(other));
      }),
    );
  });
});
