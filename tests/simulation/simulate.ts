/**
 * Plays one run: a seed, some sixty days of virtual time, storms with quiet days after each. The seed decides
 * everything; nothing waits for a real timer.
 */
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { makeAccount } from "./account/account";
import { forgetGone } from "./account/forget";
import { checkManifests } from "./rules/auditRules";
import { startDryRun, startEdits } from "./people/edits";
import { drawFaults } from "./people/faults";
import { firstFleet, newInstance, protectedVolumes } from "./account/fleet";
import { startLaunches } from "./people/launches";
import { endOutages, startOutages } from "./people/outages";
import { startPeople } from "./people/people";
import { startTamperer } from "./people/tamperer";
import { makeRandom } from "./random";
import { drawSettings } from "./settings";
import { checkNewestSlot, checkSettled, checkVolumes } from "./rules/settled";
import type { FunctionSource } from "./source";
import { type Stage, setStage } from "./stage";
import { type Violation, makeStory } from "./story";
import { checkNotified, checkUnbothered } from "./rules/notificationRules";
import { makeTime } from "./virtualTime";

export interface SimulationResult {
  seed: number;
  days: number;
  /** Kinds of fault that the seed switched on. */
  kinds: string[];
  /** Hash of all events; the same for the same seed and code. */
  hash: string;
  /** Hash of the calls alone (story.ts). */
  callsHash: string;
  counts: Record<string, number>;
  violations: Violation[];
  /** Events before the first violation. */
  lastEvents: readonly string[];
}

const START_MS = Date.parse("2026-03-01T00:00:00Z");
const CYCLE_DAYS = 20;
const QUIET_DAYS = 4;
const SLOT_MS = 3 * HOUR_MS;
/**
 * Time after the end of a storm, at midnight: the night's run, the longest pause after three failures, the longest
 * copy, and two sweeps.
 */
const CALM_MS = SLOT_MS + 6 * HOUR_MS;

/** Plays storms and quiet: faults stop, what is broken is fixed, and there is something to protect. */
function planWeather({ account, tellings }: Stage, days: number): void {
  const { time, story } = account;
  const cycles = Math.max(1, Math.floor(days / CYCLE_DAYS));
  const cycleDays = Math.floor(days / cycles);
  const quietDays = Math.min(QUIET_DAYS, Math.floor(days / 2));
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    time.at(START_MS + (cycle * cycleDays - quietDays) * DAY_MS, () => {
      account.stormy = false;
      account.stormEndedMs = time.nowMs();
      endOutages(account);
      if (protectedVolumes(account).length === 0) newInstance(account, true);
      story.say("--- the storm is over ---");
    });
    time.at(START_MS + (cycle * cycleDays - quietDays) * DAY_MS + CALM_MS, () => {
      checkVolumes(account, tellings);
    });
    time.at(START_MS + cycle * cycleDays * DAY_MS, () => {
      account.stormy = true;
      story.say("--- a storm begins ---");
    });
  }
}

/** Checks half an hour before each run what must hold by now. The newest slot is a day old then. */
function checkDay({ account, lambda, scheduler, tellings }: Stage, dayMs: number): void {
  forgetGone(account);
  const slotMs = dayMs - DAY_MS + SLOT_MS;
  if (slotMs < START_MS) return;
  checkManifests(account);
  checkNotified(account, tellings, slotMs);
  if (account.stormy) return;
  const quietMs = account.time.nowMs() - account.stormEndedMs;
  if (quietMs > DAY_MS) checkNewestSlot(account, slotMs);
  if (quietMs > 2 * DAY_MS) checkSettled(account, scheduler, lambda, tellings);
}

function planChecks(stage: Stage, days: number): void {
  for (let day = 1; day <= days; day += 1) {
    const dayMs = START_MS + day * DAY_MS;
    stage.account.time.at(dayMs + SLOT_MS - HOUR_MS / 2, () => {
      checkDay(stage, dayMs);
    });
  }
}

export interface Telling {
  /** Gets every event as a line, for a replay. */
  listen?: (line: string) => void;
  /** Ends the run at the first rule that is broken. */
  bail?: boolean;
}

export async function simulate(
  seed: number,
  days: number,
  source: FunctionSource,
  { listen, bail = false }: Telling = {},
): Promise<SimulationResult> {
  const random = makeRandom(seed);
  const time = makeTime(START_MS);
  const story = makeStory(time, listen);
  const faults = drawFaults(random.fork("faults"));
  const settings = drawSettings(random.fork("settings"));
  const account = makeAccount(settings, faults, time, story, random);
  const stage = setStage(account, source);
  try {
    story.say(`faults: ${faults.kinds.join(", ") || "none"}; ${JSON.stringify(settings)}`);
    firstFleet(account);
    startPeople(account);
    startLaunches(account, START_MS + SLOT_MS);
    startTamperer(account, random.fork("tamperer"), (event) => {
      stage.lambda.deliver(event);
    });
    startOutages(account);
    startEdits(account);
    startDryRun(account, START_MS);
    planWeather(stage, days);
    planChecks(stage, days);
    const isOver = () => bail && story.violations.length > 0;
    await stage.pass(START_MS + days * DAY_MS + SLOT_MS, isOver);
    if (!isOver()) checkUnbothered(account, stage.tellings);
  } finally {
    stage.leave();
  }
  const { counts, violations } = story;
  return {
    seed,
    days,
    kinds: faults.kinds,
    hash: story.hash(),
    callsHash: story.callsHash(),
    counts,
    violations,
    lastEvents: story.lastEvents(),
  };
}
