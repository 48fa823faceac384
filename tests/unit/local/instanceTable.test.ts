/** Tests the table of instances: every tagged one has a row, and in a large fleet the exceptions are shown. */
import type { Audit, InstanceAudit, VolumeAudit } from "../../../src/local/findings/recoverability";
import { countsOf, renderInstances, renderNearMisses } from "../../../src/local/print/instanceTable";

const REGIONS = { primary: "us-east-1", dr: ["us-west-2"] };
const GOOD = { count: 3, oldest: "2026-06-01T03:00:00Z", newest: "2026-06-03T03:00:00Z" };

function volume(volumeId: string, changes: Partial<VolumeAudit> = {}): VolumeAudit {
  const points = { snapshots: GOOD, copies: { "us-west-2": GOOD } };
  return { volumeId, deviceName: "/dev/xvda", sizeGiB: 8, excluded: false, ...points, ...changes };
}

function instance(instanceId: string, changes: Partial<InstanceAudit> = {}): InstanceAudit {
  const volumes = ["a", "b", "c"].map((letter) => volume(`vol-${instanceId}${letter}`));
  return { instanceId, name: "web", state: "running", protected: true, volumes, ...changes };
}

const NEAR = {
  now: 'Backup="True"',
  wanted: "backup=True",
  change: "the tag has to be backup=True, in this case and without blanks",
};
const ODD = [
  instance("i-empty", {
    note: "every volume is excluded: nothing is backed up",
    volumes: [volume("vol-out", { excluded: true })],
  }),
  instance("i-none", { note: "no EBS volume: nothing is backed up", volumes: [] }),
  instance("i-near", { note: "not tagged", nearMiss: NEAR, volumes: [] }),
  instance("i-gone", {
    note: "terminated: not backed up",
    state: "terminated",
    stateBefore: "shutting-down",
    volumes: [],
  }),
  instance("i-lack", { volumes: [volume("vol-lack", { copies: { "us-west-2": { count: 0 } } })] }),
];

const fleet = (count: number): Audit => ({
  instances: [...Array.from({ length: count }, (_, index) => instance(`i-${index}`)), ...ODD],
  gaps: [],
});

test("shows a row for each volume of a small fleet, and for each instance without volumes", () => {
  const text = renderInstances(fleet(2), REGIONS, false).join("\n");
  for (const id of ["i-0", "i-1", ...ODD.map(({ instanceId }) => instanceId)]) expect(text).toContain(id);
  expect(text).toContain("every volume is excluded: nothing is backed up");
  expect(text).toContain('NEARLY TAGGED Backup="True", not backup=True');
  expect(text).toContain("shutting-down, then terminated");
});

test("shows only the exceptions of 500 instances of three volumes, and counts the rest", () => {
  const lines = renderInstances(fleet(500), REGIONS, false).join("\n").split("\n");
  expect(lines.length).toBeLessThan(20);
  for (const { instanceId } of ODD) expect(lines.join("\n")).toContain(instanceId);
  expect(lines.at(-1)).toBe(
    "1500 more rows, most with 3 (2026-06-01 … 2026-06-03), 3 (2026-06-01 … 2026-06-03): --all shows them.",
  );
});

test("shows all instances with --all", () => {
  const lines = renderInstances(fleet(500), REGIONS, true).join("\n").split("\n");
  expect(lines.length).toBeGreaterThan(1_500);
});

test("counts each instance once, and a shared volume once", () => {
  expect(countsOf(fleet(500))).toBe(
    "505 instances: 501 backed up, 3 tagged without anything to back up, 1 nearly tagged, 0 not tagged; 1502 volumes of tagged instances, 1 excluded.",
  );
});

test("says what has to change for near misses", () => {
  expect(renderNearMisses(fleet(1), false).slice(1)).toEqual([
    'i-near web: NOT backed up, it has Backup="True"; the tag has to be backup=True, in this case and without blanks',
  ]);
  expect(renderNearMisses({ instances: [instance("i-0")], gaps: [] }, false)).toEqual([]);
});
