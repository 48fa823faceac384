/**
 * Regions that left the stack. The vault neither copies to them nor deletes there any more, so what it once made there stays,
 * and is billed, until a person deletes it. The memory of changes knows these regions; one sweep a day counts what is left. Pure.
 */
import type { ChangeMemory } from "./changeMemory";
import { descriptionPattern } from "./description";
import { meaningOf } from "./errors";
import type { LeftRegion, SeenLeft } from "./leftRegion";
import { gibOf } from "./points";
import { roughCost } from "./storageCost";
import { TAG } from "./tags";
import { isoSeconds } from "./time";
import type { Problem, Snapshot, VaultPolicy, World } from "./types";
import { counted } from "./words";

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
  return [
    ...left.filter(({ region }) => !now.includes(region)),
    ...fresh.map((region) => ({ region, since })),
  ];
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

/** Returns the commands that delete all that the vault left in a region. */
function deletionOf(region: string, vaultId: string): string {
  const list = `aws ec2 describe-snapshots --region ${region} --owner-ids self --filters 'Name=description,Values=${descriptionPattern(vaultId)}' --query 'Snapshots[].SnapshotId' --output text`;
  return `${list} | tr '\\t' '\\n' | xargs -n 1 aws ec2 delete-snapshot --region ${region} --snapshot-id`;
}

function noticeOf(
  { region, since, snapshots = [], cause }: SeenLeft,
  vaultId: string,
): Problem | undefined {
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

/** Returns a notice for each region that left and is not empty, or could not be asked. */
export function leftNotices(
  left: readonly SeenLeft[] | undefined,
  { vaultId }: VaultPolicy,
): Problem[] {
  return (left ?? []).flatMap((one) => noticeOf(one, vaultId) ?? []);
}

/** Returns all snapshots of the regions that left; `undefined` where none was read. */
export function leftSnapshots({ left = [] }: World): Snapshot[] | undefined {
  const read = left.flatMap(({ snapshots }) => (snapshots === undefined ? [] : [snapshots]));
  return read.length === 0 ? undefined : read.flat();
}
