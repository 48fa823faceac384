/**
 * Tests that the last complete recovery points stay if a volume fails for weeks and is then excluded, detached or replaced,
 * until a mail about that is old enough.
 */
import { volumeGaps } from "../../../src/vault/changes/volumeGaps";
import { TAG } from "../../../src/vault/model/tags/tags";
import { setsByInstance } from "../../../src/vault/retention/recoverySets";
import { HERE, POLICY, afterNights, both, edit } from "../../support/editNights";
import { DR, instance, snapshot, volume } from "../../support/world";

const root = volume("vol-1", { isRoot: true });
const whole = instance("i-1", [root, volume("vol-2")]);
const alone = instance("i-1", [root]);
const replaced = instance("i-1", [root, volume("vol-3")]);
const policy = { ...POLICY, policies: { true: both({ last: 7 }) } };

/** Lets a volume fail for three weeks, so that seven recovery points with it are left, and then drops it. */
function afterFailing(next = alone) {
  const nights = afterNights(10, policy, [whole]);
  nights.failing.add("vol-2");
  nights.pass(21);
  expect(withIt(nights)).toStrictEqual([7, 7]);
  nights.instances = [next];
  return nights;
}

function withIt(nights: ReturnType<typeof afterNights>): number[] {
  return [HERE, DR.region].map((region) => nights.slots("i-1", region, "vol-2").length);
}

describe.each([
  ["detached or excluded", alone],
  ["replaced", replaced],
])("if a volume that failed is %s,", (_what, next) => {
  test("one mail names the complete recovery points with it, and they stay for the grace", () => {
    const nights = afterFailing(next);
    nights.pass(7);
    expect(withIt(nights)).toStrictEqual([7, 7]);
    const mails = nights.mailsOf("deletions-announced");
    expect(mails.map(({ subject }) => subject.split(" ")[0])).toStrictEqual([HERE, DR.region]);
    expect(mails[0]?.message).toContain("after its snapshots had failed");
    expect(mails[0]?.message).toContain("i-1: 7 recovery points");
    nights.pass(3);
    expect(withIt(nights)).toStrictEqual([1, 1]);
    expect(nights.mailsOf("deletions-announced")).toHaveLength(2);
  });

  test("an approval releases them", () => {
    const nights = afterFailing(next);
    nights.pass(2);
    const hashes = nights.mailsOf("deletions-announced").map(({ subject }) => subject.split(" ")[1] ?? "");
    edit(nights, { approvedDeletePlan: hashes });
    nights.pass(6);
    expect(withIt(nights)).toStrictEqual([1, 1]);
  });

  test("they stay if it is backed up again within the grace", () => {
    const nights = afterFailing(next);
    nights.pass(4);
    nights.failing.clear();
    nights.instances = [whole];
    nights.pass(1);
    expect(withIt(nights)).toStrictEqual([7, 7]);
    // The newer ones take the place of the oldest one by one, as if it had always been backed up.
    nights.pass(3);
    expect(nights.slots("i-1", HERE, "vol-2").filter((slot) => slot < "2026-12-10")).toHaveLength(3);
    nights.pass(30);
    expect(withIt(nights)).toStrictEqual([7, 7]);
    expect(nights.mailsOf("deletions-announced")).toHaveLength(2);
  });
});

test("a volume that never failed, or that is removed while another one fails, leaves no gap", () => {
  const set = (day: number, size: number, ...volumes: string[]) =>
    volumes.map((volumeId) => {
      const tags = { [TAG.instance]: "i-1", [TAG.slot]: `2026-11-0${day}T03:00:00Z`, [TAG.setSize]: String(size) };
      return snapshot(`snap-${day}-${volumeId}`, { volumeId, tags });
    });
  const gapsOf = (...sets: ReturnType<typeof set>[]) => volumeGaps(setsByInstance(sets.flat())[0] ?? []);
  const both2 = set(1, 2, "vol-1", "vol-2");
  expect(gapsOf(both2, set(2, 1, "vol-1"), set(3, 1, "vol-1"))).toStrictEqual([]);
  expect(gapsOf(set(1, 3, "vol-1", "vol-2", "vol-3"), set(2, 2, "vol-1"), set(3, 1, "vol-1"))).toStrictEqual([]);
  expect(gapsOf(both2, set(2, 2, "vol-1"), set(3, 2, "vol-1"))).toStrictEqual([]);
  expect(gapsOf(both2, set(2, 2, "vol-1"), set(3, 2, "vol-1", "vol-2"))).toStrictEqual([]);
  expect(gapsOf(both2, set(2, 2, "vol-1"), set(3, 1, "vol-1"), set(4, 2, "vol-1", "vol-2"))).toStrictEqual([
    {
      since: "2026-11-01T03:00:00Z",
      failed: "2026-11-02T03:00:00Z",
      without: new Set(["2026-11-03T03:00:00Z"]),
      backAt: "2026-11-04T03:00:00Z",
    },
  ]);
});
