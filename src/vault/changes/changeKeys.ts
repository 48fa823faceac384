/**
 * Identifies changes, and decides when a change stops holding deletions: once a person approved it, or its grace period
 * is over. Pure.
 */
import { inBoth } from "./namedBoth";
import type { ChangeMemory, NotifiedChanges } from "../model/memory/changeMemory";
import { groupBy, split } from "../lib/collections";
import { DAY_MS, parseIso } from "../lib/time";
import type { CoreSettings } from "../model/settings";
import type { ChangeKey, HeldPoint, MailedPlan, PlannedChanges } from "../model/memory/waitingPlans";

export type ChangeKind = "settings" | "tags" | "orphan" | "volumes" | "limit";

/**
 * Limits on changes in the timer's payload: those of 2,250 instances in two regions whose tags change alike, an entry of
 * an instance being 22 characters. Scheduler accepts 256 KB of input in all. The rest of it may be 150 KB: 1,500 missing
 * instances are 33 KB, 700 reports 50 KB, 500 stopped instances in each of two regions 22 KB, ten former settings 20 KB,
 * and recovery points 28 KB.
 */
const CARRIED = { count: 4_500, length: 100_000 };
/**
 * Limits with changes that a mail is to name. They are lower, because edits and stops come before others, and a further
 * mail may split groups. Whatever a mail names must be remembered.
 */
export const NAMED = { count: 4_300, length: 96_000 };
/** Limit on the units that a mail about settings does not count for. Beyond it, it counts for none. */
const MAX_EXCEPT = 200;
/** Excepts all units. */
export const ALL_UNITS = "*";
/** Number of changes from which a group of their own is shorter than their digests. */
const SHARED_FROM = 8;

/** Returns the key that identifies a change. */
export function changeKey(region: string, kind: ChangeKind, of: string): ChangeKey {
  return `${region} ${kind} ${of}`;
}

/** Splits a key into its parts. */
export function kindOf(key: ChangeKey): { region: string; kind: string; of: string } {
  const [region = "", kind = "", of = ""] = key.split(" ");
  return { region, kind, of };
}

/**
 * Returns the key that an edit has for an instance, or a volume. If the mail about it could not name the instance, because
 * its rules were in doubt, the edit has a mail and a grace of its own for it.
 * @param until end of the settings that the edit replaced
 */
export function editKey(
  region: string,
  until: string,
  unit: string,
  known: ReadonlyMap<ChangeKey, Pick<NotifiedChanges, "except">>,
): ChangeKey {
  const key = changeKey(region, "settings", until);
  const { except = [] } = known.get(key) ?? {};
  return except.includes(unit) || except.includes(ALL_UNITS) ? ownKey(key, unit) : key;
}

/** Returns the key that an edit has for a unit which the mail about it does not count for. */
export function ownKey(key: ChangeKey, unit: string): ChangeKey {
  return `${key}/${unit}`;
}

/** Returns a function that decides whether a mail about settings does not count for a unit, which then has keys of its own. */
export function exceptedIn({ notified }: Pick<ChangeMemory, "notified">): (unit: string) => boolean {
  const all = new Set(notified.flatMap(({ except = [] }) => except));
  return (unit) => all.has(unit) || all.has(ALL_UNITS);
}

/** Returns what a change is about: the unit of a change of tags, or the end of the settings that an edit replaced. */
export function subjectOf(of: string): string {
  return of.split("/")[0] ?? "";
}

/** Decides whether a key is that of an edit for all units that have none of their own. */
export function isOfEdit({ kind, of }: { kind: string; of: string }): boolean {
  return kind === "settings" && of === subjectOf(of);
}

/** Decides whether anything waits for a change of this kind. */
export function isOf({ keys }: { keys: Iterable<ChangeKey> }, kind: ChangeKind): boolean {
  return [...keys].some((key) => kindOf(key).kind === kind);
}

/** Returns the earliest time at which any of these can be deleted without an approval; `Infinity` if there are none. */
export function soonestMs(held: readonly HeldPoint[]): number {
  // Not `Math.min(...)`, because the list may be longer than an argument list can be.
  return held.reduce((ms, { endMs }) => Math.min(ms, endMs), Infinity);
}

/** Mail and approval of one change. */
export type Known = Pick<NotifiedChanges, "at" | "plan" | "graceDays" | "approved" | "except" | "named" | "unnamed">;

/** Memory of changes and what was mailed about each; `memory` is `undefined` if the timer could not be read. */
export interface Remembered {
  memory: ChangeMemory | undefined;
  known: ReadonlyMap<ChangeKey, Known>;
}

/** Returns what was mailed, by key. */
export function knownOf({ notified }: Pick<ChangeMemory, "notified">): ReadonlyMap<ChangeKey, Known> {
  const known = new Map<ChangeKey, Known>();
  for (const group of notified) {
    const rest = group.change === undefined ? "" : `/${group.change}`;
    for (const of of group.of) known.set(`${group.in} ${of}${rest}`, group);
  }
  return known;
}

/**
 * Decides whether a change has room before others: an edit holds a whole region, and the approval of a stop would be
 * forgotten with it.
 */
export function hasPriority(key: ChangeKey): boolean {
  const parts = kindOf(key);
  return parts.kind === "limit" || isOfEdit(parts);
}

/** Sorts changes by who has room first. Those of the oldest mails keep theirs, so that the dates in them hold. */
function inOrder(known: ReadonlyMap<ChangeKey, Known>): [ChangeKey, Known][] {
  const parts = split([...known], ([key]) => hasPriority(key));
  // The order of those of one time remains, so the same ones are carried every time.
  return parts.flatMap((part) => part.sort(([, a], [, b]) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1)));
}

/** A change as the payload carries it. */
interface Entry {
  /** The group's fields, without what it is about. */
  mail: NotifiedChanges;
  /** Text of those fields. */
  id: string;
  of: string;
  /** Digests of a change of tags, as tagChanges.ts writes them. */
  change?: string;
}

function entryOf([key, { at, plan, graceDays, approved, except, named, unnamed }]: [ChangeKey, Known]): Entry {
  const { region, kind, of } = kindOf(key);
  const more = {
    ...(graceDays !== undefined && { graceDays }),
    ...(approved && { approved }),
    ...(except !== undefined && { except }),
    ...(named !== undefined && { named }),
    ...(unnamed !== undefined && { unnamed }),
  };
  const mail = { in: `${region} ${kind}`, of: [], at, plan, ...more };
  const [, change] = kind === "tags" ? of.split("/") : [];
  return {
    mail,
    id: JSON.stringify(mail),
    of,
    ...(change !== undefined && { change }),
  };
}

/** Groups changes of one mail, as the timer's payload carries them. */
export function groupsOf(known: ReadonlyMap<ChangeKey, Known>, most = CARRIED): NotifiedChanges[] {
  const entries = inOrder(known).slice(0, most.count).map(entryOf);
  const alike = groupBy(entries, ({ id, change }) => `${id} ${change}`);
  const groups = new Map<string, NotifiedChanges & { of: string[] }>();
  let length = 0;
  for (const { mail, id, of, change } of entries) {
    const isShared = change !== undefined && (alike.get(`${id} ${change}`)?.length ?? 0) >= SHARED_FROM;
    const place = isShared ? `${id} ${change}` : id;
    const subject = isShared ? of.slice(0, -1 - change.length) : of;
    const found = groups.get(place);
    const group = found ?? { ...mail, of: [], ...(isShared && { change }) };
    length += subject.length + 3 + (found === undefined ? JSON.stringify(group).length + 1 : 0);
    if (length > most.length) break;
    group.of.push(subject);
    groups.set(place, group);
  }
  return [...groups.values()];
}

/** Sets `approved` on all changes of each plan that a person approved. */
export function withApproved(memory: ChangeMemory, { approvedDeletePlan }: CoreSettings): ChangeMemory {
  const approve = (group: NotifiedChanges): NotifiedChanges =>
    approvedDeletePlan.includes(group.plan) ? { ...group, approved: true } : group;
  return { ...memory, notified: memory.notified.map(approve) };
}

/**
 * Returns the end of a change's grace in epoch milliseconds, whether or not a person approved it before; `undefined`
 * before a mail named it.
 */
export function graceEndMs(
  known: Known | undefined,
  { editGraceDays }: Pick<CoreSettings, "editGraceDays">,
): number | undefined {
  const atMs = parseIso(known?.at ?? "");
  return atMs === undefined ? undefined : atMs + Math.max(editGraceDays, known?.graceDays ?? 0) * DAY_MS;
}

/**
 * Returns the time in epoch milliseconds from which a change holds nothing; `undefined` before a mail named it.
 * @param since time that the mail must not be older than. An older mail was about an earlier occurrence of the change.
 */
export function overFromMs(
  known: Known | undefined,
  since: string,
  settings: Pick<CoreSettings, "editGraceDays">,
): number | undefined {
  if (known === undefined || since > known.at) return undefined;
  return known.approved ? parseIso(known.at) : graceEndMs(known, settings);
}

/**
 * Adds the changes of a plan whose mail SNS accepted. A change that was mailed before keeps its time and gets the new
 * plan. A mail about settings is not about instances that were in doubt: the vault kept all of theirs, so it named none.
 * Nor does it count for others that it did not name. If a later one has another plan, whoever approves that has read only
 * what that names, so the change goes on to count for those that both name.
 */
export function withNotified(
  known: ReadonlyMap<ChangeKey, Known>,
  { hash, keys, fresh }: MailedPlan,
  { at, graceDays, inDoubt = [], names = {} }: Pick<PlannedChanges, "graceDays" | "inDoubt" | "names"> & { at: string },
): Map<ChangeKey, Known> {
  const all = new Map(known);
  const except = inDoubt.length === 0 ? {} : { except: inDoubt.length > MAX_EXCEPT ? [ALL_UNITS] : inDoubt };
  for (const key of keys) {
    const before = fresh.has(key) ? undefined : all.get(key);
    const days = Math.max(graceDays, before?.graceDays ?? 0);
    const parts = kindOf(key);
    const edit = isOfEdit(parts) ? (names[parts.region] ?? {}) : undefined;
    const first = { at, ...(edit && { ...except, ...edit }) };
    const again = before && { ...before, ...(edit && inBoth(before, edit)) };
    all.set(key, { ...(again ?? first), plan: hash, graceDays: days });
  }
  return all;
}
