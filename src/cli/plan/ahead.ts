/**
 * Looks ahead: what the world is once a plan was carried out, and what the follow-ups of a run then do. It takes an AWS that
 * refuses nothing and finishes at once. Pure.
 */
import { isoSeconds } from "../../vault/lib/time";
import type { Action, DeleteAction, Plan } from "../../vault/model/actions";
import { copyExpiredTag } from "../../vault/model/tags/tags";
import type { Snapshot, Tags, World } from "../../vault/model/world";
import { takeInventory } from "../../vault/inventory/inventory";
import { type PlanRequest } from "../../vault/plan/request";
import { planVault } from "../../vault/plan/plan";
import { TAG } from "../../vault/model/tags/tags";

/** Prefix of the ids of snapshots that a plan takes, but not of copies. */
export const NEW_SNAPSHOT = "snap-new-";

/** A run ends once its follow-ups find nothing to do: what is made, copied, and deleted in either region. */
const MOST_ROUNDS = 6;

/** Decides whether a volume is encrypted, by the last snapshot that EC2 took of it. */
function isEncrypted(volumeId: string, { snapshots = [] }: World): boolean {
  const own = snapshots.filter((one) => one.volumeId === volumeId);
  const [first, ...rest] = own;
  if (first === undefined) return false;
  const last = rest.reduce((a, b) => (b.startTimeMs > a.startTimeMs ? b : a), first);
  return last.identity.source === undefined && last.encrypted;
}

function madeBy(action: Action, world: World, nowMs: number, index: number): Snapshot[] {
  const common = { state: "completed", startTimeMs: nowMs, storageTier: "standard" };
  if (action.kind === "snapshot") {
    const { region, instanceId, slot, tags } = action;
    const identity = { vaultId: tags[TAG.vault] ?? "", instanceId, slot };
    return action.volumes.map(({ volumeId, sizeGiB = 0 }) => ({
      ...common,
      snapshotId: `${NEW_SNAPSHOT}${nowMs}-${index}-${volumeId}`,
      region,
      volumeId,
      sizeGiB,
      encrypted: isEncrypted(volumeId, world),
      identity,
      tags,
    }));
  }
  if (action.kind !== "copy") return [];
  const source = world.snapshots?.find((s) => s.snapshotId === action.sourceSnapshotId);
  const copy = {
    ...common,
    snapshotId: `snap-copy-${nowMs}-${index}-${action.sourceSnapshotId}`,
    region: action.region,
    volumeId: action.identity.source?.volumeId ?? "",
    sizeGiB: source?.sizeGiB ?? 0,
    encrypted: true,
    kmsKeyId: action.kmsKeyArn,
    identity: action.identity,
    tags: action.tags,
  };
  return [copy];
}

/** Returns by snapshot id the copy-expired tags that deletions leave. */
function marksOf(deletes: readonly DeleteAction[], nowMs: number): Map<string, Tags> {
  const marks = new Map<string, Tags>();
  for (const { snapshotId, regions } of deletes.flatMap(({ expiredCopyTag }) => expiredCopyTag ?? [])) {
    const written = regions.map((region) => [copyExpiredTag(region), isoSeconds(nowMs)]);
    marks.set(snapshotId, { ...marks.get(snapshotId), ...(Object.fromEntries(written) as Tags) });
  }
  return marks;
}

/** Applies actions to a world; a region that it does not show gets nothing. */
export function worldAfter(
  world: World,
  actions: readonly Action[],
  { primaryRegion, nowMs }: { primaryRegion: string; nowMs: number },
): World {
  const deletes = actions.filter((action) => action.kind === "delete");
  const gone = new Set(deletes.map(({ region, snapshotId }) => `${region} ${snapshotId}`));
  const marks = marksOf(deletes, nowMs);
  const made = actions.flatMap((action, index) => madeBy(action, world, nowMs, index));
  const after = (region: string, before: readonly Snapshot[] = []) => [
    ...before.filter(({ snapshotId }) => !gone.has(`${region} ${snapshotId}`)),
    ...made.filter((one) => one.region === region),
  ];
  const marked = (one: Snapshot): Snapshot => ({ ...one, tags: { ...one.tags, ...marks.get(one.snapshotId) } });
  const copies = Object.entries(world.copies).map(([region, seen]) => [region, after(region, seen)]);
  return {
    ...world,
    snapshots: after(primaryRegion, world.snapshots).map(marked),
    copies: Object.fromEntries(copies) as World["copies"],
  };
}

/** Returns the world with everything completed that is pending, as it will be by a later time. */
export function onceCompleted(world: World): { world: World; pending: number } {
  let pending = 0;
  const complete = (one: Snapshot): Snapshot => {
    if (one.state !== "pending") return one;
    pending += 1;
    return { ...one, state: "completed" };
  };
  const copies = Object.entries(world.copies).map(([region, seen]) => [region, seen.map(complete)]);
  const snapshots = world.snapshots?.map(complete);
  return {
    world: { ...world, ...(snapshots && { snapshots }), copies: Object.fromEntries(copies) as World["copies"] },
    pending,
  };
}

/** One invocation of a run to come, and its world. */
export interface Round {
  world: World;
  plan: Plan;
}

/**
 * Plans a run and its follow-ups, until nothing is left to do.
 * @returns the run first
 */
export function planAhead(request: Omit<PlanRequest, "inventory">): Round[] {
  const { settings, nowMs } = request;
  const rounds: Round[] = [];
  let { world } = request;
  while (rounds.length < MOST_ROUNDS) {
    const plan = planVault({ ...request, world, inventory: takeInventory(world, settings) });
    rounds.push({ world, plan });
    if (plan.actions.length === 0) break;
    const after = worldAfter(world, plan.actions, { primaryRegion: settings.primaryRegion, nowMs });
    // What the run reports is not waited for: the grace of a change starts with its mail.
    world = { ...after, ...(plan.changes && { changes: plan.changes.memory }) };
  }
  return rounds;
}
