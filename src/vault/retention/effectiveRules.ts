/**
 * Decides which keep rules apply to an instance's recovery points. They come from its policy, which the backup tag's
 * value picks, from its own tags, and from `orphans`. They are read from its newest recovery point and the stack's
 * current configuration, so an edit takes effect at once for everything that exists. Pure.
 */
import { firstMissed, memoryIn } from "../model/memory/changeMemory";
import { dataStartMs, pointMs } from "../inventory/sameSlot";
import { carriedRules } from "./tagOverrides";
import { volumesOfSeveral } from "./recoverySets";
import { EXCLUDE_VALUE, INSTANCE_TAG_PREFIX, TAG } from "../model/tags/tags";
import { DAY_MS } from "../lib/time";
import type { CoreSettings, KeepRules } from "../model/settings";
import type { ProtectedInstance, Snapshot, Tags, World } from "../model/world";
import { type Problem, problem } from "../model/problem";
import { listed } from "../lib/text";

export interface InstanceRules {
  keep: KeepRules;
  drKeep: KeepRules;
  /** Rules of DR copies in what is the primary region now, if other than `drKeep`. */
  drCopyKeep?: KeepRules;
  /** Number of newest recovery points that are kept whatever the rules say. */
  keepAtLeast: number;
  /** Reason why nothing of the instance is pruned at all. */
  keepAll?: string;
  /** Reason why all of it is deleted, including the newest. */
  expireAll?: string;
  /** Set if somebody changed the tags of its newest snapshot, so that nobody knows its rules. */
  inDoubt?: true;
  /** Set if it is an orphan unless it is still backed up, which this invocation did not check. */
  mayBeOrphan?: true;
}

/** Rules by the id of an instance, or of a volume that several instances have had. */
export type RulesOf = (id: string) => InstanceRules;

/**
 * Decides whether a snapshot says more about its instance than another. A later slot wins. Within a slot, unchanged
 * tags win, then a snapshot that did not fail. Then a later start wins, because the tags may be edited between two
 * attempts.
 */
function saysMore(a: Snapshot, b: Snapshot): boolean {
  // Slots are whole seconds in UTC, so the order as text is the order in time.
  if (a.identity.slot !== b.identity.slot) return a.identity.slot > b.identity.slot;
  const rank = ({ doubt, state }: Snapshot) => (doubt === undefined ? 2 : 0) + (state === "error" ? 0 : 1);
  if (rank(a) !== rank(b)) return rank(a) > rank(b);
  const [aMs, bMs] = [dataStartMs(a), dataStartMs(b)];
  return aMs === bMs ? a.snapshotId < b.snapshotId : aMs > bMs;
}

/**
 * Finds the snapshots of each instance, and of each volume of several instances, and the newest of them by slot, which no
 * tag can change.
 */
function byUnit(snapshots: readonly Snapshot[], shared: ReadonlyMap<string, unknown>) {
  const newest = new Map<string, Snapshot>();
  const all = new Map<string, Snapshot[]>();
  const take = (id: string, snapshot: Snapshot) => {
    const known = newest.get(id);
    if (known === undefined || saysMore(snapshot, known)) newest.set(id, snapshot);
    const others = all.get(id);
    if (others === undefined) all.set(id, [snapshot]);
    else others.push(snapshot);
  };
  for (const snapshot of snapshots) {
    take(snapshot.identity.instanceId, snapshot);
    if (shared.has(snapshot.volumeId)) take(snapshot.volumeId, snapshot);
  }
  return { newest, all };
}

/** Returns the backup tag's value when the point was made; `undefined` if the point has lost it. */
export function policyName(tags: Tags, tagKey: string): string | undefined {
  return tags[TAG.policy] ?? tags[`${INSTANCE_TAG_PREFIX}${tagKey}`];
}

/** Returns the rules that the tags of a recovery point pick from the settings. */
export function ofPolicy(tags: Tags, settings: CoreSettings): InstanceRules {
  const { policies, tagKey, keepAtLeast } = settings;
  const names = Object.keys(policies);
  const carried = policyName(tags, tagKey);
  // Points of a removed policy do not get the only one left, because a lost block of configuration must not lose
  // backups.
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

/** Returns the rules of the DR copies in what is the primary region now. */
export function drCopyRules({ drCopyKeep, drKeep }: InstanceRules): KeepRules {
  return drCopyKeep ?? drKeep;
}

/**
 * Returns the rules of an instance that is not backed up any more. After a failover, that is each instance of the lost
 * region, and the DR copies in what is the primary region now are all that is left of it. So with `keep-last` its policy
 * still keeps these.
 */
export function ofOrphan(
  rules: InstanceRules,
  { orphans, keepAtLeast }: Pick<CoreSettings, "orphans" | "keepAtLeast">,
): InstanceRules {
  if (orphans === "keep" || rules.keepAll !== undefined) return rules;
  if (orphans === "expire") {
    return { ...rules, keepAtLeast: 0, expireAll: "its instance is not backed up any more" };
  }
  const last = { last: keepAtLeast };
  return { keep: last, drKeep: last, drCopyKeep: drCopyRules(rules), keepAtLeast };
}

/**
 * Returns the instances and volumes that are backed up; `undefined` if that is not known. A fleet without any volume to
 * back up is more likely mistaken tags, of the instances or of their volumes, than a fleet that no longer exists. So it
 * makes no instance an orphan.
 */
function backedUp(instances: readonly ProtectedInstance[] | undefined, tagKey: string): Set<string> | undefined {
  const ids = new Set<string>();
  for (const { instanceId, volumes, unmapped = [] } of instances ?? []) {
    for (const { volumeId, tags } of [...volumes, ...unmapped]) {
      if (tags[tagKey] === EXCLUDE_VALUE) continue;
      ids.add(instanceId);
      ids.add(volumeId);
    }
  }
  return ids.size === 0 ? undefined : ids;
}

function unknownPolicy(name: string, instances: number, { tagKey, policies }: CoreSettings): Problem {
  const others = listed(Object.keys(policies).sort());
  return problem(
    "unknown-policy",
    name,
    `${instances} instance${instances === 1 ? " has" : "s have"} recovery points of the policy ${name}, which the stack does not have, so none of them is pruned`,
    `If the policy was renamed, do nothing: each instance whose tag ${tagKey} has the new value is under it from its next backup on. Otherwise put the policy back into \`policies\`, beside ${others}: what is not in \`policies\` is not backed up, not even \`tagValue\`. Until then the vault backs up no instance with ${tagKey}=${name}. If the instances are gone, put it back too, and \`orphans\` decides about their recovery points. Or delete these by hand.`,
  );
}

/** Rules of all instances and volumes that the vault has snapshots of. */
export interface Ruled {
  /** Instances that have not been backed up for `orphanDays`; absent if that is not known. */
  orphans?: string[];
  rulesOf: RulesOf;
  /** Instances of each volume that has had several. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** Newest snapshot of each instance, and of each volume of several instances. */
  newest: ReadonlyMap<string, Snapshot>;
  /** All of their snapshots, in all regions. */
  snapshotsOf: (id: string) => readonly Snapshot[];
  /** Decides whether an instance is known not to be backed up any more, nor any volume of it with another instance. */
  isMissing: (id: string) => boolean;
  /**
   * Decides whether it is neither among the instances with a volume to back up nor such a volume; `undefined` if the
   * instances were not read.
   */
  isAbsent: (id: string) => boolean | undefined;
  /** True if the instances were read, and any of them has a volume to back up. */
  knowsFleet: boolean;
  problems: Problem[];
}

/**
 * Returns true if nobody knows the rules of a snapshot now: the newest one of its instance or volume was changed, or is
 * old and the instances were not read. It is kept, and that says nothing about what is due.
 */
export function areRulesUnknown(one: Snapshot, { rulesOf, shared }: Pick<Ruled, "rulesOf" | "shared">): boolean {
  const several = shared.size === 0 ? undefined : shared.get(one.volumeId);
  const units = several === undefined ? [one.identity.instanceId] : [one.volumeId, ...several];
  return units.some((id) => rulesOf(id).mayBeOrphan === true || rulesOf(id).inDoubt === true);
}

/** Finds instances that are backed up through a volume, which another instance has now, even before its first run. */
function liveThrough(
  snapshots: readonly Snapshot[],
  newest: ReadonlyMap<string, Snapshot>,
  attached: ReadonlySet<string>,
): Set<string> {
  const live = new Set<string>();
  if ([...newest.keys()].every((id) => attached.has(id))) return live;
  for (const { volumeId, identity } of snapshots) {
    if (!attached.has(identity.instanceId) && attached.has(volumeId)) live.add(identity.instanceId);
  }
  return live;
}

/**
 * Computes the rules of every instance, and of every volume of several instances.
 * @param own the vault's own in all regions
 * @param world protected instances, if this invocation has read them; without them nothing is treated as an orphan.
 * With a memory of changes every missing instance gets an orphan's rules at once, and formerRules.ts holds what it kept
 * before
 */
export function instanceRules(
  own: readonly Snapshot[],
  { instances, changes }: Pick<World, "instances" | "changes">,
  settings: CoreSettings,
  nowMs: number,
): Ruled {
  const attached = backedUp(instances, settings.tagKey);
  const shared = volumesOfSeveral(own);
  const rules = new Map<string, InstanceRules>();
  const unknown = new Map<string, Set<string>>();
  const missed = firstMissed(memoryIn({ changes }));
  const { newest: newestById, all } = byUnit(own, shared);
  const live = attached === undefined ? new Set<string>() : liveThrough(own, newestById, attached);
  const orphans: string[] = [];
  const isAbsent = (id: string) => attached && !attached.has(id);
  const isMissing = (id: string) => isAbsent(id) === true && !live.has(id);
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
    snapshotsOf: (id) => all.get(id) ?? [],
    isMissing,
    isAbsent,
    knowsFleet: attached !== undefined,
    ...(attached !== undefined && { orphans }),
    problems: [...unknown].map(([name, ids]) => unknownPolicy(name, ids.size, settings)),
  };
}
