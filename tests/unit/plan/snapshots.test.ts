import fc from "fast-check";
import { planSnapshots } from "../../../src/vault/plan/snapshots/snapshots";
import { INSTANCE_TAG_PREFIX, MAX_TAGS, TAG } from "../../../src/vault/model/tags/tags";
import type { KeyedRegion } from "../../../src/vault/model/settings";
import type { SnapshotAction } from "../../../src/vault/model/actions";
import type { ProtectedInstance, Snapshot, Tags } from "../../../src/vault/model/world";
import { DR, NOW, OPEN, SETTINGS, SLOT, instance, snapshot, volume } from "../../support/world";

const EXCLUDE = { [SETTINGS.tagKey]: "exclude" };
const root = volume("vol-1", { isRoot: true, volumeType: "gp3", sizeGiB: 8 });
const data = volume("vol-2", { deviceName: "/dev/sdf" });

function plan(instances: ProtectedInstance[], snapshots: Snapshot[] = [], dr: readonly KeyedRegion[] = SETTINGS.dr) {
  return planSnapshots(instances, snapshots, { ...SETTINGS, dr }, { slotTask: OPEN, runId: "run-1", nowMs: NOW });
}

function numbered(count: number, prefix = "key"): Tags {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}-${n}`, "x"]));
}

/** Tests what an instance's set includes and excludes. */
function shape({ volumes, excludeBootVolume, excludeDataVolumeIds, mode }: SnapshotAction) {
  return { volumes: volumes.map((v) => v.volumeId), excludeBootVolume, excludeDataVolumeIds, mode };
}

test("plans one set for an instance without a snapshot for the slot, with all that a restore needs", () => {
  const web = instance("i-1", [root, data], { Backup: "true", Name: "web" });
  expect(plan([web])).toStrictEqual({
    settled: true,
    problems: [],
    actions: [
      {
        kind: "snapshot",
        region: "us-east-1",
        instanceId: "i-1",
        slot: SLOT,
        mode: "set",
        volumes: [root, data],
        excludeBootVolume: false,
        excludeDataVolumeIds: [],
        copyVolumeTags: true,
        maxTags: 49,
        tags: {
          [TAG.vault]: SETTINGS.vaultId,
          [TAG.instance]: "i-1",
          [TAG.instanceName]: "web",
          [TAG.instanceType]: "m7g.large",
          [TAG.availabilityZone]: "us-east-1a",
          [TAG.slot]: SLOT,
          [TAG.run]: "run-1",
          [TAG.setSize]: "2",
          [TAG.policy]: "true",
          [TAG.volumes]: "vol-1:/dev/xvda:root:gp3:8:: vol-2:/dev/sdf:data::::",
          [`${INSTANCE_TAG_PREFIX}Backup`]: "true",
          [`${INSTANCE_TAG_PREFIX}Name`]: "web",
        },
        reason: `no snapshot for ${SLOT} yet`,
      },
    ],
  });
});

describe("looking before creating", () => {
  const machine = instance("i-1", [root, data]);

  test.each(["completed", "pending"])("counts a %s snapshot for the slot as enough", (state) => {
    const there = [snapshot("a", { state }), snapshot("b", { state, volumeId: "vol-2" })];
    expect(plan([machine], there)).toStrictEqual({
      actions: [],
      problems: [],
      settled: true,
    });
  });

  test("does not count a failed snapshot, nor one of another slot", () => {
    const there = [snapshot("a", { state: "error" }), snapshot("b", { volumeId: "vol-2", startTimeMs: NOW - 1_000 })];
    expect(plan([machine], there).actions.map(shape)).toStrictEqual([
      {
        volumes: ["vol-1", "vol-2"],
        excludeBootVolume: false,
        excludeDataVolumeIds: [],
        mode: "set",
      },
    ]);
  });

  test("puts only the volumes that lack a snapshot into the set", () => {
    expect(plan([machine], [snapshot("a")]).actions.map(shape)).toStrictEqual([
      { volumes: ["vol-2"], excludeBootVolume: true, excludeDataVolumeIds: [], mode: "set" },
    ]);
  });
});

test("takes a volume attached to two instances once, with the first", () => {
  const shared = volume("vol-9");
  const other = volume("vol-3", { isRoot: true });
  const { actions } = plan([instance("i-2", [other, shared]), instance("i-1", [root, shared])]);
  expect(actions.map(shape)).toStrictEqual([
    { volumes: ["vol-1", "vol-9"], excludeBootVolume: false, excludeDataVolumeIds: [], mode: "set" },
    { volumes: ["vol-3"], excludeBootVolume: false, excludeDataVolumeIds: ["vol-9"], mode: "set" },
  ]);
});

describe("volumes tagged exclude", () => {
  test("are left out: the root by its flag, data volumes by their ids", () => {
    const excluded = instance("i-1", [{ ...root, tags: EXCLUDE }, { ...data, tags: EXCLUDE }, volume("vol-3")]);
    expect(plan([excluded]).actions.map(shape)).toStrictEqual([
      { volumes: ["vol-3"], excludeBootVolume: true, excludeDataVolumeIds: ["vol-2"], mode: "set" },
    ]);
  });

  test.each([
    [40, "set"],
    [41, "each"],
  ])("%d beside the root make mode %p", (count, mode) => {
    const out = Array.from({ length: count }, (_, n) => volume(`vol-x${n}`, { tags: EXCLUDE }));
    expect(plan([instance("i-1", [root, ...out])]).actions.map((a) => a.mode)).toStrictEqual([mode]);
  });
});

describe("a problem is reported", () => {
  test("if no instance has the tag", () => {
    expect(plan([])).toStrictEqual({
      actions: [],
      settled: true,
      problems: [
        expect.objectContaining({
          kind: "no-instances",
          subject: "Backup=true",
          message: "nothing was backed up: no instance in us-east-1 has the tag Backup=true",
        }),
      ],
    });
  });

  test.each([
    ["none", []],
    ["only excluded ones", [{ ...root, tags: EXCLUDE }]],
  ])("if an instance's volumes are %s, while the others are snapshotted", (_what, volumes) => {
    const result = plan([instance("i-1", volumes), instance("i-2", [data])]);
    expect(result.problems.map(({ kind, subject }) => `${kind}/${subject}`)).toStrictEqual(["no-volumes/i-1"]);
    expect(result.actions.map((a) => a.instanceId)).toStrictEqual(["i-2"]);
  });
});

describe("EC2's 50 tags", () => {
  const counts = fc.record({
    ofInstance: fc.integer({ min: 0, max: 50 }),
    ofVolumes: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 }),
    regions: fc.integer({ min: 1, max: 5 }),
  });

  test("are never exceeded by a set with the crash-consistency tag and later a copy-expired tag per DR region", () => {
    fc.assert(
      fc.property(counts, ({ ofInstance, ofVolumes, regions }) => {
        const volumes = ofVolumes.map((n, i) => volume(`vol-${i}`, { tags: numbered(n, `v${i}`) }));
        const dr = Array<KeyedRegion>(regions).fill(DR);
        const [action] = plan([instance("i-1", volumes, numbered(ofInstance))], [], dr).actions;
        expect(action?.maxTags).toBe(MAX_TAGS - regions);
        const copied = action?.copyVolumeTags === true ? Math.max(...ofVolumes) : 0;
        const written = Object.keys(action?.tags ?? {}).length + copied + 1 + regions;
        expect(written).toBeLessThanOrEqual(MAX_TAGS);
        // Nothing is left out unnecessarily: either all of the instance's tags are there, or the budget is used up.
        const fromInstance = Object.keys(action?.tags ?? {}).filter((k) => k.startsWith(INSTANCE_TAG_PREFIX));
        expect(fromInstance.length === ofInstance || written === MAX_TAGS).toBe(true);
      }),
    );
  });

  test("exclude volumes' own tags that do not fit beside the vault's", () => {
    const fits = (count: number) =>
      plan([instance("i-1", [volume("vol-1", { tags: numbered(count) })])]).actions[0]?.copyVolumeTags;
    // 50 less ten of the vault's, the crash-consistency tag and the copy-expired tag.
    expect([fits(38), fits(39)]).toStrictEqual([true, false]);
  });

  test("do not count AWS's own tags", () => {
    const tags = numbered(60, "aws:x");
    const [action] = plan([instance("i-1", [volume("vol-1", { tags })])]).actions;
    expect(action?.copyVolumeTags).toBe(true);
  });
});

test("leaves out a volume's tags if one of them is the vault's, because EC2 refuses a key twice", () => {
  const restored = volume("vol-1", { tags: { [TAG.slot]: "2026-01-01T00:00:00Z" } });
  expect(plan([instance("i-1", [restored])]).actions[0]?.copyVolumeTags).toBe(false);
});
