/** What a restore says before it asks, and of what there is afterwards. */
import { planOf, shownOrder } from "../../../../src/cli/restore/plan";
import { factLines, madeLines, renderPlan } from "../../../../src/cli/print/restorePage";
import { lookOf } from "../../../../src/cli/print/look";
import type { LaunchBlobs } from "../../../../src/vault/model/launchSpec";
import type { LaunchOrder, VolumesOrder } from "../../../../src/restore/order";
import { RESTORE_TAG, oldRole } from "../../../../src/restore/restoreTags";
import type { RestoreSource, SourceVolume } from "../../../../src/restore/source";

const KEY = "arn:aws:kms:us-west-2:111111111111:key/aaaaaaaa-bbbb-cccc-dddd-0123456789ab";
const ROOT: SourceVolume = {
  volumeId: "vol-1",
  snapshotId: "snap-1",
  device: "/dev/xvda",
  isRoot: true,
  sizeGiB: 8,
  type: "gp3",
  iops: 4_000,
  isEncrypted: true,
  kmsKeyId: KEY,
  tags: {},
};
const SHARED: SourceVolume = {
  ...ROOT,
  volumeId: "vol-2",
  snapshotId: "snap-2",
  device: "/dev/sdm",
  isRoot: false,
  isMultiAttach: true,
};
const SOURCE: RestoreSource = {
  vaultId: "v",
  instanceId: "i-0aaaaaaaaaaaa0001",
  name: "db-1",
  slot: "2026-11-29T03:00:00Z",
  takenMs: 0,
  region: "us-west-2",
  instanceType: "m5.large",
  instanceTags: {},
  captured: { launch: { cpuCores: 1, keyName: "ops" }, interfaces: [] },
  blobs: {},
  shared: [],
  volumes: [ROOT, SHARED],
};
const COMMON = {
  restoreId: "r-20261129T121500-4f1c",
  region: "us-west-2",
  instanceId: SOURCE.instanceId,
  slot: SOURCE.slot,
  choices: [],
};
const LAUNCH: LaunchOrder = {
  ...COMMON,
  mode: "launch",
  volumes: SOURCE.volumes,
  instanceType: "m5.large",
  availabilityZone: "us-west-2a",
  as: { launch: { keyName: "ops" }, interfaces: [] },
  instanceTags: {},
  blobs: {},
  leavesOut: [],
  shared: [],
};
const plan = (source: RestoreSource, order: LaunchOrder | VolumesOrder = LAUNCH, cpu = {}) =>
  planOf(source, { order, alternatives: [], cpu });
const withOriginal = (original: NonNullable<SourceVolume["original"]>): RestoreSource => ({
  ...SOURCE,
  volumes: [{ ...ROOT, original }],
});

describe("the plan of a launch", () => {
  it("says what is in no backup, and what several instances shared", () => {
    const { warnings } = plan(SOURCE);
    expect(warnings).toContainEqual(expect.stringMatching(/^user data is in no backup/));
    expect(warnings).toContainEqual(
      expect.stringMatching(/^\/dev\/sdm was for several instances: launch the others with --shared/),
    );
    const volumes: VolumesOrder = { ...COMMON, mode: "volumes", volumes: [ROOT], availabilityZone: "us-west-2a" };
    expect(plan(SOURCE, volumes).warnings).toStrictEqual([]);
  });

  it("says that a root attached elsewhere may be booted from", () => {
    const order: VolumesOrder = { ...COMMON, mode: "volumes", volumes: [ROOT], availabilityZone: "z", attachTo: "i-2" };
    expect(plan(SOURCE, order).warnings).toContainEqual(expect.stringContaining("may boot from it"));
  });

  it("calls no processor lost that is the type's own", () => {
    const facts = (cpu: object) => plan(SOURCE, LAUNCH, cpu).differences.map(({ fact }) => fact);
    expect(facts({ cpuCores: 1 })).not.toContain("cpuCores");
    expect(facts({ cpuCores: 2 })).toContain("cpuCores");
  });

  it.each([
    ["was not encrypted", { isEncrypted: false }, ["volume /dev/xvda isEncrypted"]],
    ["was under another key", { isEncrypted: true, kmsKeyEnd: "ffffffffffff" }, ["volume /dev/xvda kmsKeyId"]],
    ["was under this key", { isEncrypted: true, kmsKeyEnd: "0123456789ab" }, []],
  ])("names a volume as mapped that %s", (_title, original, expected) => {
    const order = { ...LAUNCH, volumes: [ROOT], as: { launch: { keyName: "ops", cpuCores: 1 }, interfaces: [] } };
    const { differences } = plan(withOriginal(original), order);
    expect(differences.map(({ fact, outcome }) => [fact, outcome])).toStrictEqual(
      expected.map((fact) => [fact, "mapped"]),
    );
  });

  it("says of a launch that the instance is not in its price, and where that is", () => {
    expect(plan(SOURCE).price.at(-1)).toMatch(/^not in it: the instance.*pricing\/on-demand\/ has m5\.large$/);
    const volumes: VolumesOrder = { ...COMMON, mode: "volumes", volumes: [ROOT], availabilityZone: "us-west-2a" };
    expect(plan(SOURCE, volumes).price).toStrictEqual([expect.stringContaining("for the volumes")]);
  });

  it("shows each volume with its speeds, and EC2's refusals", () => {
    const check = { call: "ec2:RegisterImage", error: { code: "UnauthorizedOperation", message: "no" } };
    const page = renderPlan(plan(SOURCE), [check], lookOf({}, {}, false));
    expect(page).toContain("  /dev/xvda: gp3, 8 GiB, 4000 IOPS, from snap-1");
    expect(page).toContain("launch one m5.large with 2 volumes in us-west-2a");
    expect(page).toContain("ec2:RegisterImage: UnauthorizedOperation: no");
  });
});

describe("user data and UEFI variables", () => {
  const SECRET = { userData: "cGFzc3dvcmQ9aHVudGVyMg==", uefiData: "QU1aVUVGSQ==" };
  const uefi = (blobs: LaunchBlobs): RestoreSource => ({
    ...SOURCE,
    captured: { launch: { currentBootMode: "uefi" }, interfaces: [] },
    blobs,
  });
  const warned = (source: RestoreSource, order: Partial<LaunchOrder> = {}) =>
    plan(source, { ...LAUNCH, ...order }).warnings.join("\n");

  it("are given back with a warning of the first boot, and shown by their sizes alone", () => {
    const order = { ...LAUNCH, blobs: SECRET };
    const made = plan(uefi(SECRET), order);
    const text = JSON.stringify([made, shownOrder(order)]);
    expect(made.steps[0]).toBe("register an image from snap-1, with the captured UEFI variables (7 bytes)");
    expect(made.steps[1]).toMatch(/, with the captured user data \(16 bytes\)$/);
    expect(text).toContain('"blobs":{"userData":16,"uefiData":7}');
    expect(text).not.toMatch(/cGFzc3dv|QU1aVU/);
    expect(made.warnings[0]).toMatch(/runs the captured user data as at a first boot; --no-user-data/);
    expect(made.warnings.join()).not.toContain("UEFI");
  });

  it("are said to be in no backup, to have been none, or to be left out", () => {
    expect(warned(uefi({}))).toMatch(/^user data is in no backup[^]*UEFI variables are in no backup/);
    expect(warned(uefi({ userData: "", uefiData: "" }))).toMatch(/^the instance had no user data/);
    expect(warned(uefi({}), { leavesOut: ["userData", "uefiData"] })).toMatch(
      /^user data is left out \(--no-user-data\)[^]*UEFI variables are left out \(--no-uefi-data\)/,
    );
    expect(warned(SOURCE)).not.toContain("UEFI");
  });

  it("may be lost by the detour for a billing code", () => {
    const detour = warned(uefi(SECRET), { blobs: SECRET, usageOperation: "RunInstances:0010" });
    expect(detour).toContain("if the billing code was lost, UEFI variables are lost too");
  });
});

describe("a table of facts", () => {
  const long = {
    fact: `interface 0 ${"x".repeat(60)}`,
    original: "o".repeat(80),
    restored: `${KEY}${"r".repeat(60)}`,
    outcome: "mapped" as const,
  };
  const lost = { fact: "keyName", original: "ops", restored: "", outcome: "lost" as const, hint: "Import it." };

  it("fits into 100 columns on a terminal, with what is lost first and its hint below", () => {
    const lines = factLines([long, lost], 1, lookOf({ isTTY: true, columns: 100 }, { NO_COLOR: "1" }, false));
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(98);
    expect(lines[1]).toMatch(/^keyName +ops +none +lost$/);
    expect(lines.slice(-2)).toStrictEqual(["keyName: Import it.", "1 other fact the same"]);
  });

  it("is whole for programs", () => {
    const [first, second] = factLines([long, lost], 2, lookOf({}, {}, false));
    expect(first).toBe("keyName\tops\t-\tlost\tImport it.");
    expect(second?.split("\t")).toStrictEqual([long.fact, long.original, long.restored, "mapped", "-"]);
  });
});

describe("what is named as made", () => {
  const id = COMMON.restoreId;
  const instance = {
    instanceId: "i-1",
    state: "running",
    rootDevice: "",
    availabilityZone: "",
    mappings: [],
    interfaces: [],
    tags: { [RESTORE_TAG.id]: id },
  };
  const volume = (role: string) => ({
    volumeId: "vol-9",
    state: "available",
    attachments: [],
    tags: { [RESTORE_TAG.role]: role },
  });
  const found = { images: [], groups: [], volumes: [], endedBefore: 0, ended: [], interfaces: [], tasks: [] };

  it("is the restore's own instance, while it is there", () => {
    expect(madeLines(id, { ...found, instance })).toStrictEqual(["instance i-1 (running)"]);
    expect(madeLines(id, { ...found, instance: { ...instance, state: "terminated" } })).toStrictEqual([]);
    expect(madeLines("r-20261129T121500-0000", { ...found, instance })).toStrictEqual([]);
  });

  it("says in words which volume is new and which is old", () => {
    expect(madeLines(id, { ...found, volumes: [volume("/dev/sdf"), volume(oldRole("/dev/sdf", true))] })).toStrictEqual(
      ["volume vol-9 (/dev/sdf, available)", "volume vol-9 (the old /dev/sdf, available)"],
    );
  });
});
