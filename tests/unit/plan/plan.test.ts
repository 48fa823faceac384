import { problem } from "../../../src/vault/model/problem";
import { planOf } from "../../support/planOf";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Doubt } from "../../../src/vault/model/identity";
import type { Plan } from "../../../src/vault/model/actions";
import type { Snapshot, World } from "../../../src/vault/model/world";
import type { SlotTask } from "../../../src/vault/model/trigger";
import { NOW, OPEN, SETTINGS, SLOT, copyOf, inDr, instance, snapshot, volume } from "../../support/world";

const web = instance("i-1", [volume("vol-1", { isRoot: true })]);
const yesterday = snapshot("snap-1", { startTimeMs: NOW - DAY_MS });
const whole: World = {
  instances: [web],
  snapshots: [yesterday],
  copies: inDr([]),
  problems: [],
  throttled: [],
};

function plan(world: World, slotTask?: SlotTask, nowMs = NOW): Plan {
  return planOf(world, SETTINGS, slotTask, "run-1", nowMs);
}

function kinds(world: World, slotTask?: SlotTask): string[] {
  return plan(world, slotTask).actions.map((action) => action.kind);
}

test("creates snapshots, then copies, if it serves an open slot", () => {
  expect(kinds(whole, OPEN)).toStrictEqual(["snapshot", "copy"]);
  expect(plan(whole, OPEN).slotSettled).toBe(true);
});

test("copies and creates no snapshot if it serves no slot", () => {
  expect(kinds(whole)).toStrictEqual(["copy"]);
  expect(plan(whole).slotSettled).toBe(false);
});

test("reports what an abandoned older slot lacks, and creates the new slot's snapshots", () => {
  const overtaken = isoSeconds(NOW - 6 * HOUR_MS);
  const { actions, problems } = plan(whole, { ...OPEN, supersedes: overtaken });
  expect(actions.map(({ kind }) => kind)).toStrictEqual(["snapshot", "copy"]);
  expect(problems.map(({ kind, subject }) => [kind, subject])).toStrictEqual([["slot-missed", "i-1"]]);
  expect(problems[0]?.message).toContain(overtaken);
});

test("copies, creates nothing and reports what is missing if it closes a slot", () => {
  const closing = plan(whole, { slot: SLOT, mode: "closing" });
  expect(closing.actions.map((action) => action.kind)).toStrictEqual(["copy"]);
  expect(closing.problems.map((p) => p.kind)).toStrictEqual(["slot-missed"]);
  expect(closing.slotSettled).toBe(true);
});

describe("with an incomplete view", () => {
  const problems = [problem("not-observed", "x", "could not read x")];

  test("plans nothing at all without the snapshots", () => {
    const blind = { ...whole, snapshots: undefined, problems };
    const nothing: Plan = { actions: [], kept: [], problems, pending: [], slotSettled: false };
    expect(plan(blind, OPEN)).toStrictEqual(nothing);
  });

  test("plans no copy and no deletion without the copies, but creates the snapshots", () => {
    expect(kinds({ ...whole, copies: {}, problems }, OPEN)).toStrictEqual(["snapshot"]);
  });

  test("plans no snapshot without the instances", () => {
    const blind = { ...whole, instances: undefined, problems };
    expect(kinds(blind, OPEN)).toStrictEqual(["copy"]);
    expect(plan(blind, OPEN).slotSettled).toBe(false);
    expect(plan(blind, { slot: SLOT, mode: "closing" }).slotSettled).toBe(false);
  });
});

describe("snapshots that failed in EC2", () => {
  const failed = (count: number, stateMessage?: string): Snapshot[] =>
    Array.from({ length: count }, (_, n) =>
      snapshot(`bad-${n}`, { state: "error", stateMessage, startTimeMs: NOW + n, tags: { [TAG.slot]: SLOT } }),
    );
  const reported = (snapshots: Snapshot[], nowMs = NOW) =>
    plan({ ...whole, snapshots }, undefined, nowMs).problems.map((p) => [p.kind, p.subject, p.message]);
  const message = (count: number, why: string) =>
    `vol-1 of i-1 has no recovery point for 2026-11-22T03:00:00Z: its snapshot failed in EC2 ${count} times, last bad-${count - 1}: ${why}`;

  test("are not reported while an attempt is left and the slot is open", () => {
    expect(reported(failed(1))).toStrictEqual([]);
    expect(reported(failed(2), NOW + 8 * HOUR_MS)).toStrictEqual([]);
  });

  test("are reported after three attempts as one problem, with EC2's last reason", () => {
    const subject = `vol-1 ${SLOT}`;
    expect(reported(failed(3, "no space"))).toStrictEqual([["snapshot-errored", subject, message(3, "no space")]]);
    expect(reported(failed(3).reverse())).toStrictEqual([["snapshot-errored", subject, message(3, "no reason given")]]);
  });

  test("are reported after fewer attempts if the slot's window is over", () => {
    expect(reported(failed(2), NOW + 8 * HOUR_MS + 1).map(([, , text]) => text)).toStrictEqual([
      message(2, "no reason given"),
    ]);
  });

  test("are not reported beside a completed or pending one", () => {
    for (const state of ["completed", "pending"]) {
      expect(reported([...failed(3), snapshot("good", { state })])).toStrictEqual([]);
    }
  });

  test("of two volumes or two slots are counted separately", () => {
    const other = { ...failed(1)[0]!, snapshotId: "x", volumeId: "vol-2" };
    const earlier = snapshot("y", { state: "error", startTimeMs: NOW - HOUR_MS });
    expect(reported([...failed(2), other, earlier])).toStrictEqual([]);
  });
});

describe("a copy that remains pending", () => {
  const stuck = (hours: number) => {
    const copy = copyOf(yesterday, "copy-1", { state: "pending", startTimeMs: NOW - hours * HOUR_MS });
    return plan({ ...whole, copies: inDr([copy]) });
  };

  test("is reported after copyStuckHours, and neither replaced nor abandoned", () => {
    const { problems, actions, pending } = stuck(12.5);
    expect(problems).toStrictEqual([
      {
        kind: "copy-stuck",
        severity: "failure",
        subject: "copy-1",
        message: "the copy copy-1 of snap-1 in us-west-2 is not usable yet: it has been pending for 12.5 hours",
        hint: "The vault keeps waiting, because the copy can still complete, and keeps the copied snapshot. The first copy of a large volume takes long; if that is the reason, raise copyStuckHours. Otherwise ask AWS Support.",
      },
    ]);
    expect(actions).toStrictEqual([]);
    expect(pending.map((p) => p.snapshotId)).toStrictEqual(["copy-1"]);
  });

  test("is not reported before copyStuckHours", () => {
    expect(stuck(12).problems).toStrictEqual([]);
  });
});

test("lists what is pending in either region, with the time that it started", () => {
  const pending = snapshot("snap-2", { state: "pending", startTimeMs: NOW - 5 });
  const copying = copyOf(yesterday, "copy-1", { state: "pending", startTimeMs: NOW - 3 });
  const world = { ...whole, snapshots: [yesterday, pending], copies: inDr([copying]) };
  expect(plan(world).pending).toStrictEqual([
    { snapshotId: "snap-2", region: "us-east-1", sinceMs: NOW - 5 },
    { snapshotId: "copy-1", region: "us-west-2", sinceMs: NOW - 3 },
  ]);
});

describe("two snapshots of the same data", () => {
  const slot = { [TAG.slot]: SLOT };
  const first = snapshot("a-first", { tags: slot });
  const second = snapshot("b-second", { startTimeMs: NOW + 1, tags: slot });

  test("are not both copied, because only one is canonical", () => {
    const world = { ...whole, snapshots: [second, first] };
    const { actions } = plan(world);
    expect(actions.map((a) => a.kind === "copy" && a.sourceSnapshotId)).toStrictEqual(["a-first"]);
  });

  test("make the one that is copied canonical, even if it is the younger", () => {
    const world = { ...whole, snapshots: [first, second], copies: inDr([copyOf(second, "copy")]) };
    const { actions } = plan(world);
    expect(actions.map((a) => a.kind === "delete" && a.snapshotId)).toStrictEqual(["a-first"]);
  });

  test("that are both copied end as one snapshot with its own copy", () => {
    const copies = [
      copyOf(second, "of-second", { startTimeMs: NOW + 2 }),
      copyOf(first, "of-first", { startTimeMs: NOW + 3 }),
    ];
    const world = { ...whole, snapshots: [first, second], copies: inDr(copies) };
    const { actions } = plan(world);
    expect(actions.map((a) => a.kind === "delete" && a.snapshotId)).toStrictEqual(["b-second", "of-second"]);
  });

  test("make the completed one of them canonical", () => {
    const world = { ...whole, snapshots: [{ ...first, state: "pending" }, second] };
    const { actions } = plan(world);
    expect(actions.map((a) => a.kind === "copy" && a.sourceSnapshotId)).toStrictEqual(["b-second"]);
  });
});

describe("copies of a snapshot that somebody changed", () => {
  const twins = (doubt: Doubt) => ["c-1", "c-2"].map((id) => ({ ...copyOf(yesterday, id), doubt }));
  const reported = (doubt: Doubt) => {
    const { actions, kept, problems } = plan({ ...whole, copies: inDr(twins(doubt)) });
    return {
      did: actions.map(({ kind }) => kind),
      kept: kept.map(({ snapshotId, reason }) => `${snapshotId}: ${reason}`),
      tampered: problems.filter(({ kind }) => kind === "tampering").map(({ subject }) => subject),
    };
  };

  test("are still the vault's own if only tags changed: none is made beside them, and neither is deleted as redundant", () => {
    expect(reported({ of: "tags", what: "its slot" })).toStrictEqual({
      did: [],
      kept: ["snap-1: within 30 days, the newest of i-1", "c-1: in doubt: its slot", "c-2: in doubt: its slot"],
      tampered: ["c-1", "c-2"],
    });
  });

  test("do not count if they were planted there: a copy is made, and they are left alone", () => {
    expect(reported({ of: "identity", what: "its slot" })).toStrictEqual({
      did: ["copy"],
      kept: ["snap-1: within 30 days, the newest of i-1", "c-1: in doubt: its slot", "c-2: in doubt: its slot"],
      tampered: ["c-1", "c-2"],
    });
  });

  test("do not cause the deletion of the snapshot that they were made from", () => {
    const old = snapshot("old", { startTimeMs: NOW - 40 * DAY_MS });
    const doubted: Snapshot = { ...copyOf(old, "old-copy"), doubt: { of: "tags", what: "its slot" } };
    const world = { ...whole, snapshots: [yesterday, old], copies: inDr([copyOf(yesterday, "c"), doubted]) };
    const { actions, kept } = plan(world);
    expect(actions).toStrictEqual([]);
    expect(kept.find(({ snapshotId }) => snapshotId === "old")?.reason).toBe(
      "40 days old, kept for 30 days, but its copy in us-west-2 is in doubt",
    );
  });
});
