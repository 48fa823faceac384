/** Draws keep rules with fast-check: one or more rules that restic has too, small counts, some of them "all". */
import fc from "fast-check";
import type { KeepRules } from "../../src/vault/model/settings";

const count = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: fc.constant(-1) },
);

/** Writes a duration as restic does, without parts that are zero. */
export const arbitraryWithin: fc.Arbitrary<string> = fc
  .tuple(fc.nat({ max: 2 }), fc.nat({ max: 13 }), fc.nat({ max: 40 }), fc.nat({ max: 50 }))
  .chain((parts) =>
    fc.subarray(
      parts.map((part, index) => (part > 0 ? `${part}${"ymdh"[index] ?? ""}` : "")),
      { minLength: 1 },
    ),
  )
  .map((parts) => parts.join(""))
  .filter((text) => text !== "");

export const arbitraryKeepRules: fc.Arbitrary<KeepRules> = fc
  .record(
    {
      last: count,
      hourly: count,
      daily: count,
      weekly: count,
      monthly: count,
      yearly: count,
      within: arbitraryWithin,
    },
    { requiredKeys: [] },
  )
  .filter((rules) => Object.keys(rules).length > 0);
