/**
 * Sets the clock for one invocation, and says ahead what it deletes: an invocation that is killed can't say so afterwards, and
 * the next one would take that for somebody else's deletion. Two invocations at once write over each other: whichever finds
 * that forgets which recovery points it expects, since it can't know what the other has deleted (docs/adr/0020).
 */
import { readClock } from "./timer";
import { type FoundClock, type SetClock, setFollowUp } from "./clock";
import type { ClockState } from "../model/clockState";
import { nextPoints } from "../missing/expectedPoints";
import type { PointMemory, PointsLook } from "../model/pointMemory";
import { forgotten } from "../missing/pointMemory";
import type { Invocation } from "../aws/tools";

export interface ClockWriter {
  set: SetClock;
  /**
   * Takes off the clock what a plan deletes, before the first of it is deleted.
   * @returns whether anything may be deleted
   */
  sayAhead: (look: PointsLook | undefined) => Promise<boolean>;
}

export function clockWriter(
  { settings, tools, functionArn, takeoverMs }: Invocation,
  { state: found, isRead }: FoundClock,
): ClockWriter {
  const said = (points: PointMemory | undefined) => JSON.stringify(points);
  let carried: ClockState = found ?? { notified: {} };
  let last = said(found?.points);
  let isAlone = true;
  const pointsOf = async (points: PointMemory) => {
    const read = await readClock(tools.clients.scheduler, settings, tools.now());
    isAlone &&= "state" in read && said(read.state.points) === last;
    return isAlone ? points : forgotten(tools.now());
  };
  const set: SetClock = async (atMs, state) => {
    const { points } = state;
    // What was not read is not known to be this invocation's: it goes along as it is.
    const known = points === undefined || !isRead ? points : await pointsOf(points);
    const written = { ...state, ...(known !== undefined && { points: known }) };
    const done = await setFollowUp({ settings, tools, functionArn }, atMs, written);
    if (done.isSet) {
      carried = written;
      last = said(known);
    }
    return done;
  };
  const sayAhead = async (look: PointsLook | undefined) => {
    if (look === undefined || carried.points === undefined) return true;
    const points = nextPoints(look, { isDeleting: true, isNotified: false });
    return (await set(takeoverMs, { ...carried, points })).isSet;
  };
  return { set, sayAhead };
}
