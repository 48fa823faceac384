/**
 * Finds schedules that were left for another one and came back before the mail about that was served. What the other one
 * made then displaces nothing, as the mail promised: undo the change, and nothing is deleted. Pure.
 */
import { type Scheduled, isSameSchedule } from "./changeMemory";
import type { FormerSettings } from "../model/memory/changeMemory";
import { HOUR_MS, parseIso } from "../lib/time";

/** One time that a schedule was left and came back. */
interface Return {
  /** Index of the former settings that it was left with. */
  index: number;
  /** End of these settings, as an ISO instant. It identifies the change. */
  until: string;
  /** Time at which it was back, as an ISO instant. */
  backAt: string;
}

/** A sweep comes every hour. Only the first one after somebody put a schedule back can see that. */
const SEEN_AFTER_MS = HOUR_MS;

/** Returns when a change holds nothing any more, in milliseconds since 1970, by the end of the settings that it replaced. */
export type OverMs = (until: string) => number | undefined;

/**
 * Returns each time that a schedule was left and came back.
 * @param earlier former settings before those that have the schedule again, the oldest first
 */
function returnsOf(again: Scheduled, earlier: readonly FormerSettings[]): Return[] {
  const known = earlier.flatMap(({ was, until }, index) =>
    was === "unknown" ? [] : [{ index, until, isMine: isSameSchedule(was, again) }],
  );
  return known.flatMap(({ index, until, isMine }, at): Return[] => {
    const later = known.slice(at + 1);
    if (!isMine || later[0] === undefined || later[0].isMine) return [];
    const back = later.findIndex((one) => one.isMine);
    const last = later.at(back < 0 ? -1 : back - 1);
    if (last === undefined) return [];
    return [{ index, until, backAt: last.until }];
  });
}

/**
 * Returns each time that a schedule was left and came back before the mail about that was served. Once it has come back
 * later than that, what was made in between counts, also in what it was away for before.
 * @param earlier former settings before those that have the schedule again, the oldest first
 */
export function returnsInTime(again: Scheduled, earlier: readonly FormerSettings[], overMs: OverMs): Return[] {
  const isLate = ({ until, backAt }: Return) =>
    (overMs(until) ?? Infinity) + SEEN_AFTER_MS <= (parseIso(backAt) ?? Infinity);
  const all = returnsOf(again, earlier);
  return all.slice(all.findLastIndex(isLate) + 1);
}

/**
 * Returns a function that decides by index which former settings are needed because their schedule came back, because they
 * are those in between, or because they say when a schedule was left after that. That is so until nothing is left of what was
 * made in between.
 * @param isLeft decides whether any of that is left
 */
export function resumedIn(
  former: readonly FormerSettings[],
  now: Scheduled,
  overMs: OverMs,
  isLeft: (away: Pick<Return, "until" | "backAt">) => boolean,
): (index: number) => boolean {
  const uses = [...former.map(({ was }) => was), now];
  const found = uses.flatMap((was, index) =>
    was === "unknown" ? [] : returnsInTime(was, former.slice(0, index), overMs),
  );
  const left = found.filter(isLeft);
  const untilOf = (index: number) => former[index]?.until ?? "~";
  // Without the last settings of each schedule, a later return would seem to have been away for longer, and so too late.
  const isLast = (index: number) => {
    const [was, next] = [uses[index], uses.slice(index + 1).find((one) => one !== "unknown")];
    return was !== "unknown" && was !== undefined && next !== undefined && !isSameSchedule(was, next);
  };
  return (index) => left.some((one) => one.index <= index && (untilOf(index) <= one.backAt || isLast(index)));
}
