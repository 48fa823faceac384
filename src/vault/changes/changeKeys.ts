/**
 * Identifies changes, and decides when a change stops holding deletions: once a person approved it, or its grace period
 * is over. Pure.
 */
import type { ChangeMemory, NotifiedChanges } from "../model/memory/changeMemory";
import { DAY_MS, parseIso } from "../lib/time";
import type { CoreSettings } from "../model/settings";
import type { ChangeKey, HeldPoint, MailedPlan } from "../model/memory/waitingPlans";

export type ChangeKind = "settings" | "tags" | "orphan" | "limit";

/** Limit on entries in the timer's payload. The oldest beyond it are forgotten, so they are mailed again. */
const MAX_NOTIFIED = 3_000;
/** Limit on their text, since Scheduler accepts 256 KB of input in all. */
const MAX_NOTIFIED_LENGTH = 100_000;

/** Returns the key that identifies a change. */
export function changeKey(region: string, kind: ChangeKind, of: string): ChangeKey {
  return `${region} ${kind} ${of}`;
}

/** Splits a key into its parts. */
export function kindOf(key: ChangeKey): { region: string; kind: string; of: string } {
  const [region = "", kind = "", of = ""] = key.split(" ");
  return { region, kind, of };
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
export type Known = Pick<NotifiedChanges, "at" | "plan" | "graceDays" | "approved">;

/** Memory of changes and what was mailed about each; `memory` is `undefined` if the timer could not be read. */
export interface Remembered {
  memory: ChangeMemory | undefined;
  known: ReadonlyMap<ChangeKey, Known>;
}

/** Returns what was mailed, by key. */
export function knownOf({ notified }: ChangeMemory): ReadonlyMap<ChangeKey, Known> {
  const known = new Map<ChangeKey, Known>();
  for (const group of notified) for (const of of group.of) known.set(`${group.in} ${of}`, group);
  return known;
}

/** Groups changes of one mail, as the timer's payload carries them. */
export function groupsOf(known: ReadonlyMap<ChangeKey, Known>): NotifiedChanges[] {
  const newest = [...known].sort(([, a], [, b]) => (a.at < b.at ? 1 : -1)).slice(0, MAX_NOTIFIED);
  const groups = new Map<string, NotifiedChanges & { of: string[] }>();
  let length = 0;
  for (const [key, { at, plan, graceDays, approved }] of newest) {
    const { region, kind, of } = kindOf(key);
    const place = `${region} ${kind}`;
    const id = [place, at, plan, graceDays, approved].join();
    const more = { ...(graceDays !== undefined && { graceDays }), ...(approved && { approved }) };
    const found = groups.get(id);
    const group = found ?? { in: place, of: [], at, plan, ...more };
    length += of.length + 3 + (found === undefined ? JSON.stringify(group).length + 1 : 0);
    if (length > MAX_NOTIFIED_LENGTH) break;
    group.of.push(of);
    groups.set(id, group);
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
 * plan.
 */
export function withNotified(
  known: ReadonlyMap<ChangeKey, Known>,
  { hash, keys, fresh }: MailedPlan,
  { at, graceDays }: { at: string; graceDays: number },
): Map<ChangeKey, Known> {
  const all = new Map(known);
  for (const key of keys) {
    const before = fresh.has(key) ? undefined : all.get(key);
    const days = Math.max(graceDays, before?.graceDays ?? 0);
    all.set(key, { ...(before ?? { at }), plan: hash, graceDays: days });
  }
  return all;
}
