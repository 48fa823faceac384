/**
 * Which keep rules hold for an instance's recovery points: those of its policy, which the value of the backup tag picks; its
 * own; and what becomes of an instance that is not backed up any more. Read off its newest recovery point, with the stack's
 * configuration of now, so that an edit counts at once for all that is still there. Pure.
 */
import { firstMissed, memoryIn } from "../model/changeMemory";
import { dataStartMs, pointMs } from "../inventory/sameSlot";
import { carriedRules } from "./tagOverrides";
import { volumesOfSeveral } from "./recoverySets";
import { EXCLUDE_VALUE, INSTANCE_TAG_PREFIX, TAG } from "../model/tags";
import { DAY_MS } from "../lib/time";
import type { CoreSettings, KeepRules } from "../model/settings";
import type { ProtectedInstance, Snapshot, Tags, World } from "../model/world";
import { type Problem, problem } from "../model/problem";

export interface InstanceRules {
  keep: KeepRules;
  drKeep: KeepRules;
  /** So many of the newest stay whatever the rules say. */
  keepAtLeast: number;
  /** Why nothing of the instance is pruned at all. */
  keepAll?: string;
  /** Why all of it goes, the newest too. */
  expireAll?: string;
  /** Set where somebody changed the tags of its newest snapshot, so that nobody knows its rules. */
  inDoubt?: true;
  /** Set where it would be an orphan if it is not backed up any more, which this invocation has not asked. */
  mayBeOrphan?: true;
}

/** By the id of an instance, or of a volume that several instances have had. */
export type RulesOf = (id: string) => InstanceRules;

/**
 * Whether a snapshot says more of its instance than another: it is of a later slot, or of the same and nobody changed its
 * tags, or it came to something, or was begun later: an edit between two tries counts.
 */
function saysMore(a: Snapshot, b: Snapshot): boolean {
  // Slots are whole seconds in UTC, whose order as text is their order in time.
  if (a.identity.slot !== b.identity.slot) return a.identity.slot > b.identity.slot;
  const rank = ({ doubt, state }: Snapshot) => (doubt === undefined ? 2 : 0) + (state === "error" ? 0 : 1);
  if (rank(a) !== rank(b)) return rank(a) > rank(b);
  const [aMs, bMs] = [dataStartMs(a), dataStartMs(b)];
  return aMs === bMs ? a.snapshotId < b.snapshotId : aMs > bMs;
}

/** The newest of each instance, and of each volume of several, by the time that it stands for, which no tag can change. */
function newestOf(snapshots: readonly Snapshot[], shared: ReadonlyMap<string, unknown>): Map<string, Snapshot> {
  const newest = new Map<string, Snapshot>();
  const take = (id: string, snapshot: Snapshot) => {
    const known = newest.get(id);
    if (known === undefined || saysMore(snapshot, known)) newest.set(id, snapshot);
  };
  for (const snapshot of snapshots) {
    take(snapshot.identity.instanceId, snapshot);
    if (shared.has(snapshot.volumeId)) take(snapshot.volumeId, snapshot);
  }
  return newest;
}

/** Returns the tag's value when the point was made; `undefined` on one that has lost it. */
export function policyName(tags: Tags, tagKey: string): string | undefined {
  return tags[TAG.policy] ?? tags[`${INSTANCE_TAG_PREFIX}${tagKey}`];
}

/** Returns the rules that the tags of a recovery point pick from the settings. */
export function ofPolicy(tags: Tags, settings: CoreSettings): InstanceRules {
  const { policies, tagKey, keepAtLeast } = settings;
  const names = Object.keys(policies);
  const carried = policyName(tags, tagKey);
  // Not the one that is left for those that were taken out: a lost block of configuration must not lose backups.
  const name = carried || (names.length === 1 ? names[0] : undefined);
  const found = Object.hasOwn(policies, name ?? "") ? policies[name ?? ""] : undefined;
  if (found === undefined) {
    const keepAll = `its policy ${name ?? "(none)"} is not among the stack's`;
    return { keep: {}, drKeep: {}, keepAtLeast, keepAll };
  }
  return {
    keep: { ...found.keep, ...carriedRules(tags[TAG.keep], found.keep, settings) },
    drKeep: { ...found.drKeep, ...carriedRules(tags[TAG.drKeep], found.drKeep, settings) },
    keepAtLeast,
  };
}

/** Returns what becomes of the rules when the instance is not backed up any more. */
export function ofOrphan(
  rules: InstanceRules,
  { orphans, keepAtLeast }: Pick<CoreSettings, "orphans" | "keepAtLeast">,
): InstanceRules {
  if (orphans === "keep" || rules.keepAll !== undefined) return rules;
  if (orphans === "expire") {
    return { ...rules, keepAtLeast: 0, expireAll: "its instance is not backed up any more" };
  }
  const last = { last: keepAtLeast };
  return { keep: last, drKeep: last, keepAtLeast };
}

/**
 * Instances and volumes that are backed up; `undefined` where that is not known. An empty fleet is more likely a mistaken tag
 * than a fleet that is gone, so it makes nobody an orphan.
 */
function backedUp(instances: readonly ProtectedInstance[] | undefined, tagKey: string): Set<string> | undefined {
  if (instances === undefined || instances.length === 0) return undefined;
  const ids = new Set<string>();
  for (const { instanceId, volumes, unmapped = [] } of instances) {
    for (const { volumeId, tags } of [...volumes, ...unmapped]) {
      if (tags[tagKey] === EXCLUDE_VALUE) continue;
      ids.add(instanceId);
      ids.add(volumeId);
    }
  }
  return ids;
}

function unknownPolicy(name: string, instances: number, { tagKey }: CoreSettings): Problem {
  return problem(
    "unknown-policy",
    name,
    `${instances} instance${instances === 1 ? " has" : "s have"} recovery points of the policy ${name}, which the stack does not have, so none of them is pruned`,
    `If the policy was renamed, do nothing: an instance whose tag ${tagKey} has the new value is under the new policy from its next backup on. Otherwise put the policy back into \`policies\`; until then the vault backs up no instance with ${tagKey}=${name}. If the instances are gone, put it back too, so that \`orphans\` decides about their recovery points, or delete these by hand.`,
  );
}

/** The rules of all that the vault has snapshots of. */
export interface Ruled {
  /** Instances that have not been backed up for `orphanDays`; absent where nobody knows. */
  orphans?: string[];
  rulesOf: RulesOf;
  /** The instances of each volume that has had several. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** The newest of each instance, and of each volume of several. */
  newest: ReadonlyMap<string, Snapshot>;
  /** Decides whether an instance is known not to be backed up any more, nor any volume of it with another. */
  isMissing: (id: string) => boolean;
  /** Whether the instances were read, and some found. */
  knowsFleet: boolean;
  problems: Problem[];
}

/** Finds what is backed up though its instance is gone: a volume of it has another instance now. */
function liveThrough(
  snapshots: readonly Snapshot[],
  shared: ReadonlyMap<string, ReadonlySet<string>>,
  attached: ReadonlySet<string>,
): Set<string> {
  const live = new Set<string>();
  if (shared.size === 0) return live;
  for (const { volumeId, identity } of snapshots) {
    if (shared.has(volumeId) && attached.has(volumeId)) live.add(identity.instanceId);
  }
  return live;
}

/**
 * @param own the vault's own in all regions
 * @param world protected instances, where this invocation has read them: nothing is taken for an orphan without. With a memory
 * of changes whoever is missing is one, and that holds what it kept before for as long as an orphan has (formerRules.ts)
 */
export function instanceRules(
  own: readonly Snapshot[],
  { instances, changes }: Pick<World, "instances" | "changes">,
  settings: CoreSettings,
  nowMs: number,
): Ruled {
  const attached = backedUp(instances, settings.tagKey);
  const shared = volumesOfSeveral(own);
  const live = attached === undefined ? new Set<string>() : liveThrough(own, shared, attached);
  const rules = new Map<string, InstanceRules>();
  const unknown = new Map<string, Set<string>>();
  const missed = firstMissed(memoryIn({ changes }));
  const newestById = newestOf(own, shared);
  const orphans: string[] = [];
  const isMissing = (id: string) => attached !== undefined && !attached.has(id) && !live.has(id);
  for (const [id, newest] of newestById) {
    const { tags, doubt } = newest;
    if (doubt !== undefined) {
      const keepAll = `the tags of its newest snapshot ${newest.snapshotId} were changed`;
      const { keepAtLeast } = settings;
      rules.set(id, { keep: {}, drKeep: {}, keepAtLeast, keepAll, inDoubt: true });
      continue;
    }
    const mine = ofPolicy(tags, settings);
    const isOld = nowMs - pointMs(newest) > settings.orphanDays * DAY_MS;
    if (isMissing(id) && isOld && id === newest.identity.instanceId) orphans.push(id);
    if (isMissing(id) && (isOld || changes !== undefined)) rules.set(id, ofOrphan(mine, settings));
    else if (attached === undefined && (isOld || missed.has(id))) {
      rules.set(id, { ...mine, mayBeOrphan: true });
    } else rules.set(id, mine);
    if (mine.keepAll === undefined) continue;
    const name = policyName(tags, settings.tagKey) ?? "(none)";
    const known = unknown.get(name) ?? new Set();
    unknown.set(name, known.add(newest.identity.instanceId));
  }
  const none: InstanceRules = {
    keep: {},
    drKeep: {},
    keepAtLeast: settings.keepAtLeast,
    keepAll: "it is not known what it is of",
  };
  return {
    rulesOf: (id) => rules.get(id) ?? none,
    shared,
    newest: newestById,
    isMissing,
    knowsFleet: attached !== undefined,
    ...(attached !== undefined && { orphans }),
    problems: [...unknown].map(([name, ids]) => unknownPolicy(name, ids.size, settings)),
  };
}
