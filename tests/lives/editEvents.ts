/** Plays edits of the stack: retention, policies, schedule, bounds, orphans and the limits. */
import type { KeepPolicy, VaultSettings } from "../../src/vault/model/settings";
import { CADENCES, cadenceOf, named } from "./cadence";
import { TAG_VALUES, drawBounds, drawOrphans, drawPolicies, drawPolicy, scaledPolicy } from "./draws";
import { type LifeEvent, type Living, deploy, later } from "./living";

type Policies = VaultSettings["policies"];

function mapped(policies: Policies, map: (policy: KeepPolicy) => KeepPolicy): Policies {
  return Object.fromEntries(Object.entries(policies).map(([name, one]) => [name, map(one)]));
}

/** Changes some policies or all, in one region's rules or both. */
function resized({ account, random }: Living, by: number): Policies {
  const { policies } = account.settings;
  const only = random.chance(0.5) ? random.pick(Object.keys(policies)) : undefined;
  const side = random.pick(["keep", "drKeep", "both", "both"] as const);
  return Object.fromEntries(
    Object.entries(policies).map(([name, policy]) => {
      const scaled = scaledPolicy(policy, by);
      if (only !== undefined && only !== name) return [name, policy];
      return [name, side === "both" ? scaled : { ...policy, [side]: scaled[side] }];
    }),
  );
}

export const shorten: LifeEvent = (living) =>
  deploy(living, { policies: resized(living, living.random.pick([0.1, 0.3, 0.5, 0.8])) }, "shorter");

const lengthen: LifeEvent = (living) =>
  deploy(living, { policies: resized(living, living.random.pick([1.3, 2, 4])) }, "longer");

const redraw: LifeEvent = (living) => deploy(living, { policies: drawPolicies(living.random) }, "other policies");

function isHourly(schedule: string): boolean {
  return cadenceOf(schedule).name === "hourly";
}

/** Restores the settings of one or two edits ago, but not an hourly schedule: mail by mail it would last for months. */
export const takeBack: LifeEvent = (living) => {
  const { account, chronicle, random } = living;
  const era = chronicle.eras.at(random.pick([-2, -2, -3]));
  if (era === undefined) return undefined;
  const { policies, keepAtLeast, overrideMin, overrideMax, orphans, orphanDays } = era.settings;
  const { schedule, timezone } = isHourly(era.settings.schedule) ? account.settings : era.settings;
  return deploy(
    living,
    { policies, keepAtLeast, overrideMin, overrideMax, orphans, orphanDays, schedule, timezone },
    "what was before",
  );
};

/** Changes a little each day, as careful people do. */
const inSteps: LifeEvent = (living) => {
  const { random, account } = living;
  const steps = random.pick([3, 4, 5, 12]);
  for (let step = 1; step < steps; step += 1) {
    later(living, step * random.pick([0.5, 1, 1]), () => {
      const { policies } = account.settings;
      deploy(living, { policies: mapped(policies, (one) => scaledPolicy(one, 0.8)) }, "a little less again");
    });
  }
  return shorten(living);
};

/** Removes a block and mostly restores it: as it was or different. */
const losePolicy: LifeEvent = (living) => {
  const { account, random } = living;
  const { policies } = account.settings;
  const name = random.pick(Object.keys(policies));
  const { [name]: lost, ...others } = policies;
  if (Object.keys(others).length === 0 || lost === undefined) return undefined;
  if (random.chance(0.8)) {
    later(living, random.skewed(0.1, 20), () => {
      const now = account.settings.policies;
      if (Object.hasOwn(now, name)) return;
      const back = random.pick([lost, scaledPolicy(lost, 0.3), drawPolicy(random)]);
      deploy(living, { policies: { ...now, [name]: back } }, "a policy that was lost");
    });
  }
  return deploy(living, { policies: others }, `without the policy ${name}`);
};

/** Renames a policy, and mostly gives its instances the new value some days later. */
const renamePolicy: LifeEvent = (living) => {
  const { account, random } = living;
  const { policies, tagKey } = account.settings;
  const old = random.pick(Object.keys(policies));
  const name = [...TAG_VALUES, "silver"].find((one) => !Object.hasOwn(policies, one));
  const policy = policies[old];
  if (name === undefined || policy === undefined) return undefined;
  const { [old]: _old, ...others } = policies;
  if (random.chance(0.8)) {
    later(living, random.skewed(0.05, 5), () => {
      for (const instance of account.instances.values()) {
        if (instance.tags[tagKey] === old) instance.tags = { ...instance.tags, [tagKey]: name };
      }
      account.story.say(`the instances of ${old} are tagged ${name}`);
    });
  }
  const renamed = random.pick([policy, scaledPolicy(policy, 0.4)]);
  return deploy(living, { policies: { ...others, [name]: renamed } }, `${old} as ${name}`);
};

const reschedule: LifeEvent = (living) => {
  const { account, random } = living;
  const before = account.settings.schedule;
  const cadence = random.pick(CADENCES.filter(({ cron }) => cron !== before));
  // A year of hours is more than a life has time for.
  const days = isHourly(cadence.cron) ? 3 : 30;
  if (isHourly(cadence.cron) || random.chance(0.5)) {
    later(living, random.skewed(1, days), () => {
      const isStill = account.settings.schedule === cadence.cron;
      const back = isHourly(before) ? named("daily").cron : before;
      if (isStill) deploy(living, { schedule: back }, "the schedule of before");
    });
  }
  return deploy(living, { schedule: cadence.cron }, `a schedule that is ${cadence.name}`);
};

const others: LifeEvent = (living) => {
  const { random } = living;
  const change = random.pick([
    drawBounds(random),
    { keepAtLeast: random.pick([1, 1, 2, 3]) },
    { editGraceDays: random.pick([1, 3, 7, 14]) },
    { maxDeletePercent: random.pick([30, 50, 50, 80]) },
  ]);
  return deploy(living, change, "another setting");
};

const treatOrphans: LifeEvent = (living) => deploy(living, drawOrphans(living.random), "other orphans");

/** Makes one half of an edit and then the other, without a mail in between. */
const twice: LifeEvent = (living) => {
  others(living);
  return shorten(living);
};

export const EDITS: readonly LifeEvent[] = [
  shorten,
  shorten,
  lengthen,
  lengthen,
  redraw,
  takeBack,
  inSteps,
  losePolicy,
  renamePolicy,
  reschedule,
  reschedule,
  others,
  treatOrphans,
  treatOrphans,
  twice,
];
