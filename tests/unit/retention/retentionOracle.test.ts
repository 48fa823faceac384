/**
 * Tests retention against an oracle that works the other way round: it sorts points into periods first and counts
 * afterwards, while retention walks from the newest to the oldest and counts as it goes.
 */
import fc from "fast-check";
import { isEmpty } from "../../../src/vault/retention/keepRules";
import type { RetentionPoint } from "../../../src/vault/retention/retention";
import { DAY_MS } from "../../../src/vault/lib/time";
import { COUNTED, RUNS, dataMs, decide, floors, points, rules, sorted, zones } from "../../support/arbitraryPoints";
import { NOW } from "../../support/world";

/** Computes the ISO week by January 4, which is always in the first. */
function weekOf(day: string): string {
  const ms = Date.parse(day);
  const mondayOf = (dayMs: number) => dayMs - ((new Date(dayMs).getUTCDay() + 6) % 7) * DAY_MS;
  const year = new Date(mondayOf(ms) + 3 * DAY_MS).getUTCFullYear();
  const weeks = (mondayOf(ms) - mondayOf(Date.UTC(year, 0, 4))) / (7 * DAY_MS);
  return `${year}-W${String(weeks + 1).padStart(2, "0")}`;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function periodOf(point: RetentionPoint, rule: (typeof COUNTED)[number], timeZone: string) {
  const clock =
    clocks.get(timeZone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  clocks.set(timeZone, clock);
  const text = clock.format(dataMs(point)).replace(" ", "T");
  if (rule === "last") return point.snapshotId;
  if (rule === "weekly") return weekOf(text.slice(0, 10));
  return text.slice(0, { hourly: 13, daily: 10, monthly: 7, yearly: 4 }[rule]);
}

/** Returns by id why a count keeps a point. */
function counted(list: RetentionPoint[], rule: (typeof COUNTED)[number], count: number, zone: string) {
  const words = `${rule} ${count === -1 ? "all" : count}`;
  const newestOf = new Map<string, string>();
  for (const point of sorted(list).reverse()) {
    const period = periodOf(point, rule, zone);
    newestOf.delete(period);
    newestOf.set(period, point.snapshotId);
  }
  const newestToOldest = [...newestOf].reverse();
  const chosen = count === -1 ? newestToOldest : newestToOldest.slice(0, count);
  const reasons = new Map(chosen.map(([period, id]) => [id, rule === "last" ? words : `${words}: ${period}`]));
  const oldest = sorted(list).at(-1)?.snapshotId;
  const room = count === -1 || newestToOldest.length < count;
  if (room && oldest !== undefined && !reasons.has(oldest)) reasons.set(oldest, `${words}: the oldest`);
  return reasons;
}

test("keeps each point for the oracle's reasons in their order", () => {
  fc.assert(
    fc.property(points, rules, floors, zones, (list, { within: _, ...keep }, floor, zone) => {
      fc.pre(!isEmpty(keep));
      const result = decide(list, keep, floor, zone);
      const byRule = COUNTED.flatMap((rule) => {
        const count = keep[rule];
        return count === undefined ? [] : [counted(list, rule, count, zone)];
      });
      const days = keep.retentionDays ?? -Infinity;
      for (const [index, { snapshotId, startTimeMs }] of sorted(list).entries()) {
        const expected = byRule.flatMap((reasons) => reasons.get(snapshotId) ?? []);
        if (startTimeMs + days * DAY_MS >= NOW) expected.push(`within ${days} day${days > 1 ? "s" : ""}`);
        if (index < floor) expected.push(floor > 1 ? `one of the newest ${floor} of vol-1` : "the newest of vol-1");
        expect(result.keep.includes(snapshotId)).toBe(expected.length > 0);
        if (expected.length > 0) expect(result.reasons.get(snapshotId)).toStrictEqual(expected);
        else expect(result.reasons.get(snapshotId)?.[0]).toMatch(/ old(; no rule keeps it|, kept for \d+ days?)$/);
      }
    }),
    RUNS,
  );
});

test("keeps in UTC the oracle's points within a distance", () => {
  fc.assert(
    fc.property(
      points,
      fc.nat({ max: 2 }),
      fc.nat({ max: 14 }),
      fc.nat({ max: 40 }),
      fc.nat({ max: 30 }),
      (list, y, m, d, h) => {
        fc.pre(y + m + d + h > 0);
        const latestMs = Math.max(...list.map(dataMs).filter((ms) => ms <= NOW));
        const latest = new Date(Number.isFinite(latestMs) ? latestMs : 0);
        const time = [latest.getUTCHours() - h, latest.getUTCMinutes(), latest.getUTCSeconds()] as const;
        const limitMs = Date.UTC(
          latest.getUTCFullYear() - y,
          latest.getUTCMonth() - m,
          latest.getUTCDate() - d,
          ...time,
        );
        const young = sorted(list).filter((point) => latestMs === -Infinity || dataMs(point) > limitMs);
        expect(decide(list, { within: `${y}y${m}m${d}d${h}h` }).keep).toStrictEqual(young.map((p) => p.snapshotId));
      },
    ),
    RUNS,
  );
});
