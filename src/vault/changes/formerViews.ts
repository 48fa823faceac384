/** Makes the former rules of a unit from one view of the past: settings, tags, and whether it is an orphan. Pure. */
import type { ChangeKey } from "../model/memory/waitingPlans";
import { type EndedBy, type SeenUnit, endOfKey } from "./changeEnds";
import { type Era, thinnedBy } from "./eras";
import { type InstanceRules, ofOrphan, ofPolicy } from "../retention/effectiveRules";
import type { FormerSettings } from "../model/memory/changeMemory";
import type { IsNamed } from "./namedUnits";
import { isoSeconds } from "../lib/time";
import type { Tags } from "../model/world";
import type { Former } from "../retention/former";

/** Input that the former rules of all units share. */
export interface Memory extends EndedBy {
  eras: readonly Era[];
  isNamed: IsNamed;
}

/** One view of the past: settings, tags, and whether the instance is treated as an orphan. */
export interface View {
  era: Era;
  tags: Tags;
  isOrphan: boolean;
  of: SeenUnit;
  /** Slot of the newest recovery point with former tags in the region. */
  carrier?: string;
  /** Time of the mail about the edit, if that did not name the unit. */
  mailedAt?: string;
}

/** Returns the rules of a view. */
export function rulesOfView({ era: { settings, former }, tags, isOrphan }: View): InstanceRules {
  const { keepAtLeast } = settings;
  if (former?.was === "unknown") {
    return { keep: {}, drKeep: {}, keepAtLeast, keepAll: "nobody knows the settings of before" };
  }
  const rules = ofPolicy(tags, settings);
  return isOrphan ? ofOrphan(rules, settings) : rules;
}

/**
 * Returns the end of a view that keeps only what existed then. It is one without a policy, because later recovery points
 * always had one, or one of a schedule that was left and came back. What has been made since is for the other views. So is
 * what was made after the mail about an edit that did not name the unit.
 */
function endOf(view: View): Pick<Former, "before"> {
  const { former, backAt } = view.era;
  const isNone = former !== undefined && former.was !== "unknown" && rulesOfView(view).keepAll !== undefined;
  const [end] = [backAt ?? (isNone ? former.until : undefined), view.mailedAt].filter((at) => at !== undefined).sort();
  return end === undefined ? {} : { before: end };
}

/** Returns the rules of a view with the changes that ended it. */
export function formerOf(view: View, memory: Memory, keys: ChangeKey[]): Former {
  const { era } = view;
  const ends = keys.map((key) => endOfKey(key, view.of, memory));
  const over = ends.filter(({ isOver }) => isOver);
  return {
    rules: rulesOfView(view),
    calendar: era.calendar,
    keys,
    over: thinnedBy(era),
    carrier: view.carrier,
    isThinned: era.ended !== undefined,
    ...endOf(view),
    startedBy: joinedAt(era.former),
    fresh: ends.filter(({ overMs }) => overMs === undefined).map(({ key }) => key),
    endMs: ends.reduce((ms, one) => Math.min(ms, one.endMs), Infinity),
    ...(over.length > 0 && {
      overFrom: isoSeconds(over.reduce((ms, { overMs = Infinity }) => Math.min(ms, overMs), Infinity)),
      graceEndMs: over.reduce((ms, one) => Math.max(ms, one.graceEndMs), -Infinity),
    }),
  };
}

/**
 * Returns today's rules without what another schedule made, if the stack has the schedule of before again. Otherwise a
 * schedule that was denser by mistake would displace what it should not, although somebody took it back.
 */
export function restored(era: Era, rules: InstanceRules): Former {
  const none = { keys: [], fresh: [], endMs: Infinity };
  return { ...none, rules, calendar: era.calendar, over: thinnedBy(era), isThinned: true, before: era.backAt };
}

/** Returns when a region joined the stack, of which nobody knows how it was pruned before. It was not, so all it had stays. */
export function joinedAt(former: FormerSettings | undefined): string | undefined {
  return former?.region !== undefined && former.was === "unknown" ? former.until : undefined;
}
