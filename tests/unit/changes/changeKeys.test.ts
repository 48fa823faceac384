/** Tests how the timer's payload carries mails about changes. */
import {
  type Known,
  changeKey,
  editKey,
  groupsOf,
  kindOf,
  knownOf,
  subjectOf,
  withNotified,
} from "../../../src/vault/changes/changeKeys";
import { remember } from "../../../src/vault/changes/changeMemory";
import { tagChange } from "../../../src/vault/changes/tagChanges";
import type { NotifiedChanges } from "../../../src/vault/model/memory/changeMemory";
import { payloadText } from "../../../src/vault/clock/payload";
import { HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { NOW, SETTINGS } from "../../support/world";

const MEMORY = remember({ memory: undefined, hasPoints: false }, SETTINGS, NOW);
const MAIL = { at: isoSeconds(NOW), plan: "0123456789abcdef", graceDays: 7 };

function idOf(n: number): string {
  return `i-${String(n).padStart(17, "0")}`;
}

/** Returns mails about instances, each at another time, the oldest first. */
function mailed(count: number): Map<string, Known> {
  const one = (n: number): [string, Known] => [
    `us-east-1 orphan ${idOf(n)}`,
    { ...MAIL, at: isoSeconds(NOW + n * HOUR_MS) },
  ];
  return new Map(Array.from({ length: count }, (_, n) => one(n)));
}

/** Returns one mail about the tags of instances. */
function retagged(count: number, beforeOf: (n: number) => string): Map<string, Known> {
  const keyOf = (n: number) => `us-east-1 tags ${tagChange(idOf(n), "gold", beforeOf(n))}`;
  return new Map(Array.from({ length: count }, (_, n) => [keyOf(n), MAIL]));
}

function readBack(notified: readonly NotifiedChanges[]) {
  return [...knownOf({ ...MEMORY, notified })].map(([key, { at, plan, graceDays, approved }]) => [
    key,
    { at, plan, graceDays, ...(approved && { approved }) },
  ]);
}

function lengthOf(carried: readonly NotifiedChanges[]): number {
  return JSON.stringify(carried).length;
}

test("mails are read as they were written", () => {
  const known = mailed(20);
  expect(readBack(groupsOf(known))).toStrictEqual([...known]);
});

test("mails of one time keep their order", () => {
  const known = new Map([...mailed(3)].map(([key, one]) => [key, { ...one, at: isoSeconds(NOW) }]));
  expect(readBack(groupsOf(known))).toStrictEqual([...known]);
});

test("as many mails are carried as Scheduler has room for beside the rest, the oldest of them", () => {
  const carried = groupsOf(mailed(3_000));
  const length = lengthOf(carried);
  expect(length).toBeLessThanOrEqual(100_000);
  expect(length).toBeGreaterThan(95_000);
  expect(carried[0]).toMatchObject({ at: isoSeconds(NOW) });
});

test("a mail keeps its place although newer ones have none", () => {
  const known = mailed(3_000);
  const carried = readBack(groupsOf(known));
  expect(carried).toStrictEqual([...known].slice(0, carried.length));
  const later = new Map([...known].reverse());
  expect(readBack(groupsOf(later))).toStrictEqual(carried);
});

test("edits and stops have room before all others, because one holds a whole region, and the other is approved", () => {
  const known = mailed(3_000);
  const last = { ...MAIL, at: isoSeconds(NOW + 9_000 * HOUR_MS) };
  known.set(`us-east-1 settings ${isoSeconds(NOW)}`, last);
  known.set("us-east-1 limit i-1", { ...last, approved: true });
  const carried = readBack(groupsOf(known));
  expect(carried.slice(0, 2)).toStrictEqual([...known].slice(-2));
});

describe("changes of tags", () => {
  test("carry their digests once if they are of the same tags, so that 4,500 have room", () => {
    const known = retagged(4_500, () => "silver");
    const carried = groupsOf(known);
    expect(carried).toHaveLength(1);
    expect(carried[0]?.of[0]).toBe(idOf(0));
    expect(lengthOf(carried)).toBeLessThanOrEqual(100_000);
    expect(readBack(carried)).toStrictEqual([...known]);
  });

  test("share a group if each instance had other tags", () => {
    const known = retagged(2_000, (n) => `silver-${n}`);
    const carried = groupsOf(known);
    expect(carried).toHaveLength(1);
    expect(carried[0]).not.toHaveProperty("change");
    expect(readBack(carried)).toStrictEqual([...known]);
  });

  test("are read from a payload that an earlier version wrote", () => {
    const change = tagChange("i-1", "gold", "silver");
    const notified = [{ in: "us-east-1 tags", of: [change], ...MAIL }];
    expect(readBack(notified)).toStrictEqual([[`us-east-1 tags ${change}`, MAIL]]);
  });
});

test("the payload has room for all that it may carry", () => {
  const ids = Array.from({ length: 1_500 }, (_, n) => idOf(n));
  const changes = {
    ...MEMORY,
    missing: [{ since: MAIL.at, slot: MAIL.at, of: ids }],
    notified: groupsOf(retagged(9_000, () => "silver")),
    stopped: { "us-east-1": ids.slice(0, 500), "us-west-2": ids.slice(0, 500) },
    former: Array.from({ length: 10 }, () => ({ was: MEMORY.settings, until: MAIL.at })),
  };
  const notified = Object.fromEntries(ids.map((id) => [`snapshot-call-failed/${id}`, MAIL.at]));
  // The memory of recovery points has 20,000 characters, and up to 30 entries of what is gone.
  expect(payloadText({ changes, notified }, NOW).length).toBeLessThan(256_000 - 28_000);
});

describe("an edit whose mail could not name everything", () => {
  const KEY = changeKey("us-east-1", "settings", "2026-11-22T03:00:00Z");
  const after = (inDoubt: readonly string[]) =>
    withNotified(new Map(), { hash: "plan", keys: [KEY], fresh: new Set([KEY]) }, { at: "now", graceDays: 7, inDoubt });
  const keyOf = (unit: string, known: ReadonlyMap<string, Known>) =>
    editKey("us-east-1", "2026-11-22T03:00:00Z", unit, known);

  test("has a key of its own for an instance in doubt", () => {
    const known = after(["i-1"]);
    expect(keyOf("i-1", known)).toBe(`${KEY}/i-1`);
    expect(keyOf("i-2", known)).toBe(KEY);
    expect(subjectOf(kindOf(`${KEY}/i-1`).of)).toBe("2026-11-22T03:00:00Z");
  });

  test("has one for every instance if too many are in doubt to be remembered", () => {
    const known = after(Array.from({ length: 201 }, (_, index) => `i-${index}`));
    expect(keyOf("i-200", known)).toBe(`${KEY}/i-200`);
    expect(known.get(KEY)?.except).toStrictEqual(["*"]);
    expect(knownOf({ notified: groupsOf(known) }).get(KEY)?.except).toStrictEqual(["*"]);
  });

  test("excepts nothing from the mail of such a key", () => {
    const own = `${KEY}/i-1`;
    const known = withNotified(
      after(["i-1"]),
      { hash: "other", keys: [KEY, own], fresh: new Set([own]) },
      { at: "later", graceDays: 7, inDoubt: ["i-3"] },
    );
    expect(known.get(own)).toStrictEqual({ at: "later", plan: "other", graceDays: 7 });
    expect(known.get(KEY)).toStrictEqual({ at: "now", plan: "other", graceDays: 7, except: ["i-1"] });
  });
});
