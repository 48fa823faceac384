/** Which recovery point is restored, and what is known of it. */
import { choosePoint, sourceOf } from "../../../../src/cli/restore/source";
import { type Point, pointsOf } from "../../../../src/cli/points/points";
import { TAG } from "../../../../src/vault/model/tags/tags";
import { volumeSpecToTags } from "../../../../src/vault/model/tags/volumeSpec";
import type { Snapshot } from "../../../../src/vault/model/world";
import { DR, KEY, NOW, copyOf, snapshot } from "../../../support/world";
import { quietContext } from "../../../support/restore/quietContext";

const HOUR = 3_600_000;
const { region } = DR;
const CONTEXT = quietContext(region, NOW);
const SPECS = volumeSpecToTags([
  {
    volumeId: "vol-1",
    deviceName: "/dev/xvda",
    isRoot: true,
    volumeType: "gp3",
    iops: 4000,
    deleteOnTermination: true,
  },
  {
    volumeId: "vol-2",
    deviceName: "/dev/sdf",
    isRoot: false,
    volumeType: "io2",
    deleteOnTermination: false,
    multiAttach: true,
    kmsKeyEnd: "0123456789ab",
  },
]);

/** A recovery point in the DR region, of some hours ago. */
function copies(hoursAgo: number, extra: Partial<Snapshot> = {}, volumeIds = ["vol-1", "vol-2"]): Snapshot[] {
  const startTimeMs = NOW - hoursAgo * HOUR;
  return volumeIds.map((volumeId, index) => {
    const original = snapshot(`snap-${hoursAgo}${index}0`, { volumeId, startTimeMs });
    const source = { ...original, tags: { ...original.tags, ...SPECS, [TAG.setSize]: "2" } };
    const copy = copyOf(source, `snap-${hoursAgo}${index}1`, { startTimeMs, encrypted: true, kmsKeyId: KEY, ...extra });
    return { ...copy, tags: { ...copy.tags, ...SPECS, [TAG.setSize]: "2" } };
  });
}

const read = (snapshots: Snapshot[]): Point[] => pointsOf([{ region, snapshots }], undefined, () => ({}));
const NEW = copies(2);
const OLD = copies(26);
const id = NEW[0]?.identity.instanceId ?? "";

test("the newest whole recovery point is taken", () => {
  const { point, notes } = choosePoint(read([...OLD, ...NEW]), { instance: id }, CONTEXT);
  expect([point.slot, notes]).toStrictEqual([NEW[0]?.identity.slot, []]);
});

test.each([
  ["pending", copies(2, { state: "pending" })],
  ["incomplete", copies(2, {}, ["vol-1"])],
  ["failed", copies(2, { state: "error", stateMessage: "no key" })],
])("a newer one that is %s is passed over, and named", (state, newer) => {
  const { point, notes } = choosePoint(read([...OLD, ...newer]), { instance: id }, CONTEXT);
  expect(point.slot).toBe(OLD[0]?.identity.slot);
  expect(notes).toStrictEqual([
    expect.stringMatching(
      new RegExp(`^passed over a newer recovery point: ${newer[0]?.identity.slot ?? ""} \\(${state}`),
    ),
  ]);
});

test("--at takes the last one by then, and says since when there are any", () => {
  const points = read([...OLD, ...NEW]);
  expect(choosePoint(points, { instance: id, at: "3h ago" }, CONTEXT).point.slot).toBe(OLD[0]?.identity.slot);
  const early = () => choosePoint(points, { instance: id, at: "3 days ago" }, CONTEXT);
  expect(early).toThrow(
    expect.objectContaining({
      exitCode: 5,
      name: "NoPoint",
      hint: expect.stringContaining("The oldest is of") as string,
    }) as Error,
  );
});

test("--point takes the one that a snapshot is part of, also if it is not whole, and says so", () => {
  const part = copies(2, {}, ["vol-1"]);
  const { point, notes } = choosePoint(
    read([...OLD, ...part]),
    { instance: undefined, point: part[0]?.snapshotId ?? "" },
    CONTEXT,
  );
  expect(point.slot).toBe(part[0]?.identity.slot);
  expect(notes[0]).toMatch(/^the recovery point is not whole: .*incomplete/);
});

test.each([
  ["pending", { state: "pending" }],
  ["failed", { state: "error", stateMessage: "no key" }],
])("--point of one that is %s is refused", (state, extra) => {
  const bad = copies(2, extra);
  const choose = () => choosePoint(read(bad), { instance: undefined, point: bad[0]?.snapshotId ?? "" }, CONTEXT);
  expect(choose).toThrow(
    expect.objectContaining({
      exitCode: 5,
      name: "NotRestorable",
      message: expect.stringContaining(state) as string,
    }) as Error,
  );
});

test("no whole one is an error that lists what there is, and no instance is a usage error", () => {
  const none = () => choosePoint(read(copies(2, { state: "pending" })), { instance: id }, CONTEXT);
  expect(none).toThrow(
    expect.objectContaining({ exitCode: 5, hint: expect.stringContaining("--point SNAPSHOT") as string }) as Error,
  );
  const nobody = () => choosePoint(read(NEW), { instance: undefined }, CONTEXT);
  expect(nobody).toThrow(expect.objectContaining({ exitCode: 2, message: "expected an instance, got none" }) as Error);
});

test("the source has each volume with its speeds and flags, and how its original was encrypted", () => {
  const [point] = read(NEW) as [Point];
  const [root, data] = sourceOf("vault", point).volumes;
  expect(root).toMatchObject({
    device: "/dev/xvda",
    isRoot: true,
    iops: 4000,
    deleteOnTermination: true,
    isEncrypted: true,
  });
  expect(root?.original).toStrictEqual({ isEncrypted: false });
  expect(data).toMatchObject({
    device: "/dev/sdf",
    isRoot: false,
    isMultiAttach: true,
    deleteOnTermination: false,
    kmsKeyId: KEY,
  });
  expect(data?.original).toStrictEqual({ isEncrypted: true, kmsKeyEnd: "0123456789ab" });
});

test("what was taken in a region comes before copies that were made there for DR, whose key may be gone", () => {
  const drCopies = NEW.map((one) => ({ ...one, tags: { ...one.tags, [TAG.volumeSizeGiB]: "8" } }));
  const originals = drCopies.map((one, index) => {
    const { source: _none, ...identity } = one.identity;
    return { ...one, snapshotId: `snap-own-${index}`, identity, encrypted: false, kmsKeyId: undefined };
  });
  const chosen = (all: Snapshot[]) => read(all).map(({ snapshots }) => snapshots.map(({ snapshotId }) => snapshotId));
  const own = originals.map(({ snapshotId }) => snapshotId);
  expect(chosen([...drCopies, ...originals])).toStrictEqual([own]);
  const pending = originals.map((one) => ({ ...one, state: "pending" }));
  expect(chosen([...drCopies, ...pending])).toStrictEqual([drCopies.map(({ snapshotId }) => snapshotId)]);
});

test("without a role of root no volume is one", () => {
  const bare = NEW.map((one) => ({
    ...one,
    tags: Object.fromEntries(Object.entries(one.tags).filter(([key]) => !/volumes|device/.test(key))),
  }));
  const [point] = read(bare) as [Point];
  expect(sourceOf("vault", point).volumes.map(({ isRoot }) => isRoot)).toStrictEqual([false, false]);
});
