/** The lines of a plan to come: what a run and its follow-ups would make, lock, delete and keep. Pure. */
import type { Action, Kept } from "../../vault/model/actions";
import { TAG } from "../../vault/model/tags/tags";
import type { Snapshot, World } from "../../vault/model/world";
import { NEW_SNAPSHOT, type Round } from "./ahead";
import type { WaitingDeletions } from "../status/waiting";

export interface PlanItem {
  /** `wait`: it is due, and waits for an approval or a grace period. `keep`: it is due, and something holds it. */
  action: "create" | "copy" | "lock" | "delete" | "wait" | "keep";
  region: string;
  instanceId: string;
  name: string;
  /** Slot of the recovery point. */
  slot: string;
  /** The snapshot that is copied, locked, deleted or kept; absent where the run makes it first. */
  snapshotId?: string;
  volumeIds: string[];
  gib: number;
  reason: string;
  /** `follow-up`: once what comes before it is completed. */
  when: "run" | "follow-up";
}

/** What is known of a snapshot. */
type Subject = Pick<PlanItem, "instanceId" | "slot" | "volumeIds" | "gib" | "snapshotId">;

function subjectOf(one: Snapshot): Subject {
  const { identity, volumeId, sizeGiB, snapshotId } = one;
  const isNew = snapshotId.startsWith(NEW_SNAPSHOT) || snapshotId.startsWith("snap-copy-");
  const { instanceId, slot } = identity;
  return { instanceId, slot, volumeIds: [volumeId], gib: sizeGiB, ...(!isNew && { snapshotId }) };
}

/** Returns the name of each instance: of a protected one its own, of another the one that its snapshots were made with. */
function namesIn({ instances = [], snapshots = [], copies }: World): (instanceId: string) => string {
  const names = new Map<string, string>();
  for (const { identity, tags } of [...Object.values(copies).flat(), ...snapshots]) {
    names.set(identity.instanceId, tags[TAG.instanceName] ?? names.get(identity.instanceId) ?? "");
  }
  for (const { instanceId, tags } of instances) names.set(instanceId, tags.Name ?? "");
  return (instanceId) => names.get(instanceId) ?? "";
}

function everyIn({ snapshots = [], copies }: World): Map<string, Snapshot> {
  return new Map([...snapshots, ...Object.values(copies).flat()].map((one) => [one.snapshotId, one]));
}

function itemOf(action: Action, all: ReadonlyMap<string, Snapshot>): Omit<PlanItem, "name" | "when"> | undefined {
  const { region, reason } = action;
  if (action.kind === "snapshot") {
    const { instanceId, slot, volumes } = action;
    const gib = volumes.reduce((sum, { sizeGiB = 0 }) => sum + sizeGiB, 0);
    return { action: "create", region, instanceId, slot, volumeIds: volumes.map((one) => one.volumeId), gib, reason };
  }
  const one = action.kind === "copy" ? all.get(action.sourceSnapshotId) : action.snapshot;
  return one === undefined ? undefined : { action: action.kind, region, ...subjectOf(one), reason };
}

/** Returns what happens, in the order in which it does. */
export function itemsOf(
  rounds: readonly Round[],
  { locks, held }: { locks: readonly Action[]; held: readonly Kept[] },
  waiting: readonly WaitingDeletions[],
): PlanItem[] {
  const [first] = rounds;
  if (first === undefined) return [];
  const nameOf = namesIn(first.world);
  const heldBy = new Map(held.map(({ snapshotId, reason }) => [snapshotId, reason]));
  const named = (item: Omit<PlanItem, "name" | "when">, when: PlanItem["when"]): PlanItem => {
    const why = item.action === "delete" ? heldBy.get(item.snapshotId ?? "") : undefined;
    const kept = why === undefined ? {} : { action: "keep" as const, reason: why };
    return { ...item, ...kept, name: nameOf(item.instanceId), when };
  };
  const seen = new Set<string>();
  const made = rounds.flatMap(({ world, plan }, index) => {
    const all = everyIn(world);
    const actions = index === 0 ? [...plan.actions, ...locks] : plan.actions;
    return actions.flatMap((action) => {
      const item = itemOf(action, all);
      if (item === undefined) return [];
      const key = [item.action, item.region, item.instanceId, item.slot, item.snapshotId, ...item.volumeIds].join(" ");
      if (seen.has(key)) return [];
      seen.add(key);
      return [named(item, index === 0 ? "run" : "follow-up")];
    });
  });
  return [...made, ...waitingItems(waiting, everyIn(first.world), nameOf)];
}

function waitingItems(
  waiting: readonly WaitingDeletions[],
  all: ReadonlyMap<string, Snapshot>,
  nameOf: (instanceId: string) => string,
): PlanItem[] {
  return waiting.flatMap(({ region, hash, because, from, snapshotIds }) => {
    const until = from === undefined ? "until you approve" : `until ${from}, or until you approve`;
    const reason = `${because === "limit" ? "the deletion limit stops it" : "an edit makes it due"}: it stays ${until} plan ${hash}`;
    return snapshotIds.flatMap((id): PlanItem[] => {
      const one = all.get(id);
      if (one === undefined) return [];
      return [
        { action: "wait", region, ...subjectOf(one), name: nameOf(one.identity.instanceId), reason, when: "run" },
      ];
    });
  });
}
