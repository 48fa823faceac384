/**
 * Regions that left the stack. The vault neither copies to them nor deletes there any more, so what it once made there stays,
 * and is billed, until a person deletes it. The memory of changes knows these regions; one sweep a day counts what is left. Pure.
 */
import { type ChangeMemory, memoryIn } from "./changeMemory";
import { descriptionPattern } from "../identity/description";
import { isOwn } from "../inventory/sameSlot";
import { meaningOf } from "../aws/errors";
import type { LeftRegion, SeenLeft } from "../model/leftRegion";
import { gibOf } from "../inventory/recoveryPoints";
import { readDrRegions } from "../inventory/regions";
import { roughCost } from "../inventory/storageCost";
import { TAG } from "../model/tags";
import { isoSeconds } from "../lib/time";
import type { Problem } from "../model/problem";
import type { Snapshot, World } from "../model/world";
import type { CoreSettings } from "../model/settings";
import { counted } from "../lib/text";

/** Returns the region of an availability zone, of a local or Wavelength zone, too. */
function regionOf(zone: string): string | undefined {
  return /^[a-z]{2,4}(-[a-z]+)+-\d+/.exec(zone)?.[0];
}

/**
 * Returns the regions that snapshots come from. A stack that moved has a new clock, which never knew them; but the tags of a copy
 * name its instance's zone. Nothing but a look depends on it, and only tags that nobody changed count.
 */
export function sourceRegions(snapshots: readonly Snapshot[]): string[] {
  const zones = new Set<string>();
  for (const { doubt, tags } of snapshots) {
    const zone = tags[TAG.availabilityZone];
    if (doubt === undefined && zone !== undefined) zones.add(zone);
  }
  return [...new Set([...zones].flatMap((zone) => regionOf(zone) ?? []))].sort();
}

/** Returns what left: those known before, but for any that came back, and those of the last invocation that are no more. */
export function nextLeft(
  { regions, left = [] }: Pick<ChangeMemory, "regions" | "left">,
  now: readonly string[],
  nowMs: number,
): LeftRegion[] {
  const known = new Set([...now, ...left.map(({ region }) => region)]);
  const fresh = regions.filter((region) => !known.has(region));
  const since = isoSeconds(nowMs);
  return [...left.filter(({ region }) => !now.includes(region)), ...fresh.map((region) => ({ region, since }))];
}

/** Returns the memory after a look: a region that was twice seen empty is forgotten, since one list may lag. */
export function afterLook(memory: ChangeMemory, seen: readonly SeenLeft[]): ChangeMemory {
  const left = (memory.left ?? []).flatMap((one): LeftRegion[] => {
    const look = seen.find(({ region }) => region === one.region);
    if (look?.snapshots === undefined) return [one];
    const { isEmpty, ...full } = one;
    if (look.snapshots.length > 0) return [full];
    return isEmpty ? [] : [{ ...full, isEmpty: true }];
  });
  return { ...memory, left };
}

/** Selects in JMESPath what is no copy: see description.ts. */
const ORIGINALS = '[?!contains(Description, `" snapshot="`)]';

/** Returns the commands that delete all that the vault left in a region, or the originals alone. */
function deletionOf(region: string, vaultId: string, which = "[]"): string {
  const list = `aws ec2 describe-snapshots --region ${region} --owner-ids self --filters 'Name=description,Values=${descriptionPattern(vaultId)}' --query 'Snapshots${which}.SnapshotId' --output text`;
  return `${list} | tr '\\t' '\\n' | xargs -n 1 aws ec2 delete-snapshot --region ${region} --snapshot-id`;
}

function noticeOf({ region, since, snapshots = [], cause }: SeenLeft, vaultId: string): Problem | undefined {
  const about = { kind: "left-region", subject: region, notice: true as const };
  const when = `left the stack (first noticed on ${since.slice(0, 10)})`;
  if (cause !== undefined) {
    // A throttled look is made again the next day.
    if (meaningOf(cause) === "limit") return undefined;
    return {
      ...about,
      message: `The vault could not count the snapshots that it left in ${region}, which ${when}: ${cause.code}: ${cause.message}. They may still cost storage.`,
      hint: "The runbook's page has the command that lists them. The role needs ec2:DescribeSnapshots in that region.",
    };
  }
  if (snapshots.length === 0) return undefined;
  return {
    ...about,
    message: `${region} still has ${counted(snapshots.length, "snapshot")} of this vault with ${gibOf(snapshots)} GiB of volumes, but it ${when}. The vault deletes nothing there any more. They cost ${roughCost(snapshots)}.`,
    hint: `To keep them, do nothing, and keep the key that they are encrypted under. To delete all of them: ${deletionOf(region, vaultId)}`,
  };
}

/** What the vault took in a region that was the primary one and is a DR region now: there it prunes copies alone. */
function leftOriginals(
  world: World,
  policy: Pick<CoreSettings, "dr">,
): { region: string; snapshots: readonly Snapshot[] }[] {
  return readDrRegions(world, policy).flatMap(({ region, seen }) => {
    const snapshots = seen.filter((one) => isOwn(one) && one.identity.source === undefined);
    return snapshots.length === 0 ? [] : [{ region, snapshots }];
  });
}

function originalsNotice(
  { region, snapshots }: { region: string; snapshots: readonly Snapshot[] },
  vaultId: string,
): Problem {
  return {
    kind: "left-region",
    subject: `${region} originals`,
    message: `${region} was the primary region and is a DR region now. It still has ${counted(snapshots.length, "snapshot")} that this vault took there, with ${gibOf(snapshots)} GiB of volumes. In a DR region the vault deletes only copies, so it deletes none of these. They cost ${roughCost(snapshots)}.`,
    hint: `To keep them, do nothing: retention covers them again once ${region} is the primary region again. To delete all of them: ${deletionOf(region, vaultId, ORIGINALS)}`,
    notice: true,
  };
}

/** Returns a notice for each region that left and is not empty, or could not be asked, and for what a primary region left behind. */
export function leftNotices(world: World, policy: Pick<CoreSettings, "vaultId" | "dr">): Problem[] {
  const { vaultId } = policy;
  return [
    ...(world.left ?? []).flatMap((one) => noticeOf(one, vaultId) ?? []),
    ...leftOriginals(world, policy).map((one) => originalsNotice(one, vaultId)),
  ];
}

/**
 * Returns all snapshots that nothing prunes any more, of regions that left and of primary regions of before; `undefined` where
 * none was read, or this invocation did not look into the regions that left.
 */
export function leftSnapshots(world: World, policy: Pick<CoreSettings, "dr">): Snapshot[] | undefined {
  const waits = (memoryIn(world)?.left ?? []).length > 0 && world.left === undefined;
  if (waits) return undefined;
  const read = [...(world.left ?? []), ...leftOriginals(world, policy)];
  const all = read.flatMap(({ snapshots }) => (snapshots === undefined ? [] : [snapshots]));
  return all.length === 0 ? undefined : all.flat();
}
