/** Recovery points as a person sees them: the snapshots of one instance for one slot, in one region. Pure. */
import type { HeldLock } from "../../vault/aws/ec2Reads";
import { copyFault, isMadeForDr } from "../../vault/inventory/copies";
import { dataStartMs } from "../../vault/inventory/sameSlot";
import { groupBy } from "../../vault/lib/collections";
import type { VaultSettings } from "../../vault/model/settings";
import { TAG } from "../../vault/model/tags/tags";
import type { Snapshot } from "../../vault/model/world";
import { setKeyOf, setSizeOf } from "../../vault/retention/recoverySets";
import type { RegionRead } from "../reading/reading";
import type { Reasons } from "./reasons";

/** `incomplete`: a volume of the set has no snapshot here. `unusable`: nobody can restore from a copy. */
type PointState = "completed" | "pending" | "failed" | "incomplete" | "unusable" | "in-doubt";

export interface Point {
  region: string;
  instanceId: string;
  name: string;
  slot: string;
  /** When the data was taken. */
  takenMs: number;
  /** One of each volume. */
  snapshots: Snapshot[];
  /** With duplicates, and originals beside their encrypted replacements. */
  all: readonly Snapshot[];
  volumes: number;
  /** How many volumes the set was made with. */
  setSize: number;
  gib: number;
  encrypted: "all" | "some" | "none";
  kmsKeyIds: string[];
  /** `none`, or its state and end; absent where locks could not be read. */
  lock?: string;
  state: PointState;
  /** Why it is in that state, if not completed. */
  fault?: string;
  /** Why it is kept, or why it is to be deleted; absent without the vault's settings. */
  kept?: string;
  due?: string;
  expiresMs?: number;
}

/** Returns what is wrong with a point, the worst first. */
function stateOf(
  snapshots: readonly Snapshot[],
  { volumes, setSize }: { volumes: number; setSize: number },
  keyArn: string | undefined,
): Pick<Point, "state" | "fault"> {
  const doubted = snapshots.find(({ doubt }) => doubt !== undefined);
  if (doubted?.doubt !== undefined) return { state: "in-doubt", fault: `${doubted.snapshotId}: ${doubted.doubt.what}` };
  const failed = snapshots.find(({ state }) => state === "error");
  if (failed !== undefined) {
    return { state: "failed", fault: `${failed.snapshotId}: ${failed.stateMessage ?? "EC2 gives no reason"}` };
  }
  if (snapshots.some(({ state }) => state === "pending")) return { state: "pending" };
  for (const one of keyArn === undefined ? [] : snapshots) {
    const fault = copyFault(one, keyArn ?? "");
    if (fault !== undefined) return { state: "unusable", fault: `${one.snapshotId}: ${fault}` };
  }
  if (volumes < setSize)
    return { state: "incomplete", fault: `${setSize - volumes} of ${setSize} volumes have no snapshot` };
  return { state: "completed" };
}

/** Returns a lock in words; of several the first. */
function lockOf(snapshots: readonly Snapshot[], locks: ReadonlyMap<string, HeldLock> | undefined): string | undefined {
  if (locks === undefined) return undefined;
  const held = snapshots.map(({ snapshotId }) => locks.get(snapshotId)).find((lock) => lock !== undefined);
  if (held === undefined) return "none";
  const until = held.expiresMs === undefined ? "" : ` until ${new Date(held.expiresMs).toISOString().slice(0, 10)}`;
  return `${held.state}${until}`;
}

/**
 * One of each volume: a replacement and its original, or a duplicate, are the same data. The completed one comes first,
 * and in a DR region the one under its key. Elsewhere a copy that was made for a DR region comes after what was taken
 * there, because its key may have left the stack.
 */
function onePerVolume(snapshots: readonly Snapshot[], keyArn: string | undefined): Snapshot[] {
  const isSecond = (one: Snapshot) => (keyArn === undefined ? isMadeForDr(one) : copyFault(one, keyArn) !== undefined);
  const rank = (one: Snapshot) =>
    (one.state === "completed" ? 0 : one.state === "pending" ? 4 : 8) +
    (isSecond(one) ? 2 : 0) +
    (one.encrypted ? 0 : 1);
  const sorted = [...snapshots].sort((a, b) => rank(a) - rank(b) || (a.snapshotId < b.snapshotId ? -1 : 1));
  return [...groupBy(sorted, ({ volumeId }) => volumeId).values()].flatMap(([first]) =>
    first === undefined ? [] : [first],
  );
}

/** Returns the key that copies in a region must be under; undefined where that is not known, and in the primary region. */
function keyIn(region: string, settings: VaultSettings | undefined): string | undefined {
  return settings?.dr.find((one) => one.region === region)?.keyArn;
}

function pointOf(
  all: readonly Snapshot[],
  { region, locks }: RegionRead,
  keyArn: string | undefined,
  reasons: Reasons,
): Point {
  const snapshots = onePerVolume(all, keyArn);
  const [first] = snapshots as [Snapshot, ...Snapshot[]];
  const encrypted = snapshots.filter((one) => one.encrypted).length;
  const volumes = snapshots.filter(({ state }) => state !== "error").length;
  const setSize = Math.max(...snapshots.map(setSizeOf));
  const lock = lockOf(snapshots, locks);
  return {
    region,
    instanceId: first.identity.instanceId,
    name: snapshots.map(({ tags }) => tags[TAG.instanceName] ?? "").find((name) => name !== "") ?? "",
    slot: first.identity.slot,
    takenMs: Math.min(...snapshots.map(dataStartMs)),
    snapshots,
    all,
    volumes,
    setSize,
    gib: snapshots.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0),
    encrypted: encrypted === 0 ? "none" : encrypted === snapshots.length ? "all" : "some",
    kmsKeyIds: [...new Set(snapshots.flatMap(({ kmsKeyId }) => kmsKeyId ?? []))],
    ...(lock !== undefined && { lock }),
    ...stateOf(snapshots, { volumes, setSize }, keyArn),
    ...reasons(first),
  };
}

/** Returns the recovery points of all regions, the newest first, and of one slot in the order of the regions. */
export function pointsOf(reads: readonly RegionRead[], settings: VaultSettings | undefined, reasons: Reasons): Point[] {
  const points = reads.flatMap((read) => {
    const keyArn = keyIn(read.region, settings);
    return [...groupBy(read.snapshots, setKeyOf).values()].map((all) => pointOf(all, read, keyArn, reasons));
  });
  return points.sort(
    (a, b) => (a.slot === b.slot ? 0 : a.slot < b.slot ? 1 : -1) || (a.instanceId < b.instanceId ? -1 : 1),
  );
}
