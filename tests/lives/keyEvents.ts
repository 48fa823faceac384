/** Plays edits of what else decides what is there, such as keys and locks, a lost timer, and several edits at once. */
import { TIMEZONES, cadenceOf } from "./cadence";
import { keyedRegion } from "./draws";
import { EDITS } from "./editEvents";
import { type LifeEvent, deploy, later } from "./living";
import { OTHERS } from "./regionEvents";

/** Turns encrypted replacements on or off, or gives them another key. */
const encrypt: LifeEvent = (living) => {
  const { account, random } = living;
  const { primaryKeyArn, primaryRegion } = account.settings;
  const { keyArn } = keyedRegion(primaryRegion);
  const next = random.pick(
    [keyArn, keyArn, `${keyArn}-own`, undefined, undefined].filter((one) => one !== primaryKeyArn),
  );
  return deploy(living, { primaryKeyArn: next }, `replacements under ${next ?? "nothing"}`);
};

/** Gives a DR region another key, as if its own had been deleted. */
const rekey: LifeEvent = (living) => {
  const { account, random } = living;
  const { dr } = account.settings;
  const one = random.pick(dr);
  const others = ["", "-2", "-3"]
    .map((end) => `${keyedRegion(one.region).keyArn}${end}`)
    .filter((arn) => arn !== one.keyArn);
  const keyArn = random.pick(others);
  return deploy(
    living,
    { dr: dr.map((other) => (other === one ? { ...one, keyArn } : other)) },
    `another key in ${one.region}`,
  );
};

/** Moves the backup to another tag key, and tags the instances before, after or never. */
const moveTagKey: LifeEvent = (living) => {
  const { account, random } = living;
  const { tagKey } = account.settings;
  const next = tagKey === "Backup" ? "Protect" : "Backup";
  const retag = () => {
    for (const instance of account.instances.values()) {
      const value = instance.tags[tagKey];
      if (value !== undefined) instance.tags = { ...instance.tags, [next]: value };
    }
    account.story.say(`the instances are tagged with ${next}`);
  };
  const lot = random.next();
  if (lot < 0.5) retag();
  else if (lot < 0.9) later(living, random.skewed(0.05, 20), retag);
  if (random.chance(0.4))
    later(living, random.skewed(0.5, 30), () => deploy(living, { tagKey }, "the tag key of before"));
  return deploy(living, { tagKey: next }, `the tag key ${next}`);
};

/** Makes dry runs for a while. */
const rehearse: LifeEvent = (living) => {
  const { account, random } = living;
  if (cadenceOf(account.settings.schedule).name === "hourly") return undefined;
  later(living, random.skewed(0.5, 25), () => deploy(living, { dryRun: false }, "no dry run any more"));
  return deploy(living, { dryRun: true }, "a dry run");
};

/** Locks copies, for longer or shorter than the rules may keep them, or no longer. */
const lock: LifeEvent = (living) => {
  const { random } = living;
  const days = random.pick([1, 3, 10, 20]);
  const next = random.chance(0.6) ? { mode: "governance" as const, days } : undefined;
  return deploy(living, { lock: next }, next === undefined ? "no locks" : `locks of ${days} days`);
};

/** Loses the timer, as when somebody deletes the schedule and the stack makes it again. */
const loseTimer: LifeEvent = ({ account, stage, chronicle }) => {
  stage.clock.reset();
  chronicle.forgets();
  account.story.say("the timer is new");
  return "the timer is lost";
};

/** Reads the schedule and the calendar of the rules in another time zone. */
const emigrate: LifeEvent = (living) => {
  const { account, random } = living;
  const timezone = random.pick(TIMEZONES.filter((one) => one !== account.settings.timezone));
  return deploy(living, { timezone }, `the time zone ${timezone}`);
};

/** Limits the deletions of a region by their number. */
const limit: LifeEvent = (living) =>
  deploy(living, { maxDeletes: living.random.pick([0, 0, 5, 12, 30]) }, "another maxDeletes");

const ALONE: readonly LifeEvent[] = [
  encrypt,
  encrypt,
  rekey,
  moveTagKey,
  rehearse,
  emigrate,
  emigrate,
  lock,
  loseTimer,
  limit,
];

/** Makes several edits before any invocation sees the first, as one deployment does. */
const together: LifeEvent = (living) => {
  const { random } = living;
  const count = random.pick([2, 2, 3]);
  for (let index = 0; index < count; index += 1) random.pick(random.pick([EDITS, ALONE, OTHERS]))(living);
  return "several edits at once";
};

export const KEYS: readonly LifeEvent[] = [...ALONE, loseTimer, together, together];
