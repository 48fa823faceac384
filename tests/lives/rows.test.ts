/**
 * Tests that what people do to a vault over the years loses nothing before its grace is over or its plan approved, and
 * that one mail says what is deleted, and when. Method: rows.ts plays each row on the archive that Pulumi would upload;
 * here are the right values.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { TYPESCRIPT } from "../support/typescript";
import type { RowResult, RowResults } from "./rows";

const TIMEOUT_MS = 300_000;
const [EAST, WEST, EU] = ["us-east-1", "us-west-2", "eu-west-1"] as const;

let results: RowResults = {};

beforeAll(() => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...TYPESCRIPT, join(__dirname, "rows.ts")], {
    cwd: join(__dirname, "..", ".."),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  results = JSON.parse(stdout) as RowResults;
}, TIMEOUT_MS);

function row(name: string): RowResults[string] {
  const found = results[name];
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
}

/** Returns nights, regions and points of the mails that announce a deletion. */
function notified({ mails }: RowResult): unknown[] {
  return mails.map(({ night, regions, points }) => ({ night, regions, points }));
}

function both(count: number) {
  return { [EAST]: count, [WEST]: count };
}

test("deletes nothing for a week after a shorter retention, and says in one mail what it will delete", () => {
  const { grace, approved } = row("a shorter retention");

  // What is made after the edit waits with the rest, so that nothing is lost if the edit is reverted.
  expect(grace.left).toStrictEqual({
    before: both(30),
    "night 1": both(30),
    "night 7": both(30),
    "night 8": both(3),
  });
  expect(notified(grace)).toStrictEqual([{ night: 1, regions: [EAST, WEST], points: [60, 60] }]);
  expect(grace.mails[0]?.dates).toStrictEqual(["2026-02-13T03:00Z"]);
  expect(grace.mails[0]?.hashes.every((hash) => /^[0-9a-f]{16}$/.test(hash))).toBe(true);
  expect(approved.left).toStrictEqual({ before: both(30), approved: both(3) });
});

test("deletes nothing for a week after a shorter retention in one edit with a second DR region", () => {
  const { grace, approved } = row("a shorter retention with a second DR region");

  expect(grace.left).toStrictEqual({
    before: { ...both(30), [EU]: 0 },
    "night 1": { ...both(30), [EU]: 31 },
    "night 7": { ...both(30), [EU]: 37 },
    "night 8": { ...both(3), [EU]: 38 },
  });
  expect(notified(grace)[0]).toStrictEqual({ night: 1, regions: [EAST, WEST], points: [60, 60] });
  expect(approved.left.approved).toMatchObject(both(3));
});

test("deletes nothing for a week after a shorter retention if another DR region is added meanwhile", () => {
  const { grace } = row("a shorter retention, then another DR region");

  expect(grace.left).toStrictEqual({
    before: { [EAST]: 30, [EU]: 0 },
    "night 4": { [EAST]: 30, [EU]: 31 },
    "night 7": { [EAST]: 30, [EU]: 34 },
    "night 8": { [EAST]: 3, [EU]: 35 },
    "night 13": { [EAST]: 3, [EU]: 40 },
  });
});

test("keeps everything of instances without their tag until the grace is over", () => {
  const { grace, approved } = row("tags removed from six of twelve");
  const left = (points: number, stays: number) => ({ ...both(points), "one that stays": stays });

  expect(grace.left).toStrictEqual({
    before: left(8, 8),
    "night 1": left(8, 9),
    "night 3": left(8, 11),
    "night 7": left(8, 15),
    "night 8": left(0, 16),
  });
  expect(notified(grace)).toStrictEqual([{ night: 1, regions: [EAST, WEST], points: [48, 48] }]);
  expect(grace.mails[0]?.dates).toStrictEqual(["2026-01-17T03:00Z"]);
  expect(approved.left.approved).toStrictEqual(left(0, 10));
});

test("keeps what an edit releases until its grace is over, beside many orphans of an auto-scaling group", () => {
  const { grace, approved } = row("a shorter retention beside many orphans");
  const left = (points: number) => ({ ...both(points), orphans: 80 });

  expect(grace.left).toStrictEqual({
    before: left(30),
    "night 1": left(30),
    "night 7": left(30),
    "night 8": left(3),
  });
  expect(notified(grace)).toStrictEqual([{ night: 1, regions: [EAST, WEST], points: [90, 90] }]);
  expect(approved.left.approved).toStrictEqual(left(3));
});

test("keeps the history of a volume that misses a monthly run", () => {
  const { grace } = row("a volume detached over a monthly run");

  expect(grace.left).toStrictEqual({
    before: { ...both(12), root: 12, data: 12 },
    "night 32": { ...both(12), root: 12, data: 11 },
    "night 75": { ...both(12), root: 12, data: 11 },
  });
  expect(notified(grace)).toStrictEqual([]);
});

test("does not count hours as days after a more frequent schedule", () => {
  const { grace, approved } = row("a more frequent schedule");

  // As by the daily schedule: each morning takes the place of the oldest.
  expect(grace.left).toStrictEqual({
    before: { old: 14, oldestDays: 13 },
    "night 1": { old: 13, oldestDays: 13 },
    "night 3": { old: 11, oldestDays: 13 },
    "night 7": { old: 7, oldestDays: 13 },
    "night 8": { old: 0, oldestDays: 0 },
  });
  // One is due at once, the others by the end of the grace.
  expect(notified(grace)).toStrictEqual([{ night: 1, regions: [EAST, WEST], points: [8, 7] }]);
  expect(approved.left.approved).toStrictEqual({ old: 0, oldestDays: 0 });
});

test("prunes nothing after a policies block is removed", () => {
  const { grace } = row("the policies block removed");

  expect(grace.left).toStrictEqual({
    before: both(14),
    "night 1": both(14),
    "night 8": both(14),
    "night 40": both(14),
  });
  expect(notified(grace)).toStrictEqual([]);
});

test("keeps copies in the region that survives for as long as copies are kept", () => {
  const { grace, approved } = row("regions swapped");
  const surviving = Object.entries(grace.left).map(([when, left]) => [when, left.surviving]);

  // Its instance is an orphan from the thirtieth day on. Of what copies are kept for, one is left then.
  expect(surviving).toStrictEqual([
    ["before", 33],
    ["night 1", 33],
    ["night 7", 33],
    ["night 20", 13],
    ["night 32", 1],
    ["night 36", 1],
  ]);
  // An approval of the second night's plan counts for what the first one named, so it names that again.
  expect(notified(grace)).toStrictEqual([
    { night: 1, regions: [WEST], points: [9] },
    { night: 2, regions: [WEST, EAST], points: [9, 32] },
  ]);
  expect(approved.left.approved?.surviving).toBe(31);
});

test("keeps the history of a root volume that is replaced", () => {
  const { grace } = row("the root replaced");

  expect(grace.left).toStrictEqual({
    before: both(10),
    "night 1": both(10),
    "night 8": both(11),
    "night 40": both(11),
  });
  expect(notified(grace)).toStrictEqual([]);
});
