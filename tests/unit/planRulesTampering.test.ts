/** What rewritten tags never bring about, held against random vaults: see docs/adr/0017 and support/arbitraryTampering.ts. */
import fc from "fast-check";
import { arbitraryEdits, arbitraryEditsAndMarks, tampered } from "../support/arbitraryTampering";
import { arbitraryVault } from "../support/arbitraryWorld";
import { deletesOf, goneOf, planFor } from "../support/planProperties";
import { OPEN } from "../support/world";

const serving = fc.constantFrom(OPEN, undefined);
const RUNS = { numRuns: 2_000 };

test("no tags on any snapshots make the plan delete what it would not if every tag agreed with the Description", () => {
  fc.assert(
    fc.property(arbitraryVault(), arbitraryEdits, serving, ({ world, policy }, edits, given) => {
      const agreed = goneOf(planFor(world, policy, given));
      const gone = deletesOf(planFor(tampered(world, edits), policy, given));
      expect(gone.filter(({ snapshotId }) => !agreed.has(snapshotId))).toStrictEqual([]);
    }),
    RUNS,
  );
});

test("nor where marks of expired copies are written or taken off too", () => {
  fc.assert(
    fc.property(arbitraryVault(), arbitraryEditsAndMarks, serving, ({ world, policy }, edits, given) => {
      const agreed = goneOf(planFor(world, policy, given));
      const gone = deletesOf(planFor(tampered(world, edits), policy, given));
      expect(gone.filter(({ snapshotId }) => !agreed.has(snapshotId))).toStrictEqual([]);
    }),
    RUNS,
  ); // prettier-ignore
});
