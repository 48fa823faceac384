/** Draws histories of one volume and rules for them with fast-check, and returns what retention decides. */
import fc from "fast-check";
import { makeCalendar } from "../../src/vault/retention/calendar";
import { type RetentionPoint, newestFirst, retention } from "../../src/vault/retention/retention";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/vault/lib/time";
import type { KeepRules } from "../../src/vault/model/settings";
import { arbitraryKeepRules } from "./arbitraryKeepRules";
import { NOW } from "./world";

export const COUNTED = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;
export const RUNS = { numRuns: 500 };

/**
 * Draws points of one volume, dense in the last days and sparse over years, some in the future; copies are made after
 * their slot.
 */
export const points: fc.Arbitrary<RetentionPoint[]> = fc
  .array(
    fc.record({
      slotMs: fc.oneof(
        fc.integer({ min: -90 * 24, max: 48 }).map((hours) => NOW + hours * HOUR_MS),
        fc.integer({ min: -900, max: 3 }).map((days) => NOW + days * DAY_MS),
        fc.integer({ min: -8 * 60, max: 0 }).map((minutes) => NOW + minutes * MINUTE_MS),
      ),
      late: fc.option(fc.integer({ min: 0, max: 240 })),
    }),
    { maxLength: 25 },
  )
  .map((list) =>
    list.map(({ slotMs, late }, index) => ({
      snapshotId: `snap-${index}`,
      volumeId: "vol-1",
      startTimeMs: slotMs + (late ?? 0) * HOUR_MS,
      ...(late !== null && { slotMs }),
    })),
  );

export const rules: fc.Arbitrary<KeepRules> = fc.oneof(
  { weight: 3, arbitrary: arbitraryKeepRules },
  {
    weight: 1,
    arbitrary: fc
      .tuple(arbitraryKeepRules, fc.integer({ min: 1, max: 50 }))
      .map(([others, retentionDays]) => ({ ...others, retentionDays })),
  },
  { weight: 1, arbitrary: fc.record({ retentionDays: fc.integer({ min: 1, max: 50 }) }) },
);
export const floors = fc.nat({ max: 3 });
export const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York");
const calendars = {
  UTC: makeCalendar("UTC"),
  "Europe/Berlin": makeCalendar("Europe/Berlin"),
  "America/New_York": makeCalendar("America/New_York"),
};

/** Returns what is kept and what is removed, the newest first, and all reasons by id. */
export function decide(
  list: readonly RetentionPoint[],
  keep: KeepRules,
  keepAtLeast = 0,
  zone: keyof typeof calendars = "UTC",
) {
  const { kept, gone } = retention(list, keep, { nowMs: NOW, calendar: calendars[zone], keepAtLeast });
  const all = [
    ...[...kept].map(([id, why]) => [id, why.split(", ")] as const),
    ...[...gone].map(([id, why]) => [id, [why]] as const),
  ];
  const reasons = new Map<string, readonly string[]>(all);
  return { keep: [...kept.keys()], remove: [...gone.keys()], reasons };
}

export const dataMs = ({ slotMs, startTimeMs }: RetentionPoint) => slotMs ?? startTimeMs;
export const sorted = (list: readonly RetentionPoint[]) => [...list].sort(newestFirst);
export const without = (ids: readonly string[], others: readonly string[]) => ids.filter((id) => !others.includes(id));
