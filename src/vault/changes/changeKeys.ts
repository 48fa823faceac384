/**
 * What a person knows of each change, and what follows from that: a change that was allowed, or whose grace is over, holds
 * nothing any more. Pure.
 */
import type { ChangeMemory, NotifiedChanges } from "../model/changeMemory";
import { DAY_MS, parseIso } from "../lib/time";
import type { CoreSettings } from "../model/settings";
import type { ChangeKey, MailedPlan } from "../model/waitingPlans";

export type ChangeKind = "settings" | "tags" | "orphan" | "limit";

/** Entries that the clock carries; the oldest beyond are forgotten, and so mailed again. */
const MAX_NOTIFIED = 3_000;

/** Returns what a change is told apart by. */
export function changeKey(region: string, kind: ChangeKind, of: string): ChangeKey {
  return `${region} ${kind} ${of}`;
}

/** Returns the kind and what of it. */
export function kindOf(key: ChangeKey): { region: string; kind: string; of: string } {
  const [region = "", kind = "", of = ""] = key.split(" ");
  return { region, kind, of };
}

/** Decides whether anything waits for a change of a kind. */
export function isOf({ keys }: { keys: Iterable<ChangeKey> }, kind: ChangeKind): boolean {
  return [...keys].some((key) => kindOf(key).kind === kind);
}

/** What is known of a change. */
export type Known = Pick<NotifiedChanges, "at" | "plan" | "approved">;

/** What the timer carries of changes, and what is known of each; no memory where it could not be read. */
export interface Remembered {
  memory: ChangeMemory | undefined;
  known: ReadonlyMap<ChangeKey, Known>;
}

/** Finds by key what was mailed. */
export function knownOf({ notified }: ChangeMemory): ReadonlyMap<ChangeKey, Known> {
  const known = new Map<ChangeKey, Known>();
  for (const group of notified) for (const of of group.of) known.set(`${group.in} ${of}`, group);
  return known;
}

/** Writes what is known as the clock carries it: changes of one mail together. */
export function groupsOf(known: ReadonlyMap<ChangeKey, Known>): NotifiedChanges[] {
  const newest = [...known].sort(([, a], [, b]) => (a.at < b.at ? 1 : -1)).slice(0, MAX_NOTIFIED);
  const groups = new Map<string, NotifiedChanges & { of: string[] }>();
  for (const [key, { at, plan, approved }] of newest) {
    const { region, kind, of } = kindOf(key);
    const place = `${region} ${kind}`;
    const id = [place, at, plan, approved].join();
    const group = groups.get(id) ?? { in: place, of: [], at, plan, ...(approved && { approved }) };
    group.of.push(of);
    groups.set(id, group);
  }
  return [...groups.values()];
}

/** Takes over what a person allowed: all changes of the plan with that hash. */
export function withApproved(memory: ChangeMemory, { approvedDeletePlan }: CoreSettings): ChangeMemory {
  const approve = (group: NotifiedChanges): NotifiedChanges =>
    approvedDeletePlan.includes(group.plan) ? { ...group, approved: true } : group;
  return { ...memory, notified: memory.notified.map(approve) };
}

/**
 * Returns when a change holds nothing any more, in epoch milliseconds; `undefined` before a mail named it.
 * @param since the instant that a mail about it must be younger than: an older one was about the same before it came again
 */
export function overFromMs(
  known: Known | undefined,
  since: string,
  { editGraceDays }: Pick<CoreSettings, "editGraceDays">,
): number | undefined {
  const atMs = parseIso(known?.at ?? "");
  if (known === undefined || atMs === undefined || since > known.at) return undefined;
  return known.approved ? atMs : atMs + editGraceDays * DAY_MS;
}

/** Adds what a mail was accepted for at an instant. What was mailed before keeps its time, and has the new plan. */
export function withNotified(
  known: ReadonlyMap<ChangeKey, Known>,
  { hash, keys, fresh }: MailedPlan,
  at: string,
): Map<ChangeKey, Known> {
  const all = new Map(known);
  for (const key of keys) {
    const before = fresh.has(key) ? undefined : all.get(key);
    all.set(key, { ...(before ?? { at }), plan: hash });
  }
  return all;
}
