/**
 * Tests the reported effects of an edit: added and dropped instances, due dates, mailed plans, and regions that left.
 */
import type { Foresight } from "../../../src/local/forecast/foresight";
import {
  amountOf,
  deletedIn,
  dueAtOnce,
  dueLaterIn,
  stoppedIn,
  waitingIn,
} from "../../../src/local/forecast/dueAmounts";
import { mailedHashes } from "../../../src/local/story/edits";
import { coveredVolumes, protectionChange } from "../../../src/local/forecast/protection";
import { regionNotes } from "../../../src/local/forecast/regionNotes";
import { changeNotice, limitProblem } from "../../../src/vault/changes/changeWords";
import type { ChangeMemory } from "../../../src/vault/model/memory/changeMemory";
import { remember } from "../../../src/vault/changes/changeMemory";
import { groupsOf } from "../../../src/vault/changes/changeKeys";
import type { HeldPoint } from "../../../src/vault/model/memory/waitingPlans";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Plan } from "../../../src/vault/model/actions";
import type { Snapshot } from "../../../src/vault/model/world";
import { deleteAction } from "../../support/actions";
import { DR, NOW, SETTINGS, instance, snapshot, volume } from "../../support/world";

const PRIMARY = SETTINGS.primaryRegion;
const ALL = [1, 2, 3, 4].map((day) => snapshot(`snap-${day}`, { startTimeMs: NOW - day * DAY_MS }));
const MAILED_AT = isoSeconds(NOW - 3_600_000);

const END_MS = NOW - 3_600_000 + 7 * DAY_MS;

function heldBy(key: string, ...snapshots: readonly Snapshot[]): HeldPoint[] {
  return snapshots.map(({ region, snapshotId, identity: { instanceId, slot } }) => ({
    region,
    snapshotId,
    instanceId,
    slot,
    keys: new Set([key]),
    fresh: new Set<string>(),
    endMs: END_MS,
  }));
}

/** Builds a plan that holds points, some of whose keys were mailed. */
function foresight(held: readonly HeldPoint[], mailed: readonly string[], more: Partial<ChangeMemory> = {}): Foresight {
  const notified = groupsOf(new Map(mailed.map((key) => [key, { at: MAILED_AT, plan: "abc" }])));
  const fresh = remember({ memory: undefined, hasPoints: false }, SETTINGS, NOW);
  const memory = { ...fresh, notified, ...more };
  const plan: Plan = {
    actions: [deleteAction("snap-4")],
    kept: [],
    problems: [],
    pending: [],
    slotSettled: true,
    changes: {
      memory,
      graceDays: 7,
      plans: [{ region: PRIMARY, hash: "abc", held, keys: [], fresh: new Set(), problemKey: "" }],
    },
  };
  const world = { snapshots: ALL, copies: {}, problems: [], throttled: [] };
  return { policy: SETTINGS, world, plan };
}

test("counts what the mail said will be due later, with what waits for the same changes", () => {
  const [first, second, third] = ALL;
  const key = `${PRIMARY} settings ${MAILED_AT}`;
  const later = heldBy(key, second!, third!).map((one) => ({ ...one, fresh: new Set([key]), isLater: true as const }));
  const before = foresight([...heldBy(key, first!), ...later], []);
  expect(dueLaterIn(before, PRIMARY)).toStrictEqual(later);
  const now = foresight(heldBy(key, first!, second!), [key]);
  expect(waitingIn(now, PRIMARY, later)).toMatchObject([{ recoveryPoints: 3, from: isoSeconds(END_MS), plan: "abc" }]);
  const other = foresight(heldBy(`${PRIMARY} tags i-1/a`, first!), []);
  expect(waitingIn(other, PRIMARY, later)).toMatchObject([{ recoveryPoints: 1 }]);
});

test("counts recovery points by instance and slot, and snapshots one by one", () => {
  const other = snapshot("snap-5", { ...ALL[0]!, volumeId: "vol-2", snapshotId: "snap-5" });
  expect(amountOf([...ALL, other])).toEqual({ recoveryPoints: 4, snapshots: 5, gib: 40 });
});

test("counts a recovery point as deleted once nothing of it is left, not for a redundant snapshot", () => {
  const twin = snapshot("snap-5", { ...ALL[0]!, snapshotId: "snap-5" });
  const ids = new Set(["snap-4", "snap-5", "snap-of-the-same-night"]);
  const deleted = deletedIn([...ALL, twin], ALL.slice(0, 3), ids);
  expect(deleted).toEqual({ recoveryPoints: 1, snapshots: 2, gib: 16 });
});

test("makes points that no rule keeps due at once, in their region", () => {
  const seen = foresight([], []);
  expect(dueAtOnce(seen, PRIMARY)).toEqual({ recoveryPoints: 1, snapshots: 1, gib: 8 });
  expect(dueAtOnce(seen, DR.region).snapshots).toBe(0);
});

test("makes waiting points due when their change is over", () => {
  const key = `${PRIMARY} settings ${isoSeconds(NOW)}`;
  const from = isoSeconds(END_MS);
  const seen = foresight(heldBy(key, ALL[1]!, ALL[2]!), [key]);
  expect(waitingIn(seen, PRIMARY)).toEqual([{ recoveryPoints: 2, snapshots: 2, gib: 16, from, plan: "abc" }]);
  expect(waitingIn(seen, DR.region)).toEqual([]);
  expect(stoppedIn(seen, PRIMARY)).toBeUndefined();
});

test("gives no date to what no mail has named yet", () => {
  const held = heldBy(`${PRIMARY} tags i-1`, ALL[1]!).map((one) => ({ ...one, fresh: one.keys }));
  const [waiting] = waitingIn(foresight(held, []), PRIMARY);
  expect(waiting).toMatchObject({ snapshots: 1 });
  expect(waiting).not.toHaveProperty("from");
});

test("gives no date to what the deletion limit stops, and says how many there are", () => {
  const key = `${PRIMARY} limit i-1`;
  const seen = foresight(heldBy(key, ALL[1]!, ALL[2]!), [key]);
  expect(stoppedIn(seen, PRIMARY)).toEqual({ recoveryPoints: 2, snapshots: 2, gib: 16, of: 4, plan: "abc" });
  expect(waitingIn(seen, PRIMARY)).toEqual([]);
});

describe("approvedDeletePlan=mailed", () => {
  const planOf = (region: string, hash: string, kind: string) => {
    const held = heldBy(`${region} ${kind} i-1`, ALL[1]!);
    return { region, hash, held, keys: [], fresh: new Set<string>(), news: [] };
  };
  const announced = (region: string, hash: string) =>
    changeNotice(planOf(region, hash, "settings"), undefined, SETTINGS).message;
  const stopped = (region: string, hash: string) => limitProblem(planOf(region, hash, "limit"), 4, SETTINGS).message;
  const mail = (...messages: string[]) => ({
    at: "",
    subject: "",
    body: messages.map((message, index) => `${index + 1}. ${message}`).join("\n"),
  });
  const [A, B, C, D] = ["a", "b", "c", "d"].map((letter) => letter.repeat(16)) as [string, string, string, string];

  it("takes the newest plan of each region, for what waits and for what was stopped", () => {
    const mails = [
      mail(announced(PRIMARY, A), announced(DR.region, B)),
      mail(stopped(PRIMARY, C), announced(PRIMARY, D)),
    ];
    expect(mailedHashes(mails).sort()).toEqual([B, C, D]);
  });

  it("finds no plan if no mail named one", () => {
    expect(mailedHashes([mail("the copy snap-1 is not usable")])).toEqual([]);
  });
});

describe("who is backed up", () => {
  const kept = instance("i-1", [volume("vol-1", { sizeGiB: 10 }), volume("vol-2", { sizeGiB: 20 })]);
  const other = instance("i-2", [volume("vol-3")], { Name: "db" });

  it("leaves out volumes with the exclusion tag, under the configured key", () => {
    const excluded = volume("vol-4", { tags: { Backup: "exclude" } });
    const covered = coveredVolumes([instance("i-3", [excluded])], "Backup");
    expect(covered).toEqual([]);
    expect(coveredVolumes([instance("i-3", [excluded])], "Other")).toHaveLength(1);
  });

  it("distinguishes instances that are added from volumes that are added", () => {
    const before = coveredVolumes([kept], "Backup").slice(0, 1);
    const after = coveredVolumes([kept, other], "Backup");
    expect(protectionChange(before, after)).toEqual({
      in: [{ instanceId: "i-2", name: "db", gib: 8 }],
      out: [],
      newlyIncludedGib: 28,
      droppedGib: 0,
    });
    expect(protectionChange(after, before)).toMatchObject({ in: [], droppedGib: 28 });
  });
});

describe("an edit of the regions", () => {
  const before = { primaryRegion: "us-east-1", drRegions: ["us-west-2"], protectKeys: true, encryptPrimary: false };

  it("says what a protected key requires, and what happens to an unprotected one", () => {
    const after = { ...before, drRegions: ["eu-west-1"] };
    expect(regionNotes(before, after).join()).toContain("`pulumi up` refuses this until the key");
    const [unprotected] = regionNotes({ ...before, protectKeys: false }, after);
    expect(unprotected).toContain("30 days later, and with it the copies are lost");
  });

  it("says that copies which nothing deletes any more cost storage", () => {
    const [left] = regionNotes(before, { ...before, drRegions: ["eu-west-1"] });
    expect(left).toContain("the vault deletes none of them any more, so they go on to cost storage");
  });

  it("says that a swap takes the key of the new primary region out of the stack, unless it has one there", () => {
    const after = { ...before, primaryRegion: "us-west-2", drRegions: ["us-east-1"] };
    const [kept] = regionNotes(before, after);
    expect(kept).toContain(
      "`drKeep` goes on to delete them. `pulumi up` refuses this until the key of us-west-2 has left",
    );
    expect(regionNotes(before, { ...after, encryptPrimary: true })).toHaveLength(1);
    expect(
      regionNotes(before, { ...after, encryptPrimary: "arn:aws:kms:us-west-2:111122223333:key/own" }),
    ).toHaveLength(2);
  });

  it("says that a swap moves no instances", () => {
    const after = { ...before, primaryRegion: "us-west-2", drRegions: ["us-east-1"], encryptPrimary: true };
    expect(regionNotes(before, after)).toEqual([
      "aws:region moves no instance: from now on the vault backs up instances in us-west-2, and none in us-east-1.",
    ]);
    const [moved] = regionNotes(before, { ...before, primaryRegion: "eu-west-1" });
    expect(moved).toMatch(/It deletes nothing in us-east-1 any more\.$/);
    expect(regionNotes(before, before)).toEqual([]);
  });
});
