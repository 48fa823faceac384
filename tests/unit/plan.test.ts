import { planVault } from "../../src/vault/plan";
import { TAG } from "../../src/vault/tags";
import { DAY_MS } from "../../src/vault/time";
import type { Plan, Wake, World } from "../../src/vault/types";
import { NOW, RUN, SETTINGS, SWEEP, copyOf, instance, snapshot, volume } from "../support/world";

const web = instance("i-1", [volume("vol-1", { isRoot: true })]);
const yesterday = snapshot("snap-1", { startTimeMs: NOW - DAY_MS });
const whole: World = { instances: [web], snapshots: [yesterday], copies: [], problems: [] };

function kinds(world: World, wake: Wake = RUN): string[] {
  return planVault(world, SETTINGS, wake, NOW).actions.map((action) => action.kind);
}

test("a run creates, then copies", () => {
  expect(kinds(whole)).toStrictEqual(["snapshot", "copy"]);
});

test("a sweep copies and does not create", () => {
  expect(kinds(whole, SWEEP)).toStrictEqual(["copy"]);
});

test("a sweep that goes on with an open slot creates what the slot lacks", () => {
  expect(kinds(whole, { ...SWEEP, slot: RUN.slot })).toStrictEqual(["snapshot", "copy"]);
});

describe("what was not seen is not acted on", () => {
  const problems = [{ kind: "not-observed", subject: "x", message: "could not read x" }];

  test("nothing at all without the snapshots", () => {
    const blind = { ...whole, snapshots: undefined, problems };
    const nothing: Plan = { actions: [], kept: [], problems, pending: [] };
    expect(planVault(blind, SETTINGS, RUN, NOW)).toStrictEqual(nothing);
  });

  test("no copy and no deletion without the copies, but the snapshots are made", () => {
    expect(kinds({ ...whole, copies: undefined, problems })).toStrictEqual(["snapshot"]);
  });

  test("no snapshot without the instances", () => {
    expect(kinds({ ...whole, instances: undefined, problems })).toStrictEqual(["copy"]);
  });
});

test("a snapshot that failed in EC2 is told, with EC2's reason", () => {
  const told = (stateMessage?: string) => {
    const failed = snapshot("bad", { state: "error", stateMessage });
    const world = { ...whole, snapshots: [failed] };
    return planVault(world, SETTINGS, SWEEP, NOW).problems.map((p) => [p.kind, p.message]);
  };
  expect(told("no space")).toStrictEqual([
    ["failed-snapshot", "the snapshot bad of vol-1 failed in EC2: no space"],
  ]);
  expect(told()).toStrictEqual([
    ["failed-snapshot", "the snapshot bad of vol-1 failed in EC2: no reason given"],
  ]);
});

test("what is under way in either region is said, with the time that it began", () => {
  const pending = snapshot("snap-2", { state: "pending", startTimeMs: NOW - 5 });
  const copying = copyOf(yesterday, "copy-1", { state: "pending", startTimeMs: NOW - 3 });
  const world = { ...whole, snapshots: [yesterday, pending], copies: [copying] };
  expect(planVault(world, SETTINGS, SWEEP, NOW).pending).toStrictEqual([
    { snapshotId: "snap-2", region: "us-east-1", sinceMs: NOW - 5 },
    { snapshotId: "copy-1", region: "us-west-2", sinceMs: NOW - 3 },
  ]);
});

describe("duplicates", () => {
  const slot = { [TAG.slot]: RUN.slot! };
  const first = snapshot("a-first", { tags: slot });
  const second = snapshot("b-second", { startTimeMs: NOW + 1, tags: slot });

  test("are not copied: one of them counts", () => {
    const world = { ...whole, snapshots: [second, first] };
    const { actions } = planVault(world, SETTINGS, SWEEP, NOW);
    expect(actions.map((a) => a.kind === "copy" && a.sourceSnapshotId)).toStrictEqual(["a-first"]);
  });

  test("give way to the one that is copied, though it is the younger", () => {
    const world = { ...whole, snapshots: [first, second], copies: [copyOf(second, "copy")] };
    const { actions } = planVault(world, SETTINGS, SWEEP, NOW);
    expect(actions.map((a) => a.kind === "delete" && a.snapshotId)).toStrictEqual(["a-first"]);
  });

  test("that are both copied end as one snapshot with its own copy", () => {
    const copies = [
      copyOf(second, "of-second", { startTimeMs: NOW + 2 }),
      copyOf(first, "of-first", { startTimeMs: NOW + 3 }),
    ];
    const world = { ...whole, snapshots: [first, second], copies };
    const { actions } = planVault(world, SETTINGS, SWEEP, NOW);
    expect(actions.map((a) => a.kind === "delete" && a.snapshotId)).toStrictEqual([
      "b-second",
      "of-second",
    ]);
  });

  test("of which one is completed: that one counts", () => {
    const world = { ...whole, snapshots: [{ ...first, state: "pending" }, second] };
    const { actions } = planVault(world, SETTINGS, SWEEP, NOW);
    expect(actions.map((a) => a.kind === "copy" && a.sourceSnapshotId)).toStrictEqual(["b-second"]);
  });
});

test("a copy that does not say its volume is left alone: EC2 gives all copies the same volume id", () => {
  const stripped = { [TAG.vault]: SETTINGS.vaultId, [TAG.instance]: "i-1", [TAG.slot]: "s", [TAG.run]: "r" }; // prettier-ignore
  const copies = ["c-1", "c-2"].map((id) => ({
    ...copyOf(yesterday, id),
    volumeId: "vol-ffffffff",
    tags: stripped,
  }));
  const { actions } = planVault({ ...whole, copies }, SETTINGS, SWEEP, NOW);
  expect(actions.map((action) => action.kind)).toStrictEqual(["copy"]);
});
