/** Plays one life: a seed, months of edits and events, then a calm. The oracle checks every deletion. */
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../../src/vault/lib/time";
import { makeAccount } from "../simulation/account/account";
import { noFaults } from "../simulation/people/faults";
import { type Random, makeRandom } from "../simulation/random";
import type { FunctionSource } from "../simulation/source";
import { type Violation, makeStory } from "../simulation/story";
import { makeTime } from "../simulation/virtualTime";
import { makeChronicle } from "./chronicle";
import { makeCopyRule } from "./copyRule";
import { cadenceOf, named } from "./cadence";
import { drawLifeSettings } from "./draws";
import { EDITS } from "./editEvents";
import { KEYS } from "./keyEvents";
import { DEEDS, EXCLUSIONS, addInstance } from "./fleetEvents";
import { startWaking } from "./lifeClock";
import { setLifeStage } from "./lifeStage";
import { type Living, deploy } from "./living";
import { makeOracle } from "./oracle";
import { answer } from "./person";
import { OTHERS, OUTAGES } from "./regionEvents";

export interface LifeResult {
  seed: number;
  days: number;
  hash: string;
  counts: Record<string, number>;
  violations: Violation[];
  lastEvents: readonly string[];
}

export interface LifeTelling {
  listen?: (line: string) => void;
  bail?: boolean;
  /** Leaves out exclusions and the events of keyEvents.ts, as in the lives that found something before these. */
  onlyRetention?: boolean;
  /** Lets DR regions be unreadable for a while; off with `onlyRetention`. */
  outages?: boolean;
}

const START_MS = Date.parse("2026-01-01T00:00:00Z");
/** Long enough for each grace, each orphan and a few runs of a weekly schedule. */
const CALM_DAYS = 70;
const SECONDS = [40 * SECOND_MS, 50 * SECOND_MS] as const;

export const NATURE = {
  snapshotMs: [...SECONDS] as [number, number],
  copyMs: [...SECONDS] as [number, number],
  latencyMs: [0, 0] as [number, number],
  pageSize: 1_000,
  newestFirst: false,
  readMs: 0,
  consistencyMs: 0,
};

/** Plays one event after the other until the calm starts. */
function startEvents(living: Living, random: Random, { onlyRetention, outages }: LifeTelling): void {
  const { account, calmFromMs } = living;
  const { time, story } = account;
  const pace = random.pick([2, 4, 8, 16]);
  const kinds = [EDITS, EDITS, DEEDS, DEEDS, OTHERS, ...(onlyRetention ? [] : [KEYS, KEYS, EXCLUSIONS])];
  if (outages && !onlyRetention) kinds.push(OUTAGES);
  const next = () => {
    const atMs = time.nowMs() - Math.log(1 - random.next()) * pace * DAY_MS;
    if (atMs >= calmFromMs) return;
    time.at(atMs, () => {
      const what = random.pick(random.pick(kinds))(living);
      if (what !== undefined) {
        story.count("events");
        story.say(`event: ${what}`);
      }
      next();
    });
  };
  next();
}

/** Makes everything work again, with something to back up. */
function beginCalm(living: Living): void {
  const { account } = living;
  account.snsDown = false;
  living.stage.unreadable.clear();
  living.offUntilMs = 0;
  account.story.say("--- the calm begins ---");
  if (account.settings.dryRun) deploy(living, { dryRun: false }, "no dry run any more");
  const { name } = cadenceOf(account.settings.schedule);
  if (name === "hourly" || name === "monthly") deploy(living, { schedule: named("daily").cron }, "a daily schedule");
  addInstance(living);
}

export async function playLife(
  seed: number,
  days: number,
  source: FunctionSource,
  { listen, bail = false, onlyRetention = false, outages = true }: LifeTelling = {},
): Promise<LifeResult> {
  const random = makeRandom(seed);
  const time = makeTime(START_MS);
  const story = makeStory(time, listen);
  const settings = drawLifeSettings(random.fork("settings"));
  const account = makeAccount(settings, noFaults(NATURE), time, story, random);
  account.stormy = false;
  const chronicle = makeChronicle(account);
  const oracle = makeOracle(account, chronicle);
  const stage = setLifeStage(account, source, {
    made: chronicle.made,
    looking: chronicle.looking,
    copying: makeCopyRule(account),
    deleting: oracle.deleting,
    mailed: (subject, body) => {
      story.say(`mail: ${subject}`);
      // In a life only the vault deletes snapshots.
      const alarm = /^.*the vault did not delete.*$/m.exec(body);
      if (alarm !== null) story.violate("no false alarm", alarm[0]);
      const mails = chronicle.mailed(body);
      oracle.mailed(mails);
      for (const { atMs: _at, graceDays: _days, servedMs: _ms, ...mail } of mails)
        story.say(`  announced: ${JSON.stringify(mail)}`);
      answer(living, mails);
    },
    begins: ({ event }) => {
      chronicle.begins(event);
      oracle.begins();
    },
    ends: () => {
      oracle.ends();
      chronicle.ends();
    },
  });
  const calmFromMs = START_MS + Math.max(days / 2, days - CALM_DAYS) * DAY_MS;
  const living: Living = { account, stage, chronicle, random: random.fork("life"), offUntilMs: 0, calmFromMs };
  try {
    story.say(`settings: ${JSON.stringify(settings)}`);
    const count = living.random.int(2, 3);
    for (let index = 0; index < count; index += 1) addInstance(living);
    const isOff = () => time.nowMs() < living.offUntilMs;
    startWaking(account, living.random.pick([[12], [12], [6, 18]]), stage.deliver, isOff);
    startEvents(living, random.fork("events"), { onlyRetention, outages });
    time.at(calmFromMs, () => {
      beginCalm(living);
    });
    const isOver = () => bail && story.violations.length > 0;
    const endMs = START_MS + days * DAY_MS + MINUTE_MS;
    // What became due since the last invocation is no leak.
    time.at(endMs, () => {
      stage.deliver({ kind: "sweep" });
    });
    await stage.pass(endMs + 3 * MINUTE_MS, isOver);
    if (!isOver() && days - days / 2 >= CALM_DAYS) oracle.checkNoLeak();
  } finally {
    stage.leave();
  }
  const { counts, violations } = story;
  return { seed, days, hash: story.hash(), counts, violations, lastEvents: story.lastEvents() };
}
