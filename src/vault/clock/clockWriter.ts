/**
 * Sets the timer for one invocation, and announces there what it deletes. An invocation that is killed cannot do so
 * afterwards, and the next one would take that for somebody else's deletion. Two invocations at once overwrite each
 * other. Whichever notices that forgets which recovery points it expects, because it cannot know what the other has
 * deleted (docs/adr/0020).
 */
import { readClock } from "./timer";
import { type FoundClock, type SetClock, setFollowUp } from "./clock";
import { withoutAim } from "./awaited";
import type { ClockState } from "../model/clockState";
import { nextPoints } from "../missing/expectedPoints";
import type { PointMemory, PointsLook } from "../model/pointMemory";
import { forgotten } from "../missing/pointMemory";
import type { Invocation } from "../aws/tools";

export interface ClockWriter {
  set: SetClock;
  /**
   * Takes off the timer what a plan deletes, before the first deletion.
   * @returns true if anything can be deleted
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
    // A payload that was not read may be another invocation's, so it is written back as it is.
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
    // If this invocation is killed, the next one looks at everything.
    return (await set(takeoverMs, { ...withoutAim(carried), points })).isSet;
  };
  return { set, sayAhead };
}
