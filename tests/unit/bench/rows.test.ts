/** Tests what the bench says of its figures: ratios to the base's, and by how much a goal is missed. */
import { readBase } from "../../bench/figures";
import { rowsOf } from "../../bench/rows";
import type { SweepFigure } from "../../bench/sweep";

const BASE = readBase();

function sweep(perRegion: number, cpuMs: number, peakMiB = 100): SweepFigure {
  return { perRegion, memoryMb: 512, cpuMs, peakMiB, daily: { cpuMs, peakMiB } };
}

/** Returns the goal and the verdict of each row about something. */
function verdicts(sweeps: SweepFigure[], about: string) {
  const rows = rowsOf({ sweeps }, BASE).filter(({ what }) => what.includes(about));
  return rows.map(({ goal, verdict }) => [goal, verdict]);
}

test.each([
  [0.149, 400, "met"],
  [0.149, 401, "missed by 1 %"],
  [0.18, 400, "missed by 20 %"],
  [0.3, 800, "missed by 100 %"],
])("with %s of the base's CPU time and %s MiB says of a sweep at the quota: %s", (share, peakMiB, expected) => {
  const { cpuMs = NaN } = BASE.sweeps.find(({ perRegion }) => perRegion === 100_000) ?? {};
  const rows = verdicts([sweep(100_000, share * cpuMs, peakMiB)], "100000 snapshots");
  expect(rows).toStrictEqual([["≤ 0.15 of the CPU, ≤ 400 MiB", expected]]);
});

test("counts the memory of the day's first sweep too", () => {
  const first = { ...sweep(100_000, 1), daily: { cpuMs: 1, peakMiB: 420 } };
  expect(verdicts([first], "100000 snapshots")).toStrictEqual([["≤ 0.15 of the CPU, ≤ 400 MiB", "missed by 5 %"]]);
});

test.each([
  ["n log n", (n: number) => n * Math.log(n), "met"],
  ["n", (n: number) => n, "met"],
  ["n²", (n: number) => n ** 2, "missed by"],
])("judges time that grows with %s, without regard to the quota's", (_what, msOf, expected) => {
  const sizes = [500, 5_000, 50_000].map((n) => sweep(n, msOf(n)));
  const [[, verdict] = []] = verdicts([...sizes, sweep(100_000, 1e12), sweep(150_000, msOf(150_000))], "growth");
  expect(verdict).toContain(expected);
});

test("gives no growth of one size", () => {
  expect(verdicts([sweep(500, 1)], "growth")).toStrictEqual([]);
});

test("names the base's figure where there is one, and sets no goal where there is none", () => {
  const plan = [
    { snapshots: 100, cpuMs: 10, peakMiB: 1 },
    { snapshots: 100_000, cpuMs: 290, peakMiB: 1 },
  ];
  const rows = rowsOf({ plan }, { ...BASE, plan: [{ snapshots: 100_000, cpuMs: 2_900 }] });
  expect(rows.map(({ ofBase, goal, verdict }) => [ofBase, goal, verdict])).toStrictEqual([
    [undefined, undefined, undefined],
    ["0.10", "≤ 0.3 of the CPU, < 300 MiB", "met"],
  ]);
});
