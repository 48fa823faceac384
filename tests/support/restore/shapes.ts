/** Recovery points, regions and worlds to restore in. */
import { type Troubles, type Volume, type World, change, emptyWorld, put } from "./account";
import { type LaunchWishes, chooseLaunch } from "../../../src/restore/choose/launch";
import type { RegionFacts } from "../../../src/restore/choose/region";
import { chooseReplace, chooseVolumes } from "../../../src/restore/choose/volumes";
import type { LaunchOrder, ReplaceOrder, VolumesOrder } from "../../../src/restore/order";
import { RESTORE_TAG } from "../../../src/restore/restoreTags";
import type { RestoreSource, SourceVolume } from "../../../src/restore/source";
import type { LaunchSpec } from "../../../src/vault/model/launchSpec";

export const RESTORE_ID = "r-20261129T121500-4f1c";
export const ORIGINAL = "i-0aaaaaaaaaaaaaaaa";
export const ZONE = "us-west-2a";
export const BASE_IMAGE = "ami-base";
export const RED_HAT = "RunInstances:0010";

export const ROOT: SourceVolume = {
  volumeId: "vol-source-root",
  snapshotId: "snap-root",
  device: "/dev/xvda",
  isRoot: true,
  sizeGiB: 12,
  type: "gp3",
  iops: 4_000,
  throughputMiBps: 250,
  deleteOnTermination: true,
  isEncrypted: true,
  kmsKeyId: "key-a",
  tags: { Name: "root" },
};
export const DATA: SourceVolume = {
  volumeId: "vol-source-data",
  snapshotId: "snap-data",
  device: "/dev/sdf",
  isRoot: false,
  sizeGiB: 100,
  type: "io2",
  iops: 9_000,
  deleteOnTermination: false,
  isEncrypted: false,
  tags: { Name: "data", owner: "db" },
};
export const COLD: SourceVolume = {
  volumeId: "vol-source-cold",
  snapshotId: "snap-cold",
  device: "/dev/sdg",
  isRoot: false,
  sizeGiB: 500,
  type: "st1",
  iops: 0,
  isEncrypted: false,
  tags: {},
};
export const SHARED: SourceVolume = {
  ...DATA,
  volumeId: "vol-s",
  snapshotId: "snap-shared",
  device: "/dev/sdh",
  isMultiAttach: true,
};

export const SOURCE: RestoreSource = {
  vaultId: "v",
  instanceId: ORIGINAL,
  name: "db",
  slot: "2026-11-28T22:00:00.000Z",
  takenMs: 0,
  region: "us-west-2",
  instanceType: "m7g.large",
  availabilityZone: "us-east-1a",
  instanceTags: { Name: "db", Backup: "daily" },
  captured: {
    launch: { architecture: "arm64", rootDeviceName: "/dev/xvda", keyName: "ops", instanceProfile: "db-role" },
    interfaces: [
      {
        deviceIndex: 0,
        subnetName: "private-a",
        subnetCidr: "10.0.1.0/24",
        groupNames: ["db"],
        privateIp: "10.0.1.10",
        deleteOnTermination: true,
      },
    ],
  },
  blobs: {},
  shared: [],
  volumes: [ROOT, DATA, COLD],
};

/** A second interface that forwards packets, and outlives its instance. */
export const SECOND_INTERFACE = {
  deviceIndex: 1,
  subnetName: "private-a",
  subnetCidr: "10.0.1.0/24",
  groupNames: ["db"],
  sourceDestCheck: false,
  deleteOnTermination: false,
};

/** Returns a recovery point of other volumes, options or interfaces. */
export function sourceWith(
  volumes: readonly SourceVolume[],
  launch: LaunchSpec = {},
  interfaces = SOURCE.captured?.interfaces ?? [],
): RestoreSource {
  return { ...SOURCE, volumes, captured: { launch: { ...SOURCE.captured?.launch, ...launch }, interfaces } };
}

export const FACTS: RegionFacts = {
  region: "us-west-2",
  subnets: [
    subnet("subnet-a", ZONE, "10.0.1.0/24", "private-a"),
    subnet("subnet-b", "us-west-2b", "10.0.2.0/24", "private-b"),
  ],
  groups: [{ groupId: "sg-db", name: "db", vpcId: "vpc-1" }],
  keyPairs: ["ops"],
  takenAddresses: [],
  offeredIn: [ZONE, "us-west-2b"],
  type: { architectures: ["arm64"], isBurstable: false, defaultCores: 2, defaultThreadsPerCore: 1 },
};

export function subnet(subnetId: string, availabilityZone: string, cidr: string, name: string, vpcId = "vpc-1") {
  return { subnetId, vpcId, cidr, availabilityZone, zoneId: `id-${availabilityZone}`, name };
}

export const WISHES: LaunchWishes = { isIsolated: false, backupTagKey: "Backup" };

export function launchOrder(source: RestoreSource = SOURCE, wishes: Partial<LaunchWishes> = {}): LaunchOrder {
  return chooseLaunch(source, FACTS, { ...WISHES, ...wishes }, RESTORE_ID)[0];
}

export function volumesOrder(source: RestoreSource = SOURCE, attachTo?: string): VolumesOrder {
  const target = attachTo === undefined ? {} : { attachTo };
  return chooseVolumes(source, RESTORE_ID, { availabilityZone: ZONE, devices: [], ...target });
}

export interface ReplaceShape {
  devices?: readonly string[];
  wasRunning?: boolean;
  isRootTask?: boolean;
}

export function replaceOrder(source: RestoreSource = SOURCE, shape: ReplaceShape = {}): ReplaceOrder {
  const { devices = [], wasRunning = true, isRootTask = false } = shape;
  const wishes = { availabilityZone: ZONE, devices, wasRunning, isRootTask, rootDevice: "/dev/sda1" };
  return chooseReplace(source, RESTORE_ID, wishes);
}

function oldVolume(id: string, device: string, ends: boolean): Volume {
  const attachments = [{ instanceId: ORIGINAL, device, state: "attached" as const, ends }];
  return { id, isShared: false, zone: ZONE, state: "in-use", attachments, tags: { Name: `old ${device}` } };
}

/** Returns a world with the snapshots, the network, a public image, and what no restore may touch. */
export function emptyRegion(troubles: Partial<Troubles> = {}): World {
  const snapshots = Object.fromEntries(
    [ROOT, DATA, COLD, SHARED].map(({ snapshotId, sizeGiB, kmsKeyId }) => [
      snapshotId,
      { sizeGiB, usageOperation: RED_HAT, ...(kmsKeyId !== undefined && { kmsKeyId }) },
    ]),
  );
  const subnets = Object.fromEntries(
    FACTS.subnets.map(({ subnetId, vpcId, availabilityZone: zone }) => [subnetId, { vpcId, zone }]),
  );
  const world = emptyWorld({ ...snapshots, "snap-base": { sizeGiB: 8, usageOperation: RED_HAT } }, subnets, troubles);
  change(world, (now) => put(now, "groups", { id: "sg-db", name: "db", vpcId: "vpc-1", egress: 1, tags: {} }));
  const rootMapping = { DeviceName: "/dev/sda1", Ebs: { SnapshotId: "snap-base" } };
  change(world, (now) =>
    put(now, "images", {
      id: BASE_IMAGE,
      name: "RHEL",
      owner: "amazon",
      state: "available",
      usageOperation: RED_HAT,
      rootDevice: "/dev/sda1",
      rootMapping,
      tags: {},
    }),
  );
  const stranger: Volume = { ...oldVolume("vol-stranger", "/dev/sdz", false), state: "available", attachments: [] };
  change(world, (now) => put(now, "volumes", stranger));
  world.past = [{ atMs: 0, account: world.account }];
  return world;
}

/** A volume for several instances, which another restore made. */
export const OTHERS_SHARED = "vol-othersshared";

/** Returns a world with a volume that another restore made for several instances, and that one of them uses. */
export function regionWithShared(): World {
  const world = emptyRegion();
  const tags = { [RESTORE_TAG.id]: "r-20261129T110000-0000", [RESTORE_TAG.role]: "/dev/sdm" };
  const attachments = [{ instanceId: "i-other", device: "/dev/sdm", state: "attached" as const, ends: false }];
  const volume: Volume = { id: OTHERS_SHARED, isShared: true, zone: ZONE, state: "in-use", attachments, tags };
  change(world, (now) => put(now, "volumes", volume));
  world.past = [{ atMs: 0, account: world.account }];
  return world;
}

/** Returns a world with the original instance, its root, a data volume and one that no recovery point has. */
export function regionWithOriginal(troubles: Partial<Troubles> = {}, state: "running" | "stopped" = "running"): World {
  const world = emptyRegion(troubles);
  change(world, (now) => {
    const withInstance = put(now, "instances", {
      id: ORIGINAL,
      state,
      imageId: "ami-original",
      rootDevice: "/dev/sda1",
      zone: ZONE,
      isHealthy: true,
      noTermination: false,
      noStop: false,
      input: {},
      tags: { Name: "db" },
    });
    const volumes = [
      oldVolume("vol-oldroot", "/dev/sda1", true),
      oldVolume("vol-olddata", "/dev/sdf", false),
      oldVolume("vol-oldother", "/dev/sdx", true),
    ];
    return volumes.reduce((all, one) => put(all, "volumes", one), withInstance);
  });
  world.past = [{ atMs: 0, account: world.account }];
  return world;
}
