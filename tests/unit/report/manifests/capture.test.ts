/** Tests what is in a capture: all that EC2 said, even where tags have no room, in the published form. */
import { snapshotAction } from "../../../../src/vault/plan/snapshots/snapshotAction";
import { capturesOf } from "../../../../src/vault/report/manifests/capture";
import type { Outcome } from "../../../../src/vault/model/actions";
import { launchFromTags } from "../../../../src/vault/model/tags/launchTags";
import type { World } from "../../../../src/vault/model/world";
import { CAPTURE, schemaFaults, schemaIn } from "../../../support/auditBucket";
import { FULL_INSTANCE, FULL_LAUNCH } from "../../../support/fullCapture";
import { SETTINGS, SLOT } from "../../../support/world";

const world: World = { instances: [FULL_INSTANCE], copies: {}, problems: [], throttled: [] };
const [root] = FULL_INSTANCE.volumes;
const action = snapshotAction(SETTINGS, FULL_INSTANCE, [root!], { slot: SLOT, runId: "run-1" });
const done: Outcome = { action, status: "done", detail: "", snapshotIds: ["snap-1"] };
const captured = (outcome: Outcome) => capturesOf({ world, outcomes: [outcome] }, SETTINGS);

interface Written {
  instance: { tags: object };
  launch: object;
  interfaces: object[];
  volumes: { volumeId: string; excluded: boolean; tags: object }[];
}

test("a capture has all of what a launch needs, of which tags hold only a part", () => {
  expect(launchFromTags(action.tags)?.isWhole).toBe(false);
  const [capture] = captured(done);
  expect(capture?.key).toBe(CAPTURE);
  expect(schemaFaults(capture?.body, "capture")).toStrictEqual([]);
  const { launch, interfaces, instance, volumes } = capture?.body as Written;
  expect({ launch, interfaces }).toStrictEqual(FULL_LAUNCH);
  expect(instance.tags).toStrictEqual(FULL_INSTANCE.tags);
  expect(volumes[0]).toStrictEqual({
    volumeId: "vol-1",
    device: "/dev/xvda",
    role: "root",
    type: "gp3",
    sizeGiB: 8,
    iops: 4000,
    throughputMiBps: 250,
    deleteOnTermination: true,
    multiAttach: true,
    kmsKeyEnd: "0123456789ab",
    excluded: false,
    tags: root?.tags,
  });
  expect(volumes.map(({ volumeId, excluded }) => [volumeId, excluded])).toStrictEqual([
    ["vol-1", false],
    ["vol-2", true],
  ]);
});

test("a capture has the blobs that were read, and the slots of those that an earlier one has", () => {
  const blobSlots = { userData: SLOT, uefiData: "2026-11-20T03:00:00Z" };
  const one = { ...FULL_INSTANCE, captured: { ...FULL_LAUNCH, blobSlots }, blobs: { userData: "IyEvYmluL3No" } };
  const [capture] = capturesOf({ world: { ...world, instances: [one] }, outcomes: [done] }, SETTINGS);
  expect(schemaFaults(capture?.body, "capture")).toStrictEqual([]);
  expect(capture?.body).toMatchObject({ userData: "IyEvYmluL3No", blobSlots });
  expect(capture?.body).not.toHaveProperty("uefiData");
});

test("the published form describes every fact of a capture", () => {
  const { launch, interfaces, volumes } = captured(done)[0]?.body as Written;
  const described = (name: string) => {
    const { properties } = (schemaIn("manifest.schema.json").definitions as Record<string, { properties: object }>)[
      name
    ]!;
    return Object.keys(properties).sort();
  };
  expect(Object.keys(launch).sort()).toStrictEqual(described("launch"));
  expect(Object.keys((launch as { metadata: object }).metadata).sort()).toStrictEqual(described("metadata"));
  expect(Object.keys(interfaces[0] ?? {}).sort()).toStrictEqual(described("interface"));
  expect(Object.keys(volumes[0] ?? {}).sort()).toStrictEqual(described("capturedVolume"));
});

test.each<[string, Outcome]>([
  ["failed without a snapshot", { ...done, status: "failed", snapshotIds: [] }],
  ["was only planned, in a dry run", { ...done, status: "planned", snapshotIds: [] }],
])("a recovery point that %s has no capture", (_, outcome) => {
  expect(captured(outcome)).toStrictEqual([]);
});

test("a recovery point of which some snapshots were created has its capture", () => {
  expect(captured({ ...done, status: "deferred" })).toHaveLength(1);
});

test.each([{ version: 2 }, { launch: undefined }, { interfaces: [{}] }, { volumes: [{ volumeId: "vol-1" }] }])(
  "the published form refuses a capture with %j",
  (change) => {
    const changed = { ...captured(done)[0]?.body, ...change };
    expect(schemaFaults(JSON.parse(JSON.stringify(changed)), "capture")).not.toStrictEqual([]);
  },
);
