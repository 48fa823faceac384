/** Decides what rules keep of a unit's recovery points, by the simulation's own reading of them, not the vault's. */
import { TAG } from "../../src/vault/model/tags/tags";
import type { KeepRules, VaultSettings } from "../../src/vault/model/settings";
import { type SimSnapshot, type TagRecord } from "../simulation/account/account";
import { letGo } from "../simulation/rules/keepOracle";
import { cadenceOf, offsetMs, thinned } from "./cadence";

/** The snapshots of a unit for one slot. */
export interface PointSet {
  slot: string;
  slotMs: number;
  snapshots: SimSnapshot[];
  /** Time since a former schedule would have made it. */
  laterMs?: number;
}

/** Former or present rules. */
export interface View {
  settings: VaultSettings;
  tags: TagRecord;
  isOrphan: boolean;
  /** Time at which previous settings ended; the times of their schedule are the only ones since then. */
  untilMs?: number;
}

type Side = "keep" | "drKeep";
type Counted = "last" | "daily" | "weekly";

/**
 * Returns the policy's rule, or a tag's instead: within the stack's bounds, and limited to the upper one if the policy's
 * is not above it.
 */
function withTag(own: KeepRules, text: string, settings: VaultSettings): KeepRules {
  const rules = { ...own };
  for (const part of text.split(" ")) {
    const [name = "", value = ""] = part.split("=");
    const rule = name as Counted;
    const has = own[rule] ?? 0;
    const least = Math.min(has, settings.overrideMin[rule] ?? has);
    const most = settings.overrideMax[rule] ?? 0;
    const asked = Number(value);
    if (!(asked > 0) || most === 0) continue;
    if (asked > most && most >= has) rules[rule] = most;
    if (asked <= most && asked >= least) rules[rule] = asked;
  }
  return rules;
}

function rulesOf({ settings, tags }: View, side: Side): KeepRules | undefined {
  const policy = settings.policies[tags[TAG.policy] ?? ""];
  return policy && withTag(policy[side], tags[TAG[side]] ?? "", settings);
}

function isComplete({ snapshots }: PointSet): boolean {
  const meant = Math.max(...snapshots.map(({ madeTags }) => Number(madeTags[TAG.setSize] ?? 1)));
  return new Set(snapshots.map(({ dataOf }) => dataOf)).size >= meant;
}

/** Returns true for a copy from another region, which an encrypted replacement is not. */
export function isMadeForDr({ sourceId, madeTags }: SimSnapshot): boolean {
  return sourceId !== undefined && madeTags[TAG.volumeSizeGiB] !== undefined;
}

/** Adds what a history keeps. */
function add(
  kept: Set<string>,
  sets: readonly PointSet[],
  rules: KeepRules,
  sideOf: (set: PointSet) => Side,
  { settings }: View,
  nowMs: number,
) {
  const zoneMs = offsetMs(settings.timezone);
  const isOff = Object.values(rules).every((value) => value === 0 || value === undefined);
  const points = sets.map((set) => {
    const { slot, slotMs, snapshots, laterMs = 0 } = set;
    const startMs =
      sideOf(set) === "keep"
        ? Math.max(...snapshots.map(({ dataSinceMs }) => dataSinceMs))
        : Math.min(...snapshots.map((one) => one.startMs));
    const shiftMs = zoneMs - laterMs;
    return { snapshotId: slot, volumeId: "", slotMs: slotMs + shiftMs, startTimeMs: startMs + shiftMs };
  });
  const gone = isOff ? new Set<string>() : letGo(points, rules, nowMs + zoneMs, settings.keepAtLeast);
  for (const { slot } of sets) if (!gone.has(slot)) kept.add(slot);
}

/**
 * Adds what is in the primary region from when it was a DR region. That remains for as long as copies are kept, even if its
 * instance is lost with the former primary region. What was taken here since counts as the copies of it would.
 */
function addCopies(kept: Set<string>, sets: readonly PointSet[], rules: KeepRules, view: View, nowMs: number): void {
  const hasCopy = ({ snapshots }: PointSet) => snapshots.some(isMadeForDr);
  const copies = sets.filter(hasCopy);
  const parts = sets.map((set) => (hasCopy(set) ? { ...set, snapshots: set.snapshots.filter(isMadeForDr) } : set));
  const wanted = new Set<string>();
  if (copies.length > 0) add(wanted, parts, rules, (set) => (hasCopy(set) ? "drKeep" : "keep"), view, nowMs);
  for (const { slot } of copies) if (wanted.has(slot)) kept.add(slot);
}

/** Adds the newest of each volume. */
function addFloors(kept: Set<string>, sets: readonly PointSet[], keepAtLeast: number): void {
  const newest = [...sets].sort((a, b) => b.slotMs - a.slotMs);
  for (const volume of new Set(sets.flatMap(({ snapshots }) => snapshots.map((one) => one.dataOf)))) {
    const mine = newest.filter(({ snapshots }) => snapshots.some(({ dataOf }) => dataOf === volume));
    for (const { slot } of mine.slice(0, keepAtLeast)) kept.add(slot);
  }
}

/** Returns the slots that a view keeps in a region. */
export function keptBy(view: View, sets: readonly PointSet[], region: string, nowMs: number): ReadonlySet<string> {
  const { settings, isOrphan, untilMs } = view;
  const all = new Set(sets.map(({ slot }) => slot));
  const isPrimary = region === settings.primaryRegion;
  // Nothing was deleted in a region that the stack did not have.
  if (!isPrimary && !settings.dr.some((one) => one.region === region)) return all;
  const side = isPrimary ? "keep" : "drKeep";
  const [rules, drRules] = [rulesOf(view, side), rulesOf(view, "drKeep")];
  if (rules === undefined || drRules === undefined) return all;
  if (isOrphan && settings.orphans === "expire") return new Set();
  const mine = isOrphan && settings.orphans === "keep-last" ? { last: settings.keepAtLeast } : rules;
  const zoneMs = offsetMs(settings.timezone);
  const times =
    untilMs === undefined
      ? undefined
      : thinned(
          cadenceOf(settings.schedule),
          untilMs + zoneMs,
          sets.map(({ slotMs, snapshots }) => ({
            slotMs: slotMs + zoneMs,
            madeMs: Math.min(...snapshots.map(({ dataSinceMs }) => dataSinceMs)) + zoneMs,
          })),
        );
  const counted = sets.flatMap((set): PointSet[] => {
    const localMs = set.slotMs + zoneMs;
    const ofMs = times === undefined ? localMs : times.get(localMs);
    return ofMs === undefined ? [] : [{ ...set, laterMs: localMs - ofMs }];
  });
  const kept = new Set<string>();
  const ofRegion = (): Side => side;
  add(kept, counted, mine, ofRegion, view, nowMs);
  const whole = counted.filter(isComplete);
  if (whole.length > 0 && whole.length < counted.length) add(kept, whole, mine, ofRegion, view, nowMs);
  if (isPrimary) addCopies(kept, counted, drRules, view, nowMs);
  addFloors(kept, counted, settings.keepAtLeast);
  return kept;
}
