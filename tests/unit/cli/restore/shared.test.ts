/** Which volumes an instance shared with others, and what is said of them. */
import type { Capture, CapturedVolume } from "../../../../src/cli/points/capture";
import { type Point, pointsOf } from "../../../../src/cli/points/points";
import { sharedNotes, sharedWith } from "../../../../src/cli/restore/shared";
import { sourceOf } from "../../../../src/cli/restore/source";
import { needShared } from "../../../../src/local/disaster/restoring";
import { HOUR_MS } from "../../../../src/vault/lib/time";
import { TAG } from "../../../../src/vault/model/tags/tags";
import { volumeSpecToTags } from "../../../../src/vault/model/tags/volumeSpec";
import { DR, NOW, copyOf, snapshot } from "../../../support/world";

const { region } = DR;
const SPECS = volumeSpecToTags([
  { volumeId: "vol-1", deviceName: "/dev/xvda", isRoot: true },
  { volumeId: "vol-2", deviceName: "/dev/sdm", isRoot: false, volumeType: "io2", multiAttach: true },
]);

function pointAt(hoursAgo: number): Point {
  const startTimeMs = NOW - hoursAgo * HOUR_MS;
  const snapshots = ["vol-1", "vol-2"].map((volumeId, index) => {
    const source = snapshot(`snap-${hoursAgo}${index}`, { volumeId, startTimeMs });
    const copy = copyOf(source, `copy-${hoursAgo}${index}`, { startTimeMs });
    return { ...copy, tags: { ...copy.tags, ...SPECS, [TAG.setSize]: "2", [TAG.instanceName]: "node-a" } };
  });
  return pointsOf([{ region, snapshots }], undefined, () => ({}))[0]!;
}

const OWNER = pointAt(2);
const POINTS = [OWNER, pointAt(26)];
const other: Point = { ...OWNER, instanceId: "i-b", name: "node-b", snapshots: [] };
const captureOf = (...volumes: Partial<CapturedVolume>[]) => ({ volumes }) as Capture;
const used = captureOf({ volumeId: "vol-9", device: "/dev/xvda" }, { volumeId: "vol-2", device: "/dev/sdz" });

describe("the shared volumes of an instance", () => {
  it("are those of the others' recovery points of that time, and uncertain without a capture", () => {
    const [one, ...rest] = sharedWith(other, POINTS);
    expect(one).toMatchObject({ owner: OWNER.instanceId, ownerName: "node-a", isCertain: false });
    expect(one?.volume).toMatchObject({ device: "/dev/sdm", snapshotId: "copy-21", isMultiAttach: true });
    expect(rest).toStrictEqual([]);
    expect(sharedWith(OWNER, POINTS)).toStrictEqual([]);
  });

  it("are certain with a capture that has them, and at its own device", () => {
    expect(sharedWith(other, POINTS, used)).toMatchObject([{ isCertain: true, volume: { device: "/dev/sdz" } }]);
  });

  it("are none with a capture that has none", () => {
    expect(sharedWith(other, POINTS, captureOf({ volumeId: "vol-9" }))).toStrictEqual([]);
  });
});

describe("the notes", () => {
  const source = { ...sourceOf("vault", OWNER), instanceId: "i-b" };
  const notes = (capture?: Capture, ...volumeIds: string[]) => {
    const restored = volumeIds.map((volumeId) => ({ volumeId, snapshotId: "copy-21", availabilityZone: "z" }));
    return sharedNotes({ ...source, shared: sharedWith(other, POINTS, capture) }, restored).join();
  };

  it("say what to type before a shared volume is restored", () => {
    const first = `restore that first (vault restore ${OWNER.instanceId} --launch --region ${region})`;
    expect(notes(used)).toBe(
      `/dev/sdz was shared, and comes with the recovery point of node-a (${OWNER.instanceId}). ` +
        `${first.replace(/^r/, "R")}, then this one with --shared`,
    );
    expect(notes()).toBe(
      `/dev/sdm of node-a (${OWNER.instanceId}) was for several instances. If this one used it, ` +
        `${first}, then this one with --shared vol-…, its new volume`,
    );
  });

  it("name the volume once it is restored", () => {
    expect(notes(used, "vol-new")).toMatch(/It is restored as vol-new: attach it with --shared$/);
    expect(notes(undefined, "vol-new")).toMatch(/it is restored as vol-new: attach it with --shared vol-new$/);
    expect(notes(used, "vol-new", "vol-2nd")).toMatch(/as vol-new, vol-2nd: attach one of them with --shared vol-…$/);
  });
});

test.each([
  ["is restored first", []],
  ["was restored", [{ volumeId: "vol-new", snapshotId: "copy-21", availabilityZone: "z" }]],
])("the demonstration sees that a volume comes with another instance, which %s", (_what, restored) => {
  const source = { ...sourceOf("vault", OWNER), instanceId: "i-b", shared: sharedWith(other, POINTS, used) };
  expect(needShared(sharedNotes(source, restored))).toBe(true);
  expect(needShared(sharedNotes({ ...source, shared: [] }, restored))).toBe(false);
});
