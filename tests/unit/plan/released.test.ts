/** Tests that a copy-expired tag counts only if the region's present rules release such a copy. */
import { takeInventory } from "../../../src/vault/inventory/inventory";
import { makeCalendar } from "../../../src/vault/retention/calendar";
import { type SeenRegion } from "../../../src/vault/inventory/drRegions";
import { planOf } from "../../support/planOf";
import type { PruneRules } from "../../../src/vault/retention/historyVerdict";
import { ignoredExpiredTags, releasedIn } from "../../../src/vault/plan/prune/released";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { KeepRules, CoreSettings } from "../../../src/vault/model/settings";
import type { Snapshot, World } from "../../../src/vault/model/world";
import {
  DR,
  NOW,
  SETTINGS,
  copyOf,
  inDr,
  instance,
  keeping,
  snapshot,
  replacementOf,
  volume,
} from "../../support/world";

const MARK = copyExpiredTag(DR.region);

function daysOld(days: number, extra: Partial<Snapshot> = {}): Snapshot {
  return snapshot(`old-${days}`, { startTimeMs: NOW - days * DAY_MS, ...extra });
}

function marked(one: Snapshot): Snapshot {
  return { ...one, tags: { ...one.tags, [MARK]: "2026-11-01T03:00:00Z" } };
}

interface Given {
  completed: Snapshot[];
  copies?: Snapshot[];
  drKeep?: KeepRules;
  keepAll?: string;
  keepAtLeast?: number;
  formersOf?: PruneRules["formersOf"];
}

/** Returns the ids of those whose copies the rules release. */
function released({
  completed,
  copies = [],
  drKeep = { retentionDays: 30 },
  keepAll,
  keepAtLeast = 1,
  formersOf,
}: Given): string[] {
  const rules: PruneRules = {
    shared: new Map(),
    rulesOf: () => ({ keep: { last: 1 }, drKeep, keepAtLeast, ...(keepAll !== undefined && { keepAll }) }),
    calendar: makeCalendar("UTC"),
    nowMs: NOW,
    ...(formersOf && { formersOf }),
  };
  const world: World = { snapshots: completed, copies: inDr(copies), problems: [], throttled: [] };
  const [seen] = takeInventory(world, SETTINGS).dr;
  const { released: isReleased } = releasedIn(seen!, completed, rules);
  return completed.filter(isReleased).map(({ snapshotId }) => snapshotId);
}

const today = daysOld(0);

describe("the rules release a copy", () => {
  test("of data that is older than they keep", () => {
    const completed = [today, marked(daysOld(29)), marked(daysOld(31))];
    expect(released({ completed })).toStrictEqual(["old-31"]);
  });

  test("by the data's own age, whatever the age of a copy made now", () => {
    const old = marked(daysOld(31));
    const late = copyOf(daysOld(40), "late", { startTimeMs: NOW });
    expect(released({ completed: [today, old], copies: [late] })).toStrictEqual(["old-31"]);
  });

  test("but never the newest, nor as many as the floor keeps", () => {
    const completed = [marked(daysOld(31)), marked(daysOld(32)), marked(daysOld(33))];
    expect(released({ completed })).toStrictEqual(["old-32", "old-33"]);
    expect(released({ completed, keepAtLeast: 2 })).toStrictEqual(["old-33"]);
  });

  // Life 12114: it would be copied before each run, and deleted after it.
  test("whatever is kept since a schedule is back, because the next recovery point displaces it", () => {
    const formersOf: PruneRules["formersOf"] = () => [
      {
        rules: { keep: { last: 1 }, drKeep: { last: 2 }, keepAtLeast: 1 },
        calendar: makeCalendar("UTC"),
        keys: [],
        fresh: [],
        over: (sets) => sets.filter(({ slot }) => slot !== extra.identity.slot),
        isThinned: true,
        before: isoSeconds(NOW - 2 * DAY_MS),
        endMs: Infinity,
      },
    ];
    const extra = daysOld(1);
    const completed = [today, extra, marked(daysOld(3))];
    expect(released({ completed, drKeep: { last: 2 }, formersOf })).toStrictEqual(["old-3"]);
  });

  test("that exists as long as itself is kept: by its own start", () => {
    const old = marked(daysOld(31));
    const copy = copyOf(old, "copy", { startTimeMs: NOW - 29 * DAY_MS });
    expect(released({ completed: [today, old], copies: [copy] })).toStrictEqual([]);
  });

  test("without counting a copy that is not verified", () => {
    const old = marked(daysOld(31));
    const unverified = { startTimeMs: NOW - 29 * DAY_MS, kmsKeyId: "another" };
    const copies = [copyOf(old, "copy", unverified)];
    expect(released({ completed: [today, old], copies })).toStrictEqual(["old-31"]);
  });

  test("counting a copy under a former key, since pruning does", () => {
    const completed = [today, marked(daysOld(3))];
    const former = { kmsKeyId: "former", state: "completed", storageTier: "standard" };
    const oldest = copyOf(daysOld(9, { snapshotId: "gone" }), "of-gone", former);
    expect(released({ completed, drKeep: { yearly: 2 } })).toStrictEqual([]);
    expect(released({ completed, copies: [oldest], drKeep: { yearly: 2 } })).toStrictEqual(["old-3"]);
    // A copy that waits for its replacement counts as well, even if EC2 cannot copy its source again.
    for (const source of [daysOld(9, { state: "error" }), daysOld(9, { storageTier: "archive" })]) {
      const waiting = copyOf(source, "of-source", former);
      expect(released({ completed: [...completed, source], copies: [waiting], drKeep: { yearly: 2 } })).toStrictEqual([
        "old-3",
      ]);
    }
  });

  test("counted among existing copies and those that would be made", () => {
    const completed = [today, daysOld(1), marked(daysOld(2)), marked(daysOld(3))];
    const gone = copyOf(daysOld(0.5, { snapshotId: "gone" }), "of-gone");
    expect(released({ completed, drKeep: { last: 3 } })).toStrictEqual(["old-3"]);
    expect(released({ completed, copies: [gone], drKeep: { last: 3 } })).toStrictEqual(["old-2", "old-3"]);
  });

  test("of an encrypted replacement by the age of its original", () => {
    const original = daysOld(31);
    const replacement = marked(replacementOf(original, "stand-in", { startTimeMs: NOW }));
    expect(released({ completed: [today, replacement] })).toStrictEqual(["stand-in"]);
  });

  test("of an instance that nobody is allowed to prune, so that it is not made again for good", () => {
    const keepAll = "its policy is not among the stack's";
    expect(released({ completed: [marked(today)], keepAll })).toStrictEqual(["old-0"]);
  });

  test("of a recovery point as a whole, by its oldest data", () => {
    const slot = { [TAG.slot]: daysOld(31).identity.slot };
    const first = marked(daysOld(31));
    const later = marked(snapshot("later", { startTimeMs: first.startTimeMs + DAY_MS / 2, tags: slot }));
    for (const completed of [
      [today, first, later],
      [today, later, first],
    ]) {
      expect(released({ completed, drKeep: { retentionDays: 31.25 } })).toStrictEqual([]);
      expect(released({ completed, drKeep: { retentionDays: 30.25 } }).sort()).toStrictEqual(["later", "old-31"]);
    }
  });
});

describe("a recovery point with a snapshot in the archive tier, which EC2 copies nowhere,", () => {
  const slot = { [TAG.slot]: daysOld(31).identity.slot };
  const rest = marked(daysOld(31));
  const archived = snapshot("archived", {
    startTimeMs: rest.startTimeMs,
    volumeId: "vol-archived",
    storageTier: "archive",
    tags: slot,
  });

  test("releases the rest, since a copy made because of it would be deleted at once", () => {
    expect(released({ completed: [today, rest, archived] })).toStrictEqual(["old-31"]);
  });

  test("remains expired, without a mail, while the rules would release its copy", () => {
    const newer = daysOld(1, { volumeId: "vol-archived" });
    const completed = [today, newer, rest, marked(archived)];
    expect(released({ completed })).toStrictEqual(["old-31", "archived"]);
  });

  test("keeps the rest if it was copied before", () => {
    const copies = [copyOf(archived, "its-copy")];
    expect(released({ completed: [today, rest, archived], copies })).toStrictEqual([]);
  });
});

describe("a recovery point with a snapshot whose copies keep failing", () => {
  const slot = { [TAG.slot]: daysOld(31).identity.slot };
  const rest = marked(daysOld(31));
  const failing = snapshot("failing", { startTimeMs: rest.startTimeMs, volumeId: "vol-failing", tags: slot });
  const failures = (count: number) =>
    Array.from({ length: count }, (_, n) => copyOf(failing, `failed-${n}`, { state: "error" }));
  const completed = [today, rest, failing];

  test("releases the rest, since a copy made because of it would be deleted at once", () => {
    expect(released({ completed, copies: failures(3) })).toStrictEqual(["old-31"]);
  });

  test("releases the rest while the next attempt is pending, or it would be copied at each attempt", () => {
    const pending = copyOf(failing, "pending", { state: "pending" });
    expect(released({ completed, copies: [...failures(3), pending] })).toStrictEqual(["old-31"]);
  });

  test("keeps the rest before the third failure, and once a copy is verified", () => {
    expect(released({ completed, copies: failures(2) })).toStrictEqual([]);
    expect(released({ completed, copies: [...failures(3), copyOf(failing, "copy")] })).toStrictEqual([]);
  });
});

describe("with a volume that two instances have had", () => {
  const of = (id: string, instanceId: string, days: number, volumeId: string) => {
    const slot = daysOld(days).identity.slot;
    const tags = { [TAG.slot]: slot, [TAG.instance]: instanceId };
    return snapshot(id, { startTimeMs: NOW - days * DAY_MS, volumeId, tags });
  };
  const shared = new Map([["vol-shared", new Set(["i-gone", "i-here"])]]);
  const mine = marked(of("mine", "i-here", 5, "vol-shared"));
  const completed = [
    of("now", "i-here", 0, "vol-shared"),
    mine,
    marked(of("theirs", "i-gone", 5, "vol-other")),
    of("last", "i-gone", 1, "vol-other"),
  ];
  /** Returns former DR copies of the expired ones, which have no copy-expired tag. */
  const twins = () =>
    completed.slice(1, 3).map((one): Snapshot => {
      const twin = replacementOf(one, `twin-of-${one.snapshotId}`, { tags: { [TAG.volumeSizeGiB]: "8" } });
      const { [MARK]: _none, ...tags } = twin.tags;
      return { ...twin, tags };
    });
  const ask = (gone: { keepAll?: string; mayBeOrphan?: true }, drKeep: KeepRules, more: Snapshot[] = []) => {
    const all = [...completed, ...more];
    const rules: PruneRules = {
      shared,
      rulesOf: (id) => ({
        keep: { last: 1 },
        drKeep: id === "i-gone" ? drKeep : { last: 1 },
        keepAtLeast: 1,
        ...(id === "i-gone" && gone),
      }),
      calendar: makeCalendar("UTC"),
      nowMs: NOW,
    };
    const [seen] = takeInventory({ snapshots: all, copies: inDr([]) }, SETTINGS).dr;
    return releasedIn(seen!, all, rules);
  };

  test("an instance that nobody is allowed to prune keeps nothing of the other instance by what it lacks", () => {
    const { released: isReleased } = ask({ keepAll: "its policy is not among the stack's" }, {});
    expect(isReleased(mine)).toBe(true);
  });

  test("an instance whose rules are unknown causes no copy of the other's and releases nothing", () => {
    const { released: isReleased, forCopying } = ask({ mayBeOrphan: true }, { last: 9 });
    expect([forCopying(mine), isReleased(mine)]).toStrictEqual([true, false]);
  });

  test.each([
    ["nobody is allowed to prune", { keepAll: "its policy is not among the stack's" }, {}],
    ["may be an orphan", { mayBeOrphan: true }, { last: 9 }],
  ] as const)("what %s does neither by DR copies beside it of when the regions were swapped", (_what, gone, drKeep) => {
    const beside = marked(of("beside", "i-here", 5, "vol-here"));
    const { forCopying } = ask(gone, drKeep, [of("newer", "i-here", 0, "vol-here"), beside, ...twins()]);
    expect([mine, beside].map(forCopying)).toStrictEqual([true, true]);
  });

  test("a volume that may be an orphan causes no copy and releases nothing", () => {
    const rules: PruneRules = {
      shared,
      rulesOf: (id) => ({
        keep: { last: 1 },
        drKeep: { last: id === "vol-shared" ? 9 : 1 },
        keepAtLeast: 1,
        ...(id === "vol-shared" && { mayBeOrphan: true }),
      }),
      calendar: makeCalendar("UTC"),
      nowMs: NOW,
    };
    const world = { snapshots: completed, copies: inDr([]), problems: [], throttled: [] };
    const [seen] = takeInventory(world, SETTINGS).dr;
    const { released: isReleased, forCopying } = releasedIn(seen!, completed, rules);
    expect([forCopying(mine), isReleased(mine)]).toStrictEqual([true, false]);
  });

  test("what would be copied for one instance keeps the other's", () => {
    const { released: isReleased, forCopying } = ask({}, { last: 9 });
    expect([forCopying(mine), isReleased(mine)]).toStrictEqual([false, false]);
  });
});

describe("a copy-expired tag that the rules do not confirm", () => {
  const one = marked(daysOld(3));
  const reported = (
    canonical: Snapshot[],
    copies: Snapshot[] = [],
    isReleased: SeenRegion["released"] = () => false,
  ) => {
    const world: World = { snapshots: canonical, copies: inDr(copies), problems: [], throttled: [] };
    const [seen] = takeInventory(world, SETTINGS).dr;
    return ignoredExpiredTags({ ...seen!, released: isReleased }, canonical);
  };

  test("is reported as a notice, not as an error", () => {
    expect(reported([one, daysOld(4)])).toStrictEqual([
      {
        kind: "copy-expired-tag-ignored",
        subject: "copies in us-west-2",
        message:
          "old-3 in us-east-1 has the tag smart-vault:copy-expired:us-west-2, but the retention of us-west-2 would still keep its copy: the vault copies it again.",
        hint: "This is expected after drRetentionDays or drKeep was raised. Otherwise somebody wrote the tag; the runbook's page has the command that shows who.",
        severity: "notice",
      },
    ]);
  });

  test("is reported together with all others, since a longer retention concerns many", () => {
    const many = Array.from({ length: 30 }, (_, n) => marked(daysOld(3 + n)));
    const [notice, ...others] = reported(many);
    expect(others).toStrictEqual([]);
    expect(notice?.subject).toBe("copies in us-west-2");
    expect(notice?.message).toMatch(
      /^30 snapshots in us-east-1 have the tag .* the vault copies them again\. They are old-10; .* old-29; and 10 more\.$/,
    );
  });

  test("is not reported if the copy exists, even as a copy of a replacement's original", () => {
    expect(reported([one], [copyOf(one, "copy", { state: "pending" })])).toStrictEqual([]);
    const replacement = marked(replacementOf(daysOld(3), "stand-in"));
    expect(reported([replacement], [copyOf(daysOld(3), "copy")])).toStrictEqual([]);
  });

  test("is not reported if the rules confirm it or if it is another region's", () => {
    expect(reported([one], [], () => true)).toStrictEqual([]);
    const elsewhere = daysOld(3, { tags: { [copyExpiredTag("eu-west-1")]: "x" } });
    expect(reported([elsewhere])).toStrictEqual([]);
  });
});

describe("a plan", () => {
  const today = daysOld(0);
  const one = marked(daysOld(3));
  const policy: CoreSettings = { ...SETTINGS, policies: keeping(30, 10) };
  const did = (snapshots: Snapshot[], instances?: World["instances"], copy = copyOf(today, "copy-0")) => {
    const copies = inDr([copy]);
    const world = { snapshots, copies, instances, problems: [], throttled: [] };
    const { actions, problems } = planOf(world, policy, undefined, "run-1", NOW);
    return [
      ...actions.map((a) => (a.kind === "copy" ? `copy ${a.sourceSnapshotId}` : a.kind)),
      ...problems.map(({ kind, subject }) => `${kind} ${subject}`),
    ];
  };
  const fleet = [instance("i-1", [volume("vol-1")])];

  test("copies again, and reports, what somebody tagged but the rules would keep", () => {
    expect(did([today, one], fleet)).toStrictEqual(["copy old-3", "copy-expired-tag-ignored copies in us-west-2"]);
  });

  test("waits with that, and deletes nothing, while changed tags of the newest snapshot hide the rules", () => {
    const changed: Snapshot = { ...today, doubt: { of: "tags", what: "its slot" } };
    const copy: Snapshot = { ...copyOf(today, "copy-0"), doubt: { of: "tags", what: "its slot" } };
    expect(did([changed, one], fleet, copy)).toStrictEqual(["tampering old-0", "tampering copy-0"]);
    // An unchanged copy of it still says them.
    expect(did([changed, one], fleet)).toStrictEqual([
      "copy old-3",
      "copy-expired-tag-ignored copies in us-west-2",
      "tampering old-0",
    ]);
  });

  test("leaves alone what the rules release", () => {
    expect(did([today, marked(daysOld(11))], fleet)).toStrictEqual([]);
  });

  test("makes no copy that it would delete at once beside one under a former key, which cannot be replaced", () => {
    const archived = daysOld(9, { storageTier: "archive" });
    const former = copyOf(archived, "former", { kmsKeyId: "former", storageTier: "standard" });
    const rules = { keep: { retentionDays: 30 }, drKeep: { yearly: 2 } };
    const yearly: CoreSettings = { ...SETTINGS, policies: { true: rules } };
    const actionsWith = (more: Snapshot[]) => {
      const copies = inDr([copyOf(today, "copy-0"), former, ...more]);
      const world = { snapshots: [today, one, archived], copies, instances: fleet, problems: [], throttled: [] };
      return planOf(world, yearly, undefined, "run-1", NOW).actions.map((a) => a.kind);
    };
    expect(actionsWith([])).toStrictEqual([]);
    // The one that it would delete.
    expect(actionsWith([copyOf(one, "copy-3")])).toStrictEqual(["delete"]);
  });
});
