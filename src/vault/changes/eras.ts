/**
 * Lists the settings under which recovery points were kept: the current and the former ones, each with the schedule whose
 * recovery points it counts. Pure.
 */
import { type Calendar, makeCalendar } from "../retention/calendar";
import { endOfSchedule, isThinned } from "./changeMemory";
import { type OverMs, returnsInTime } from "./resumed";
import type { ChangeMemory, FormerSettings } from "../model/memory/changeMemory";
import type { RecoverySet } from "../retention/recoverySets";
import { type Timetable, asBefore, timetableOf } from "./asBefore";
import type { CoreSettings } from "../model/settings";

/** Settings, current or former. */
export interface Era {
  settings: CoreSettings;
  calendar: Calendar;
  former?: FormerSettings;
  /** Their schedule, and the ISO instant at which it ended, if a different one was used after them. */
  ended?: { timetable: Timetable; at: string };
  /** Set if it ended before them, because it was left: the ISO instant at which it was back. */
  backAt?: string;
}

/** Returns a function that selects the recovery points which the schedule of settings would have made. */
export function thinnedBy({ ended }: Era): (sets: readonly RecoverySet[]) => readonly RecoverySet[] {
  return (sets) => (ended === undefined ? sets : asBefore(sets, ended.timetable, ended.at));
}

/** Returns settings once more for each time that their schedule was left and came back, without what others made since. */
function resumed(era: Era, earlier: readonly FormerSettings[], overMs: OverMs): Era[] {
  return returnsInTime(era.settings, earlier, overMs).map(({ until: at, backAt }) => ({
    ...era,
    backAt,
    ended: { timetable: timetableOf(era.settings), at },
  }));
}

/** Returns current and former settings, as far as they hold anything in a region. */
export function erasOf({ former: all }: ChangeMemory, settings: CoreSettings, overMs: OverMs): Era[] {
  const calendars = new Map<string, Calendar>();
  const calendarOf = (timezone: string): Calendar => {
    const calendar = calendars.get(timezone) ?? makeCalendar(timezone);
    calendars.set(timezone, calendar);
    return calendar;
  };
  const now: Era = { settings, calendar: calendarOf(settings.timezone) };
  const eras = [now, ...resumed(now, all, overMs)];
  for (const [index, former] of all.entries()) {
    const isKnown = former.was !== "unknown";
    const before = { ...settings, ...(former.was === "unknown" ? {} : former.was) };
    const later = all.slice(index + 1);
    const isOther = isKnown && isThinned(before, later, settings);
    const era: Era = { settings: before, calendar: calendarOf(before.timezone), former };
    eras.push({
      ...era,
      ...(isOther && { ended: { timetable: timetableOf(before), at: endOfSchedule(before, former.until, later) } }),
    });
    if (isKnown) eras.push(...resumed(era, all.slice(0, index), overMs));
  }
  return eras;
}
