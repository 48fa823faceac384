/**
 * Tests which copies get the region's copy slots while others keep failing, in virtual time, if only the plan decides.
 */
import { drCopyTags } from "../../../src/vault/plan/copies/copyTags";
import { copiesBySource } from "../../../src/vault/inventory/copies";
import { planCopies } from "../../../src/vault/plan/copies/copies";
import { latestStartedFirst } from "../../../src/vault/inventory/order";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { CopyAction } from "../../../src/vault/model/actions";
import type { Snapshot } from "../../../src/vault/model/world";
import { DR, NOW, copyOf, snapshot } from "../../support/world";

/** AWS, "Amazon EBS quotas": concurrent snapshot copies per destination region. */
const SLOTS = 20;
const COPY_MS = 3 * MINUTE_MS;
/** Attempts that pruning leaves of a copy that keeps failing: the first, and the newest three. */
const REMAINS = 4;

const TARGET = { ...DR, released: () => true, tagsOf: drCopyTags };

function some(count: number, name: string, hoursAgo: number): Snapshot[] {
  return Array.from({ length: count }, (_, n) =>
    snapshot(`${name}-${n}`, { volumeId: `vol-${name}-${n}`, startTimeMs: NOW - hoursAgo * HOUR_MS }),
  );
}

/** Plays one region that copies. Every copy of `doomed` fails after {@link COPY_MS}, until the cause is fixed. */
function region(snapshots: readonly Snapshot[], isDoomed: (id: string, ms: number) => boolean) {
  const copies = new Map<string, Snapshot[]>();
  const doneMs = new Map<string, number>();
  const triedMs: { id: string; atMs: number }[] = [];
  const finish = (copy: Snapshot, id: string, nowMs: number): Snapshot => {
    if (copy.state !== "pending" || nowMs - copy.startTimeMs < COPY_MS) return copy;
    if (isDoomed(id, copy.startTimeMs)) return { ...copy, state: "error" };
    doneMs.set(id, nowMs);
    return { ...copy, state: "completed" };
  };
  const remain = (list: Snapshot[]) => {
    const [newest, second, third, ...older] = [...list].sort(latestStartedFirst);
    const first = older.pop();
    return [newest, second, third, first].flatMap((one) => one ?? []).slice(0, REMAINS);
  };
  const begin = ({ sourceSnapshotId: id }: CopyAction, nowMs: number) => {
    const source = snapshots.find(({ snapshotId }) => snapshotId === id);
    if (source === undefined) return;
    triedMs.push({ id, atMs: nowMs });
    const copy = copyOf(source, `${id}-${nowMs}`, { state: "pending", startTimeMs: nowMs });
    copies.set(id, remain([...(copies.get(id) ?? []), copy]));
  };
  const pass = (nowMs: number) => {
    for (const [id, list] of copies)
      copies.set(
        id,
        list.map((copy) => finish(copy, id, nowMs)),
      );
    const all = [...copies.values()].flat();
    const free = SLOTS - all.filter(({ state }) => state === "pending").length;
    if (free === 0) return;
    const { actions } = planCopies(snapshots, copiesBySource(all), TARGET, nowMs);
    for (const action of actions.slice(0, free)) begin(action, nowMs);
  };
  return { pass, doneMs, triedMs };
}

const isDoomed = (id: string) => id.startsWith("doomed");

/** Invokes once a minute; no vault looks more often. */
function play(pass: (nowMs: number) => void, hours: number) {
  for (let nowMs = NOW; nowMs < NOW + hours * HOUR_MS; nowMs += MINUTE_MS) pass(nowMs);
}

test("does not let two hundred older copies that fail for good delay fifty healthy ones for long", () => {
  const { pass, doneMs } = region([...some(200, "doomed", 3), ...some(50, "healthy", 1)], isDoomed);
  play(pass, 4);
  expect(doneMs.size).toBe(50);
  // Two attempts at each failing copy come first; from the third on they come last.
  expect(Math.max(...doneMs.values()) - NOW).toBeLessThan(2 * HOUR_MS);
});

test("copies a later snapshot at once even though two hundred others keep failing", () => {
  const late = snapshot("late", { volumeId: "vol-late", startTimeMs: NOW + 10 * HOUR_MS });
  const all = some(200, "doomed", 3);
  const { pass, doneMs } = region(all, isDoomed);
  play((nowMs) => {
    if (nowMs === late.startTimeMs) all.push(late);
    pass(nowMs);
  }, 11);
  expect((doneMs.get("late") ?? Infinity) - late.startTimeMs).toBeLessThanOrEqual(2 * COPY_MS);
});

test("attempts a copy that keeps failing with growing pauses, and each gets its turn", () => {
  const { pass, triedMs } = region(some(200, "doomed", 0), isDoomed);
  play(pass, 24);
  const tries = new Map<string, number[]>();
  for (const { id, atMs } of triedMs) tries.set(id, [...(tries.get(id) ?? []), atMs]);
  expect(tries.size).toBe(200);
  for (const times of tries.values()) {
    const pauses = times.slice(1).map((ms, n) => ms - (times[n] ?? 0));
    // The second comes at once, the third after half an hour. The copy slots make some wait.
    expect(pauses[0]).toBeLessThan(HOUR_MS);
    expect(Math.min(...pauses.slice(1))).toBeGreaterThanOrEqual(30 * MINUTE_MS);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(2 * HOUR_MS);
    expect(pauses.at(-1)).toBeLessThan(3 * HOUR_MS);
  }
  const lastDayShare = (triedMs.length * COPY_MS) / (SLOTS * DAY_MS);
  expect(lastDayShare).toBeLessThan(0.5);
});

test("copies everything within three hours after the cause is fixed", () => {
  const mendedMs = NOW + 20 * HOUR_MS;
  const { pass, doneMs } = region(some(200, "doomed", 48), (_, ms) => ms < mendedMs);
  play(pass, 24);
  expect(doneMs.size).toBe(200);
  expect(Math.max(...doneMs.values()) - mendedMs).toBeLessThan(3 * HOUR_MS);
});
