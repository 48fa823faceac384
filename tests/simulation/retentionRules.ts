/**
 * What the keep rules say, held against each deletion as it takes effect: the stack's own configuration of the moment
 * that the invocation began, the truth of the account instead of what a describe showed. The vault deletes by its
 * rules, read by keepOracle.ts, and by nothing else.
 */
import { type RetentionPoint, newestFirst } from "../../src/vault/retention";
import { TAG } from "../../src/vault/tags";
import { DAY_MS } from "../../src/vault/time";
import type { KeepRules, VaultSettings } from "../../src/vault/types";
import {
  type Account,
  type Region,
  type SimSnapshot,
  inDr,
  isPoint,
  isSound,
  slotOf,
} from "./account";
import { protectedInstances, protectedVolumes } from "./fleet";
import type { Invocation } from "./invocation";
import { letGo } from "./keepOracle";
import { withOverrides } from "./overrideOracle";
import { isMade, isVaults } from "./ownership";

/** Slots are ISO instants; one that a person made up is as old as its snapshot. */
function slotMs(snapshot: SimSnapshot): number {
  const ms = Date.parse(slotOf(snapshot));
  return Number.isNaN(ms) ? snapshot.startMs : ms;
}

/** One point a slot: the given one where it is of that slot, else a sound one before another. */
function pointsOf(
  account: Account,
  list: readonly SimSnapshot[],
  preferred: SimSnapshot | undefined,
): RetentionPoint[] {
  const bySlot = new Map<number, SimSnapshot>();
  for (const snapshot of list) {
    const known = bySlot.get(slotMs(snapshot));
    const better =
      known === undefined ||
      snapshot === preferred ||
      (known !== preferred && isSound(account, snapshot) && !isSound(account, known));
    if (better) bySlot.set(slotMs(snapshot), snapshot);
  }
  return [...bySlot].map(([ms, snapshot]) => ({
    snapshotId: snapshot.snapshotId,
    volumeId: snapshot.dataOf,
    // What stands in for its original is as old as that.
    startTimeMs: inDr(account, snapshot) ? snapshot.startMs : snapshot.dataSinceMs,
    slotMs: ms,
  }));
}

/**
 * The rules of a volume by the tag of its newest point; `undefined` where the stack has none of that name.
 * @param seenMs of the points begun by then: a volume shared by instances of two policies changes hands with each
 */
function rulesFor(
  account: Account,
  settings: VaultSettings,
  volumeId: string,
  side: "keep" | "drKeep",
  seenMs: number,
): KeepRules | undefined {
  const [newest] = (account.byVolume.get(volumeId) ?? [])
    .filter((one) => isMade(account, one) && one.startMs <= seenMs)
    // A try that failed before an edit may carry other rules than the one that came to something.
    .sort(
      (a, b) => slotMs(b) - slotMs(a) || Number(a.state === "error") - Number(b.state === "error"),
    );
  // By the tag that it carries, but where the stack has one policy and no values of the tag to tell it by.
  const [one] = Object.keys(settings.policies);
  const name = settings.policyForAll ? one : newest?.madeTags[TAG.policy];
  const rules = settings.policies[name ?? ""]?.[side];
  return rules === undefined
    ? undefined
    : withOverrides(rules, newest?.madeTags[TAG[side]], settings);
}

/**
 * Whether the volume is an orphan by now: not attached to a protected instance, and its newest point that old.
 * @param fromMs what was lost before then is not counted
 */
function isOrphan(
  account: Account,
  settings: VaultSettings,
  volumeId: string,
  fromMs: number,
): boolean {
  const own = (account.byVolume.get(volumeId) ?? []).filter(
    (one) => isMade(account, one) && (one.lostMs ?? Infinity) >= fromMs,
  );
  const newestMs = Math.max(...own.map(slotMs));
  // Where nothing carries the tag, that is more likely a mistake than a fleet that is gone.
  const lastChangeMs = Math.max(...[...account.instances.values()].map((one) => one.changedMs));
  if (protectedInstances(account).length === 0 && lastChangeMs < fromMs) return false;
  const attached = protectedVolumes(account).some((one) => one.volumeId === volumeId);
  return !attached && account.time.nowMs() - newestMs > settings.orphanDays * DAY_MS;
}

/**
 * The ids that the rules let go of, of one volume in one region.
 * @param list completed points of the vault's
 */
export function removable(
  account: Account,
  settings: VaultSettings,
  volumeId: string,
  list: readonly SimSnapshot[],
  side: "keep" | "drKeep",
  nowMs: number,
  preferred?: SimSnapshot,
  seenMs = Infinity,
): Set<string> {
  const rules = rulesFor(account, settings, volumeId, side, seenMs);
  if (rules === undefined) return new Set();
  const points = pointsOf(account, list, preferred);
  return letGo(points, rules, nowMs, settings.keepAtLeast);
}

/** Whether all of the volume's points go, the newest too. */
export function expires(
  account: Account,
  settings: VaultSettings,
  volumeId: string,
  fromMs: number,
): boolean {
  return settings.orphans === "expire" && isOrphan(account, settings, volumeId, fromMs);
}

/** What goes of an orphan: all but its last, or all. */
export function removableOfOrphan(
  account: Account,
  settings: VaultSettings,
  list: readonly SimSnapshot[],
  snapshot: SimSnapshot,
  fromMs: number,
): boolean {
  if (settings.orphans === "keep") return false;
  if (!isOrphan(account, settings, snapshot.dataOf, fromMs)) return false;
  if (settings.orphans === "expire") return true;
  const [, ...others] = pointsOf(account, list, snapshot).sort(newestFirst);
  return others.slice(settings.keepAtLeast - 1).some((p) => p.snapshotId === snapshot.snapshotId);
}

/** Before a completed point of a slot that no other stands for is deleted: its rules have to let go of it. */
export function checkRetention(
  account: Account,
  settings: VaultSettings,
  snapshot: SimSnapshot,
  startMs: number,
  sinceMs: number,
): void {
  const side = inDr(account, snapshot) ? "drKeep" : "keep";
  const all = (account.byVolume.get(snapshot.dataOf) ?? []).filter(
    (one) =>
      (one === snapshot || isPoint(account, one)) &&
      one.region === snapshot.region &&
      (one.lostMs !== undefined || isVaults(account, one)),
  );
  // A pass that does not see yet that the rules have let go of the twin takes this for its duplicate, which goes too.
  const twin = all.some(
    (one) =>
      one !== snapshot && (!one.deleted || one.letGo === true) && slotMs(one) === slotMs(snapshot),
  );
  if (twin) return;
  const nowMs = account.time.nowMs();
  // What the pass has deleted itself it saw; what went just before it may have seen or not.
  const seen = [startMs, sinceMs].some((fromMs) => {
    const list = all.filter((one) => (one.lostMs ?? Infinity) >= fromMs);
    const isGone = [Infinity, fromMs].some(
      (seenMs) =>
      removable(account, settings, snapshot.dataOf, list, side, nowMs, snapshot, seenMs).has(snapshot.snapshotId), // prettier-ignore
    );
    return isGone || removableOfOrphan(account, settings, list, snapshot, fromMs);
  });
  snapshot.letGo = seen;
  if (seen) return;
  account.story.violate("only what the rules let go of", `${snapshot.snapshotId} of ${snapshot.dataOf}`); // prettier-ignore
}

/** No pass deletes more of a region's recovery points than the brake lets it, but where a person allowed the plan. */
export function checkBrake(
  account: Account,
  invocation: Invocation,
  { name, snapshots }: Region,
  snapshot: SimSnapshot,
): void {
  const { maxDeletePercent, allowDeletePlan } = invocation.settings;
  const points = [...snapshots.values()].filter(
    (one) => isPoint(account, one) && !one.deleted && isVaults(account, one),
  );
  // Of two of a slot one is no recovery point.
  const isOnly = !points.some(
    (one) => one !== snapshot && one.dataOf === snapshot.dataOf && slotMs(one) === slotMs(snapshot),
  );
  const pruned = (invocation.pruned[name] ??= { deleted: 0, of: points.length });
  if (isOnly) pruned.deleted += 1;
  // What a describe showed late or a person took meanwhile makes a point or two.
  const most = Math.ceil((maxDeletePercent / 100) * (pruned.of + 2));
  if (pruned.deleted <= most || allowDeletePlan.length > 0) return;
  account.story.violate("the brake holds", `${pruned.deleted} of ${pruned.of} in ${name}`);
}
