/**
 * Finds what a new change will make due: by the end of its grace, and of instances that lose nothing by then, later. A
 * mail about an edit counts for all instances of a region, so it has to name each that loses anything because of it. Pure.
 */
import type { ChangeKey, HeldPoint } from "../model/memory/waitingPlans";
import { type RuledUnits, formerRules } from "./formerRules";
import { dueLater, firesUntil } from "./dueLater";
import { type LaterRules, type PlannedRegion, farther } from "./farther";
import type { ChangeMemory, NotifiedChanges } from "../model/memory/changeMemory";
import { type Known, isOf, knownOf, overFromMs } from "./changeKeys";
import type { ReadAt } from "../retention/verdict";
import type { Ruled } from "../retention/effectiveRules";
import { DAY_MS, parseIso } from "../lib/time";
import type { CoreSettings } from "../model/settings";

/** Input for reading the rules as of a later time. */
interface Foreseeing extends ReadAt {
  memory: ChangeMemory;
  ruled: RuledUnits & Pick<Ruled, "shared">;
  settings: CoreSettings;
  slot: string | undefined;
}

/** Returns the memory of changes as if those that still hold anything did so for good. */
function holding(memory: ChangeMemory, settings: CoreSettings, nowMs: number): ChangeMemory {
  const isOver = (one: NotifiedChanges) => (overFromMs(one, "", settings) ?? Infinity) <= nowMs;
  return { ...memory, notified: memory.notified.map((one) => (isOver(one) ? one : { ...one, graceDays: Infinity })) };
}

/** Returns a function that returns the rules as of a later time, with a mail sent now, and remembers them. */
function rulesBy({ memory, ruled, settings, slot, nowMs, calendar }: Foreseeing): (atMs: number) => LaterRules {
  const all = new Map<number, LaterRules>();
  return (atMs) => {
    const known = all.get(atMs);
    if (known !== undefined) return known;
    const formersOf = formerRules(memory, ruled, { settings, slot, nowMs: atMs, mailMs: nowMs });
    const rules = { ...ruled, calendar, nowMs: atMs, formersOf };
    all.set(atMs, rules);
    return rules;
  };
}

/** Returns a point that is due later with the date of the first mail that has named one of its changes. */
function asMailed(one: HeldPoint, known: ReadonlyMap<ChangeKey, Known>, settings: CoreSettings): HeldPoint {
  const mailed = [...one.keys].filter((key) => !one.fresh.has(key));
  const ends = mailed.map((key) => overFromMs(known.get(key), "", settings) ?? Infinity);
  return ends.length === 0 ? one : { ...one, endMs: Math.min(one.endMs, ...ends) };
}

/** Returns the time of the slot whose recovery points this invocation is to make, in milliseconds since 1970, if it is to. */
function dueNowMs(planned: readonly PlannedRegion[], slot: string | undefined): number[] {
  const isMade = planned.some(({ pruned }) => pruned.points.some(({ identity }) => identity.slot >= (slot ?? "")));
  const dueMs = parseIso(slot ?? "");
  return dueMs === undefined || isMade ? [] : [dueMs];
}

/**
 * Returns what changes make due later in each region that gets a mail, because of a new one: also what an earlier mail has
 * named. Whoever approves the plan of this one approves all of its changes.
 */
export function foreseen(
  held: readonly HeldPoint[],
  planned: readonly PlannedRegion[],
  { memory, ...read }: Foreseeing,
): readonly HeldPoint[] {
  const waiting = held.filter((one) => !isOf(one, "limit"));
  if (!waiting.some(isFresh)) return [];
  const { settings, nowMs } = read;
  const rulesAt = rulesBy({ ...read, memory: holding(memory, settings, nowMs) });
  const rules = rulesAt(nowMs + settings.editGraceDays * DAY_MS);
  const dueMs = dueNowMs(planned, read.slot);
  const firesOf = (lastMs: number, most: number) => [
    ...dueMs,
    ...firesUntil(settings, lastMs, { nowMs, endMs: rules.nowMs }, most),
  ];
  const soon = planned.flatMap(({ pruned, side }) => dueLater(pruned, side, rules, firesOf));
  const named = new Set([...waiting, ...soon].map(({ region, instanceId }) => `${region} ${instanceId}`));
  const known = knownOf(memory);
  const far = farther(planned, named, { former: memory.former, settings, nowMs, rulesAt, dueMs });
  const later = [...soon, ...far].map((one) => asMailed(one, known, settings));
  const regions = new Set([...waiting, ...later].filter(isFresh).map(({ region }) => region));
  return later.filter(({ region }) => regions.has(region));
}

function isFresh({ fresh }: HeldPoint): boolean {
  return fresh.size > 0;
}
