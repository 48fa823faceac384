/** Which volumes of other restores a launch attaches: none that could be the wrong one. */
import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { findRestoredShared } from "../../../src/restore/aws/sharedVolumes";
import { type SharedWishes, chooseShared } from "../../../src/restore/choose/shared";
import { isRefusal } from "../../../src/restore/refusal";
import type { RestoreSource } from "../../../src/restore/source";
import { SHARED, SOURCE } from "../../support/restore/shapes";

const one = { volume: SHARED, owner: "i-a", ownerName: "node-a", isCertain: true };
const SHARING: RestoreSource = { ...SOURCE, shared: [one] };
const made = (volumeId: string, snapshotId = SHARED.snapshotId, availabilityZone = "us-west-2a") => ({
  volumeId,
  snapshotId,
  availabilityZone,
});

function refusedBy(source: RestoreSource, restored: ReturnType<typeof made>[], wishes: Partial<SharedWishes> = {}) {
  try {
    chooseShared(source, restored, { volumeIds: [], ...wishes });
  } catch (error) {
    if (isRefusal(error)) return `${error.name}: ${error.message}. ${error.hint}`;
  }
  return "not refused";
}

test("a volume that the capture names is attached at its device, in its zone", () => {
  expect(chooseShared(SHARING, [made("vol-x", "snap-other"), made("vol-1")], { volumeIds: [] })).toStrictEqual({
    shared: [{ volumeId: "vol-1", device: "/dev/sdh", original: SHARED }],
    availabilityZone: "us-west-2a",
  });
});

test("a volume that a person names is attached although no capture names it", () => {
  const uncertain = { ...SOURCE, shared: [{ ...one, isCertain: false }] };
  const { shared } = chooseShared(uncertain, [made("vol-1"), made("vol-2")], { volumeIds: ["vol-2"] });
  expect(shared).toMatchObject([{ volumeId: "vol-2", device: "/dev/sdh" }]);
});

test.each<[string, string, RegExp]>([
  [
    "no capture names one",
    refusedBy({ ...SOURCE, shared: [{ ...one, isCertain: false }] }, [made("vol-1")]),
    /NothingShared.*--shared vol-/,
  ],
  ["none was shared", refusedBy(SOURCE, []), /^NothingShared/],
  [
    "it is not restored yet",
    refusedBy(SHARING, []),
    /^NotRestored: \/dev\/sdh is restored with node-a \(i-a\).*vault restore i-a --launch --region us-west-2$/,
  ],
  [
    "it was restored twice",
    refusedBy(SHARING, [made("vol-1"), made("vol-2")]),
    /^AmbiguousVolume.*vol-1, vol-2\. .*--shared vol-1$/,
  ],
  [
    "a person names a volume of something else",
    refusedBy(SHARING, [made("vol-1")], { volumeIds: ["vol-9"] }),
    /^NoSharedVolume: vol-9.*There are: vol-1\.$/,
  ],
  [
    "it is in another zone than asked for",
    refusedBy(SHARING, [made("vol-1")], { availabilityZone: "us-west-2b" }),
    /^WrongZone: vol-1 is in us-west-2a, and the instance would be in us-west-2b/,
  ],
])("it is refused if %s", (_what, text, expected) => {
  expect(text).toMatch(expected);
});

test("two volumes in different zones are refused", () => {
  const second = { ...one, volume: { ...SHARED, device: "/dev/sdi", snapshotId: "snap-2" } };
  const restored = [made("vol-1"), made("vol-2", "snap-2", "us-west-2b")];
  expect(refusedBy({ ...SOURCE, shared: [one, second] }, restored)).toMatch(/^WrongZone: vol-2 is in us-west-2b/);
});

test("restored volumes are found by snapshot and the restore's tag, as long as several instances may attach them", async () => {
  const mock = mockClient(EC2Client);
  const client = new EC2Client({ region: "us-west-2" });
  expect(await findRestoredShared(client, [])).toStrictEqual([]);
  expect(mock.calls()).toHaveLength(0);
  const volume = { SnapshotId: "snap-1", AvailabilityZone: "z", MultiAttachEnabled: true, State: "in-use" as const };
  mock.on(DescribeVolumesCommand).resolves({
    Volumes: [
      { ...volume, VolumeId: "vol-1" },
      { ...volume, VolumeId: "vol-2", MultiAttachEnabled: false },
      { ...volume, VolumeId: "vol-3", State: "deleting" },
    ],
  });
  expect(await findRestoredShared(client, ["snap-1", "snap-1"])).toStrictEqual([
    { volumeId: "vol-1", snapshotId: "snap-1", availabilityZone: "z" },
  ]);
  expect(mock.commandCalls(DescribeVolumesCommand)[0]?.args[0].input.Filters).toStrictEqual([
    { Name: "snapshot-id", Values: ["snap-1"] },
    { Name: "tag-key", Values: ["smart-vault:restore"] },
  ]);
});
