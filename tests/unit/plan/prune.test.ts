import type { RedundantSnapshot } from "../../../src/vault/inventory/dedupe";
import { sourceFinder } from "../../../src/vault/inventory/replacements";
import { type Coverage, copiesBySource } from "../../../src/vault/inventory/copies";
import { makeCalendar } from "../../../src/vault/retention/calendar";
import { prunePrimary } from "../../../src/vault/plan/prune/prunePrimary";
import { pruneDr } from "../../../src/vault/plan/prune/pruneDr";
import type { PruneRules } from "../../../src/vault/retention/historyVerdict";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { Snapshot } from "../../../src/vault/model/world";
import { DR, KEY, NOW, copyOf, snapshot } from "../../support/world";

const SEVEN_DAYS = { retentionDays: 7 };
const RULES: PruneRules = {
  rulesOf: () => ({ keep: SEVEN_DAYS, drKeep: SEVEN_DAYS, keepAtLeast: 1 }),
  shared: new Map(),
  calendar: makeCalendar("UTC"),
  nowMs: NOW,
};

function daysOld(snapshotId: string, days: number, extra: Partial<Snapshot> = {}): Snapshot {
  return snapshot(snapshotId, { startTimeMs: NOW - days * DAY_MS, ...extra });
}

const NONE = { canonical: [], redundant: [], twins: [], doubted: [], wanted: new Set<string>() };

/** Returns `id: reason`, with `+` for kept and `-` for deleted. */
function decisions({ actions, kept }: ReturnType<typeof prunePrimary>): string[] {
  const said =
    (sign: string) =>
    ({ snapshotId, reason }: { snapshotId: string; reason: string }) =>
      `${sign} ${snapshotId}: ${reason}`;
  return [...actions.map(said("-")), ...kept.map(said("+"))];
}

describe("the primary region", () => {
  const prune = (
    canonical: Snapshot[],
    coverage: Coverage = "verified",
    redundant: RedundantSnapshot[] = [],
    failed: Snapshot[] = [],
  ) => {
    const own = [...canonical, ...redundant.map((one) => one.snapshot), ...failed];
    const safe = ["verified", "expired"].includes(coverage);
    const unsafe = () => (safe ? undefined : `its copy is ${coverage}`);
    return decisions(prunePrimary("us-east-1", { ...NONE, own, canonical, redundant }, unsafe, RULES));
  };

  test.each<[Coverage, string[]]>([
    ["verified", ["- old: 9 days old, kept for 7 days", "+ new: within 7 days, the newest of i-1"]],
    ["expired", ["- old: 9 days old, kept for 7 days", "+ new: within 7 days, the newest of i-1"]],
    [
      "pending",
      ["+ new: within 7 days, the newest of i-1", "+ old: 9 days old, kept for 7 days, but its copy is pending"],
    ],
    [
      "unusable",
      ["+ new: within 7 days, the newest of i-1", "+ old: 9 days old, kept for 7 days, but its copy is unusable"],
    ],
    [
      "missing",
      ["+ new: within 7 days, the newest of i-1", "+ old: 9 days old, kept for 7 days, but its copy is missing"],
    ],
  ])("decides on an old snapshot whose copy is %s", (coverage, expected) => {
    expect(prune([daysOld("new", 1), daysOld("old", 9)], coverage)).toStrictEqual(expected);
  });

  test("keeps what is not completed, and does not count it as the newest", () => {
    const young = daysOld("young", 0, { state: "pending" });
    const expected = ["+ young: it is pending", "+ old: the newest of i-1"];
    expect(prune([young, daysOld("old", 9)])).toStrictEqual(expected);
  });

  test("deletes a redundant snapshot once the canonical one has a verified copy", () => {
    const of = daysOld("of", 1);
    const redundant = [{ snapshot: daysOld("twin", 1), canonical: of, why: "a duplicate of of" }];
    expect(prune([of], "verified", redundant)).toStrictEqual([
      "- twin: a duplicate of of",
      "+ of: within 7 days, the newest of i-1",
    ]);
    expect(prune([of], "pending", redundant)).toStrictEqual([
      "+ of: within 7 days, the newest of i-1",
      "+ twin: a duplicate of of, but its copy is pending",
    ]);
  });

  test("keeps a redundant snapshot that is pending, because deleting it would not help", () => {
    const of = daysOld("of", 1);
    const twin = daysOld("twin", 1, { state: "pending" });
    expect(prune([of], "verified", [{ snapshot: twin, canonical: of, why: "a duplicate of of" }])).toStrictEqual([
      "+ of: within 7 days, the newest of i-1",
      "+ twin: a duplicate of of, but it is pending",
    ]);
  });

  test.each([
    ["a newer one is completed", 2, [daysOld("new", 0)], "- bad: failed, and a newer one is completed"],
    ["it is a day old", 1.1, [], "- bad: failed more than a day ago"],
    ["it is new", 0.5, [], "+ bad: failed: volume is gone"],
    [
      "the newer one is of another volume",
      0.5,
      [daysOld("new", 0, { volumeId: "vol-2" })],
      "+ bad: failed: volume is gone",
    ],
  ])("deletes or keeps a failed snapshot if %s", (_what, days, canonical, expected) => {
    const bad = daysOld("bad", days, { state: "error", stateMessage: "volume is gone" });
    expect(prune(canonical, "verified", [], [bad])).toContain(expected);
  });

  test("says so if EC2 gives no reason for a failure", () => {
    const bad = daysOld("bad", 0, { state: "error" });
    expect(prune([], "verified", [], [bad])).toStrictEqual(["+ bad: failed: EC2 gives no reason"]);
  });
});

describe("failed attempts of a volume", () => {
  const bad = (id: string, volumeType: string, days: number) => {
    const tags = { [TAG.volumes]: `vol-1:/dev/sdf:data:${volumeType}:500::` };
    return daysOld(id, days, { state: "error", tags });
  };
  const unsafe = () => "its copy is missing";
  const failedOnes = (own: Snapshot[], ...wanted: string[]) =>
    decisions(prunePrimary("us-east-1", { ...NONE, own, wanted: new Set(wanted) }, unsafe, RULES));

  test.each(["st1", "sc1"])(
    "are deleted if it is %s and the plan takes another, because EC2 takes one at a time",
    (type) => {
      expect(failedOnes([bad("bad", type, 0)], "vol-1")).toStrictEqual([
        `- bad: failed, and ${type} takes no other beside it`,
      ]);
      expect(failedOnes([bad("bad", type, 0)], "vol-2")).toStrictEqual(["+ bad: failed: EC2 gives no reason"]);
    },
  );

  test("are kept for a day if it is gp3", () => {
    expect(failedOnes([bad("bad", "gp3", 0.9)], "vol-1")).toStrictEqual(["+ bad: failed: EC2 gives no reason"]);
    expect(failedOnes([bad("bad", "gp3", 1.1)])).toStrictEqual(["- bad: failed more than a day ago"]);
  });

  test("are limited to the newest three, whatever their slots, because EC2 counts them toward five", () => {
    const failed = [0.2, 0.5, 0.1, 0.4, 0.3].map((days) => bad(`bad-${days}`, "gp3", days));
    expect(failedOnes(failed).sort()).toStrictEqual([
      "+ bad-0.1: failed: EC2 gives no reason",
      "+ bad-0.2: failed: EC2 gives no reason",
      "+ bad-0.3: failed: EC2 gives no reason",
      "- bad-0.4: failed, and so did 3 after it",
      "- bad-0.5: failed, and so did 3 after it",
    ]);
  });
});

describe("the DR region", () => {
  const prune = (copies: Snapshot[], sources: Snapshot[] = [], leaving: string[] = []) => {
    const stay = sources.filter((s) => !leaving.includes(s.snapshotId));
    const bySource = copiesBySource(copies);
    return pruneDr(
      { dr: DR, copies, clear: copies, bySource, clearBySource: bySource, released: () => true },
      {
        sources: sourceFinder(sources, sources),
        stays: sourceFinder(stay, stay),
        counts: sourceFinder(stay),
      },
      RULES,
    );
  };

  const oldSource = daysOld("old", 9);
  const newSource = daysOld("new", 1);
  const oldCopy = copyOf(oldSource, "old-copy");
  const newCopy = copyOf(newSource, "new-copy");
  const failed = { state: "error", stateMessage: "no key" };

  test("deletes an old copy, and tags a source that outlives it as copy-expired", () => {
    expect(prune([oldCopy, newCopy], [oldSource, newSource]).actions).toStrictEqual([
      {
        kind: "delete",
        region: "us-west-2",
        snapshotId: "old-copy",
        snapshot: oldCopy,
        because: "retention",
        reason: "9 days old, kept for 7 days",
        set: "i-1 2026-11-13T03:00:00Z",
        expiredCopyTag: { snapshotId: "old", regions: ["us-west-2"] },
      },
    ]);
  });

  test("tags a source that is deleted too, because EC2 may refuse the deletion", () => {
    const { actions } = prune([oldCopy, newCopy], [oldSource, newSource], ["old"]);
    expect(actions.map((a) => a.expiredCopyTag?.snapshotId)).toStrictEqual(["old"]);
  });

  test("writes no copy-expired tag if the source is gone", () => {
    const { actions } = prune([oldCopy, newCopy], [newSource]);
    expect(actions.map((a) => a.expiredCopyTag)).toStrictEqual([undefined]);
  });

  test("keeps the copy of the newest slot, even if an older slot was copied later", () => {
    const older = copyOf(daysOld("p29", 31), "p29-again", { startTimeMs: NOW - 28 * DAY_MS });
    const newest = copyOf(daysOld("p30", 30), "p30");
    expect(decisions(prune([older, newest]))).toStrictEqual([
      "- p29-again: 28 days old, kept for 7 days",
      "+ p30: the newest of i-1",
    ]);
  });

  test("keeps of two verified copies the one whose snapshot is kept, so that it is not copied again", () => {
    const a = daysOld("a", 1);
    const b = daysOld("b", 1);
    const older = copyOf(b, "b-copy", { startTimeMs: NOW - 20 * HOUR_MS });
    const younger = copyOf(a, "a-copy", { startTimeMs: NOW - 10 * HOUR_MS });
    expect(decisions(prune([older, younger], [a, b], ["b"]))).toStrictEqual([
      "- b-copy: a duplicate of a-copy",
      "+ a-copy: within 7 days, the newest of i-1",
    ]);
  });

  test("deletes an unusable copy once its slot has a verified one", () => {
    const unusable = copyOf(newSource, "unusable", failed);
    expect(decisions(prune([unusable, newCopy], [newSource]))).toStrictEqual([
      "- unusable: not usable, and replaced by new-copy",
      "+ new-copy: within 7 days, the newest of i-1",
    ]);
  });

  test("keeps an unusable copy while its replacement is pending, and a pending one beside a verified one", () => {
    const unusable = copyOf(newSource, "unusable", failed);
    const pending = copyOf(newSource, "pending", { state: "pending" });
    expect(decisions(prune([unusable, pending], [newSource]))).toStrictEqual([
      "+ unusable: pending is of the same slot, but is pending",
      "+ pending: it is pending",
    ]);
    expect(decisions(prune([newCopy, pending], [newSource]))).toStrictEqual([
      "+ pending: new-copy is of the same slot, but is verified",
      "+ new-copy: within 7 days, the newest of i-1",
    ]);
  });

  test("keeps an unusable copy that waits for its replacement, but not many failed attempts", () => {
    const first = copyOf(oldSource, "first", failed);
    const second = copyOf(oldSource, "second", { ...failed, startTimeMs: NOW - 2 * DAY_MS });
    const third = copyOf(oldSource, "third", { ...failed, startTimeMs: NOW - HOUR_MS });
    expect(decisions(prune([third, first, second], [oldSource]))).toStrictEqual([
      "- second: failed more than a day ago",
      "+ third: first is of the same slot, but is unusable",
      "+ first: not usable, until its replacement is verified",
    ]);
  });

  test("keeps the three newest of many attempts, and the first until it is replaced", () => {
    const source = daysOld("today", 0.5);
    const attempts = [9, 8, 7, 6, 5, 4].map((hours) =>
      copyOf(source, `try-${hours}`, { ...failed, startTimeMs: NOW - hours * HOUR_MS }),
    );
    expect(decisions(prune(attempts, [source]))).toStrictEqual([
      "- try-8: failed, and so did 3 after it",
      "- try-7: failed, and so did 3 after it",
      "+ try-6: try-9 is of the same slot, but is unusable",
      "+ try-5: try-9 is of the same slot, but is unusable",
      "+ try-4: try-9 is of the same slot, but is unusable",
      "+ try-9: not usable, until its replacement is verified",
    ]);
    const pending = copyOf(source, "pending", { state: "pending" });
    expect(decisions(prune([...attempts, pending], [source])).filter((d) => d.startsWith("-"))).toStrictEqual([
      "- try-9: failed, and so did 3 after it",
      "- try-8: failed, and so did 3 after it",
      "- try-7: failed, and so did 3 after it",
    ]);
  });

  test("deletes all failed attempts once the slot has a verified copy", () => {
    const attempts = [5, 4, 3, 2].map((hours) =>
      copyOf(newSource, `try-${hours}`, { ...failed, startTimeMs: NOW - hours * HOUR_MS }),
    );
    const { actions } = prune([...attempts, newCopy], [newSource]);
    expect(actions.map((a) => a.snapshotId)).toStrictEqual(["try-5", "try-4", "try-3", "try-2"]);
  });

  test("deletes a failed copy whose source is gone or needs no copy", () => {
    const marked = daysOld("new", 1, {
      tags: { [copyExpiredTag(DR.region)]: "2026-11-21T03:00:00Z" },
    });
    const unusable = copyOf(newSource, "unusable", failed);
    const expected = ["- unusable: it is in state error, and its source is gone"];
    expect(decisions(prune([unusable]))).toStrictEqual(expected);
    expect(decisions(prune([unusable], [marked]))).toStrictEqual(expected);
  });

  test("keeps by age a copy under another key whose source is gone, because it can still be restored", () => {
    const other = { kmsKeyId: `${KEY}-of-last-year` };
    const lone = copyOf(newSource, "lone", other);
    expect(decisions(prune([lone]))).toStrictEqual(["+ lone: within 7 days, the newest of i-1"]);
  });

  test("keeps the newest verified copy beside a newer one under another key", () => {
    const other = copyOf(daysOld("p30", 30), "other", { kmsKeyId: `${KEY}-of-last-year` });
    const verified = copyOf(daysOld("p29", 31), "verified");
    expect(decisions(prune([verified, other]))).toStrictEqual([
      "+ verified: 31 days old, kept for 7 days, but it is one of the newest verified copies",
      "+ other: the newest of i-1",
    ]);
  });

  describe("a copy under a former key, whose replacement is not verified yet", () => {
    const former = { kmsKeyId: `${KEY}-of-last-year` };
    const oldData = daysOld("old-data", 9, { volumeId: "vol-2" });
    const newData = daysOld("new-data", 1, { volumeId: "vol-2" });
    const sources = [oldSource, newSource, oldData, newData];
    const data = copyOf(oldData, "data-copy", former);
    const others = [oldCopy, newCopy, copyOf(newData, "new-data-copy")];

    test("keeps its recovery point whole", () => {
      expect(decisions(prune([...others, data], sources)).slice(0, 2)).toStrictEqual([
        "+ data-copy: not usable, until its replacement is verified",
        "+ old-copy: 9 days old, kept for 7 days, but data-copy of it stays: its replacement in us-west-2 is not verified",
      ]);
    });

    test("is due as before, also while its replacement is pending", () => {
      const pending = copyOf(oldData, "pending", { state: "pending" });
      for (const copies of [
        [data],
        [data, pending],
        [copyOf(oldData, "failed", { ...failed, startTimeMs: NOW - HOUR_MS }), data],
      ]) {
        const { verdict, actions } = prune([...others, ...copies], sources);
        expect([...verdict.gone.keys()].sort()).toStrictEqual(["data-copy", "old-copy"]);
        expect(actions).toStrictEqual([]);
      }
    });

    // Life 11900: what is left of a recovery point would have no root.
    test("goes with its recovery point, and so does a duplicate under another former key", () => {
      const twin = copyOf(oldData, "twin", { kmsKeyId: `${KEY}-of-years-ago` });
      expect(decisions(prune([...others, data, twin], [newSource, newData]))).toStrictEqual([
        "- old-copy: 9 days old, kept for 7 days",
        "- data-copy: 9 days old, kept for 7 days",
        "- twin: a duplicate of data-copy, which expires",
        "+ new-copy: within 7 days, the newest of i-1",
        "+ new-data-copy: within 7 days, the newest of i-1",
      ]);
      expect(decisions(prune([...others, data, twin], sources)).slice(-1)).toStrictEqual([
        "+ twin: data-copy is of the same slot, but is unusable",
      ]);
    });

    test("waits no longer once its source needs no copy", () => {
      const marked = daysOld("old-data", 9, {
        volumeId: "vol-2",
        tags: { [copyExpiredTag(DR.region)]: "2026-11-21T03:00:00Z" },
      });
      const { actions } = prune([...others, data], [oldSource, newSource, marked, newData]);
      expect(actions.map(({ snapshotId }) => snapshotId).sort()).toStrictEqual(["data-copy", "old-copy"]);
    });
  });
});
