/**
 * Which keep rules hold for a volume: those of its policy, which the value of the backup tag picks; its instance's own;
 * and what becomes of a volume that is not backed up any more. Read off its newest recovery point, with the stack's
 * configuration of now, so that an edit counts at once for all that is still there. Pure.
 */
import { pointMs } from "./duplicates";
import { carriedRules } from "./overrides";
import { EXCLUDE_VALUE, INSTANCE_TAG_PREFIX, TAG } from "./tags";
import { DAY_MS } from "./time";
import type { KeepRules, Problem, ProtectedInstance, Snapshot, Tags, VaultPolicy } from "./types";

interface VolumeRules {
  keep: KeepRules;
  drKeep: KeepRules;
  /** So many of the newest stay whatever the rules say. */
  keepAtLeast: number;
  /** Why nothing of the volume is pruned at all. */
  keepAll?: string;
  /** Why all of it goes, the newest too. */
  expireAll?: string;
  /** Set where somebody changed the tags of its newest snapshot, so that nobody knows its rules. */
  inDoubt?: true;
  /** Set where it would be an orphan if it is not backed up any more, which this invocation has not asked. */
  mayBeOrphan?: true;
}

export type RulesOf = (volumeId: string) => VolumeRules;

/** The newest of each volume by the time that it stands for, which no tag can change. */
function newestOfVolumes(snapshots: readonly (readonly Snapshot[])[]): Map<string, Snapshot> {
  const newest = new Map<string, Snapshot>();
  for (const list of snapshots) {
    for (const snapshot of list) {
      const known = newest.get(snapshot.volumeId);
      // Slots are whole seconds in UTC, whose order as text is their order in time.
      const { slot } = snapshot.identity;
      if (known === undefined || slot > known.identity.slot) {
        newest.set(snapshot.volumeId, snapshot);
      }
    }
  }
  return newest;
}

/** The tag's value when the point was made; `undefined` on one that has lost it. */
function policyName(tags: Tags, tagKey: string): string | undefined {
  return tags[TAG.policy] ?? tags[`${INSTANCE_TAG_PREFIX}${tagKey}`];
}

function ofPolicy(tags: Tags, policy: VaultPolicy): VolumeRules {
  const { policies, policyForAll, tagKey, keepAtLeast } = policy;
  const names = Object.keys(policies);
  const carried = policyName(tags, tagKey);
  // Not the last of several for those that were taken out: a lost line of configuration must not lose backups.
  const isOnlyOne = policyForAll || (carried === undefined && names.length === 1);
  const name = isOnlyOne ? names[0] : carried;
  const found = Object.hasOwn(policies, name ?? "") ? policies[name ?? ""] : undefined;
  if (found === undefined) {
    const keepAll = `its policy ${name ?? "(none)"} is not among the stack's`;
    return { keep: {}, drKeep: {}, keepAtLeast, keepAll };
  }
  return {
    keep: { ...found.keep, ...carriedRules(tags[TAG.keep], found.keep, policy) },
    drKeep: { ...found.drKeep, ...carriedRules(tags[TAG.drKeep], found.drKeep, policy) },
    keepAtLeast,
  };
}

/** What becomes of a volume that is not backed up any more and has not been for `orphanDays`. */
function ofOrphan(rules: VolumeRules, { orphans, keepAtLeast }: VaultPolicy): VolumeRules {
  if (orphans === "keep" || rules.keepAll !== undefined) return rules;
  if (orphans === "expire") {
    return { ...rules, keepAtLeast: 0, expireAll: "its volume is not backed up any more" };
  }
  const last = { last: keepAtLeast };
  return { keep: last, drKeep: last, keepAtLeast };
}

/**
 * Volumes that are backed up; `undefined` where that is not known. An empty fleet is more likely a mistaken tag than a
 * fleet that is gone, so it makes nobody an orphan.
 */
function backedUp(
  instances: readonly ProtectedInstance[] | undefined,
  tagKey: string,
): Set<string> | undefined {
  if (instances === undefined || instances.length === 0) return undefined;
  const volumes = instances.flatMap(({ volumes, unmapped = [] }) => [...volumes, ...unmapped]);
  return new Set(
    volumes.filter(({ tags }) => tags[tagKey] !== EXCLUDE_VALUE).map(({ volumeId }) => volumeId),
  );
}

function unknownPolicy(name: string, volumes: number, { tagKey }: VaultPolicy): Problem {
  return {
    kind: "unknown-policy",
    subject: name,
    message: `${volumes} volume${volumes === 1 ? " has" : "s have"} recovery points of the policy ${name}, which the stack does not have: none of them is pruned`,
    hint: `Put the policy back into \`policies\`, or give the instances another value of the tag ${tagKey}; it counts from their next backup on.`,
  };
}

/**
 * @param snapshots the vault's own in the primary region
 * @param copies the vault's own in the DR region
 * @param instances protected instances, where this invocation has read them; nothing is taken for an orphan without
 */
export function volumeRules(
  snapshots: readonly Snapshot[],
  copies: readonly Snapshot[],
  instances: readonly ProtectedInstance[] | undefined,
  policy: VaultPolicy,
  nowMs: number,
): { rulesOf: RulesOf; problems: Problem[] } {
  const attached = backedUp(instances, policy.tagKey);
  const rules = new Map<string, VolumeRules>();
  const unknown = new Map<string, number>();
  for (const [volumeId, newest] of newestOfVolumes([snapshots, copies])) {
    const { tags, doubt } = newest;
    if (doubt !== undefined) {
      const keepAll = `the tags of its newest snapshot ${newest.snapshotId} were changed`;
      const { keepAtLeast } = policy;
      rules.set(volumeId, { keep: {}, drKeep: {}, keepAtLeast, keepAll, inDoubt: true });
      continue;
    }
    const own = ofPolicy(tags, policy);
    const ageMs = nowMs - pointMs(newest);
    const isOld = ageMs > policy.orphanDays * DAY_MS;
    if (!isOld) rules.set(volumeId, own);
    else if (attached === undefined) rules.set(volumeId, { ...own, mayBeOrphan: true });
    else rules.set(volumeId, attached.has(volumeId) ? own : ofOrphan(own, policy));
    if (own.keepAll === undefined) continue;
    const name = policyName(tags, policy.tagKey) ?? "(none)";
    unknown.set(name, (unknown.get(name) ?? 0) + 1);
  }
  const none: VolumeRules = { keep: {}, drKeep: {}, keepAtLeast: policy.keepAtLeast, keepAll: "it is not known what it is of" }; // prettier-ignore
  return {
    rulesOf: (volumeId) => rules.get(volumeId) ?? none,
    problems: [...unknown].map(([name, count]) => unknownPolicy(name, count, policy)),
  };
}
