/** Plays added and removed regions, refused mails, manual runs, and weeks without a run. */
import { DAY_MS } from "../../src/vault/lib/time";
import { REGIONS, keyedRegion } from "./draws";
import { shorten } from "./editEvents";
import { addInstance } from "./fleetEvents";
import { type LifeEvent, type Living, deploy, later } from "./living";

const addRegion: LifeEvent = (living) => {
  const { primaryRegion, dr } = living.account.settings;
  const free = REGIONS.filter((one) => one !== primaryRegion && !dr.some(({ region }) => region === one));
  if (free.length === 0) return undefined;
  return deploy(living, { dr: [...dr, keyedRegion(living.random.pick(free))] }, "a region more");
};

const removeRegion: LifeEvent = (living) => {
  const { account, random } = living;
  const { dr } = account.settings;
  if (dr.length < 2) return undefined;
  const gone = random.pick(dr);
  if (random.chance(0.7)) {
    later(living, random.skewed(0.5, 50), () => {
      const now = account.settings;
      const isUsed = [now.primaryRegion, ...now.dr.map(({ region }) => region)].includes(gone.region);
      if (!isUsed) deploy(living, { dr: [...now.dr, gone] }, "the region again");
    });
  }
  return deploy(living, { dr: dr.filter((one) => one !== gone) }, "a region less");
};

/** Edits retention and the regions at once. */
const both: LifeEvent = (living) => {
  const region = living.random.pick([addRegion, removeRegion])(living);
  return region === undefined ? undefined : shorten(living);
};

function trade(living: Living): string {
  const { primaryRegion, dr } = living.account.settings;
  const [first, ...others] = dr;
  if (first === undefined) return "nothing";
  const change = {
    primaryRegion: first.region,
    dr: [keyedRegion(primaryRegion), ...others],
    ...(living.account.settings.primaryKeyArn && { primaryKeyArn: keyedRegion(first.region).keyArn }),
  };
  return deploy(living, change, "primary and DR swapped");
}

/** Plays a failover: instances are restored in the other region, and mostly moved back after a while. */
const swap: LifeEvent = (living) => {
  const { account, random } = living;
  const count = account.instances.size;
  const what = trade(living);
  for (let index = account.instances.size; index < Math.min(2, count); index += 1) addInstance(living);
  if (random.chance(0.6)) later(living, random.skewed(2, 60), () => trade(living));
  return what;
};

const silence: LifeEvent = (living) => {
  const { account, random } = living;
  account.snsDown = true;
  account.time.after(random.skewed(0.5, 12) * DAY_MS, () => {
    account.snsDown = false;
    account.story.say("SNS is up again");
  });
  return "SNS is down";
};

const byHand: LifeEvent = ({ stage }) => {
  stage.deliver({ kind: "run" });
  return "runs it by hand";
};

const stop: LifeEvent = (living) => {
  const { account, random } = living;
  living.offUntilMs = account.time.nowMs() + random.skewed(2, 40) * DAY_MS;
  return "switches the schedules off";
};

/** Lets a DR region's snapshots be unreadable for hours or days, as by a policy of the organization. */
const denyReads: LifeEvent = ({ account, stage, random }) => {
  const { region } = random.pick(account.settings.dr);
  stage.unreadable.add(region);
  account.time.after(random.skewed(0.05, 10) * DAY_MS, () => {
    stage.unreadable.delete(region);
    account.story.say(`${region} can be read again`);
  });
  return `${region} cannot be read`;
};

export const OUTAGES: readonly LifeEvent[] = [denyReads];

export const OTHERS: readonly LifeEvent[] = [
  addRegion,
  removeRegion,
  removeRegion,
  both,
  both,
  swap,
  silence,
  silence,
  byHand,
  byHand,
  byHand,
  stop,
];
