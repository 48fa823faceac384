/** What is known of a recovery point, and what a restore would lack. */
import { factsOf } from "../../../../src/cli/points/facts";
import { findPoint } from "../../../../src/cli/points/ref";
import { type Point, pointsOf } from "../../../../src/cli/points/points";
import { drCopyTags } from "../../../../src/vault/plan/copies/copyTags";
import { TAG } from "../../../../src/vault/model/tags/tags";
import { volumeSpecToTags } from "../../../../src/vault/model/tags/volumeSpec";
import { DR, KEY, NOW, SETTINGS, copyOf, snapshot } from "../../../support/world";

const PRIMARY = SETTINGS.primaryRegion;
const FLAGS = { deleteOnTermination: true, multiAttach: true as const, kmsKeyEnd: "0123456789ab" };
const SPECS = volumeSpecToTags([
  { volumeId: "vol-1", deviceName: "/dev/xvda", isRoot: true, volumeType: "gp3", sizeGiB: 8, iops: 4000, ...FLAGS },
  { volumeId: "vol-2", deviceName: "/dev/sdf", isRoot: false },
]);

function pointsIn(copyExtra = {}): Point[] {
  const original = snapshot("snap-1", { volumeId: "vol-1" });
  const source = { ...original, tags: { ...original.tags, ...SPECS, [TAG.setSize]: "2" } };
  const copy = copyOf(source, "snap-2", copyExtra);
  const reads = [
    { region: PRIMARY, snapshots: [source], locks: new Map() },
    { region: DR.region, snapshots: [copy] },
  ];
  return pointsOf(reads, SETTINGS, () => ({ kept: "why" }));
}

test("an incomplete point names the volume that has no snapshot", () => {
  const [here, there] = pointsIn() as [Point, Point];
  expect(here).toMatchObject({ state: "incomplete", volumes: 1, setSize: 2, lock: "none", kept: "why" });
  expect(there.lock).toBeUndefined();
  const facts = factsOf(here, [here, there]);
  expect(facts.volumes[0]).toMatchObject({
    volumeId: "vol-1",
    device: "/dev/xvda",
    iops: 4000,
    snapshotIds: { [PRIMARY]: "snap-1", [DR.region]: "snap-2" },
  });
  expect(facts.lacks).toStrictEqual([
    `volume vol-2 (/dev/sdf): no snapshot in ${PRIMARY}`,
    "how the instance was launched (boot, network, profile, key): not captured",
  ]);
});

test.each([
  [{ state: "pending" }, "pending"],
  [{ state: "error", stateMessage: "no key" }, "failed"],
  [{ kmsKeyId: "arn:other" }, "unusable"],
  [{ doubt: { of: "tags" as const, what: "changed" } }, "in-doubt"],
])("a copy with %j is %s", (extra, state) => {
  const copy = pointsIn({ encrypted: true, kmsKeyId: KEY, ...extra }).find(({ region }) => region === DR.region);
  expect(copy?.state).toBe(state);
});

test("a point is found in the region that was asked for, by id, instance and time", () => {
  const points = pointsIn();
  const id = points[0]?.instanceId ?? "";
  expect(findPoint(id, points, { region: DR.region, nowMs: NOW }).region).toBe(DR.region);
  expect(findPoint(`${id}@latest`, points, { region: PRIMARY, nowMs: NOW }).region).toBe(PRIMARY);
  const none = () => findPoint(`${id}@2020-01-01T00:00:00Z`, points, { region: PRIMARY, nowMs: NOW });
  expect(none).toThrow(expect.objectContaining({ name: "NoPoint", exitCode: 5 }) as Error);
  const unknown = () => findPoint("snap-0dead", points, { region: PRIMARY, nowMs: NOW });
  expect(unknown).toThrow(expect.objectContaining({ exitCode: 5 }) as Error);
});

test("a copy alone says what becomes of its volume, and which key the volume had", () => {
  const [here, there] = pointsIn() as [Point, Point];
  const [source] = here.snapshots;
  const [copy] = there.snapshots;
  const alone = { ...there, snapshots: [{ ...copy!, tags: drCopyTags(source!) }] };
  expect(factsOf(alone, [alone]).volumes[0]).toMatchObject({ device: "/dev/xvda", iops: 4000, ...FLAGS });
});
