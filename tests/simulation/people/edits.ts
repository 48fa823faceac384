/**
 * Plays edits of the stack's configuration, as `pulumi up` makes them: other rules, another floor, a tighter deletion
 * limit, a lost policy. It also plays the person who reads the limit's mail, looks at the plan, approves it, and
 * restores what was lost.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { KeepPolicy, KeepRules, VaultSettings } from "../../../src/vault/model/settings";
import type { Account } from "../account/account";
import type { Random } from "../random";

/** Small enough that something is deleted in a storm of a fortnight. */
const RULES: readonly KeepRules[] = [
  { retentionDays: 1 },
  { retentionDays: 2 },
  { retentionDays: 4 },
  { last: 1 },
  { last: 3 },
  { daily: 2 },
  { last: 2, daily: 3, weekly: 2 },
  { within: "2d" },
  { within: "1d12h", weekly: 1, yearly: 1 },
  { hourly: 2, retentionDays: 2 },
];

function drawPolicy(random: Random): KeepPolicy {
  return { keep: random.pick(RULES), drKeep: random.pick(RULES) };
}

/** Bounds to which instances may shorten rules, mostly not at all; each with those to which they may lengthen them. */
const BOUNDS: readonly (readonly [overrideMax: KeepRules, ...overrideMin: KeepRules[]])[] = [
  [{ daily: 3, last: 4 }, {}, {}, { daily: 1 }, { daily: 2, last: 2 }],
  [{ last: -1, within: "3d" }, {}, {}, { last: 1, within: "1d" }, { within: "2d" }],
];

/**
 * Draws what an edit may change; the policies have these names.
 * @param shortening what `overrideMin` is drawn from
 */
export function drawRetention(
  random: Random,
  names: readonly string[],
  shortening = random.fork("overrideMin"),
): Partial<VaultSettings> {
  const policies = Object.fromEntries(names.map((name) => [name, drawPolicy(random)]));
  const keepAtLeast = random.pick([1, 1, 1, 2]);
  const [overrideMax, ...least] = random.pick(BOUNDS);
  return {
    policies,
    keepAtLeast,
    overrideMin: shortening.pick(least),
    overrideMax,
    orphans: random.pick(["keep-last", "keep-last", "keep", "expire"]),
    orphanDays: random.pick([2, 5, 30]),
  };
}

/**
 * Records a change of all instances if the policies' tag values differ, because other instances may be protected now.
 */
function touchFleet({ instances, time }: Account, before: object, now: object): void {
  if (Object.keys(before).sort().join() === Object.keys(now).sort().join()) return;
  for (const instance of instances.values()) instance.changedMs = time.nowMs();
}

/** Deploys settings: new environments of the function have them, and running ones keep what they have. */
function deploy(account: Account, change: Partial<VaultSettings>, what: string): void {
  const before = account.settings;
  account.settings = { ...before, ...change };
  touchFleet(account, before.policies, account.settings.policies);
  account.deployments += 1;
  account.story.count("deployments");
  account.story.say(`somebody deploys ${what}: ${JSON.stringify(change)}`);
}

/** Share of edits that lose all policies but one. */
const LOSES_POLICIES = 1 / 4;

/** Plays one edit after the other, at random times, during a storm. */
export function startEdits(account: Account): void {
  const { time, faults } = account;
  const random = account.random.fork("edits");
  const losing = account.random.fork("lost policies");
  const shortening = account.random.fork("overrideMin");
  const rate = faults.daily.edits;
  // A lock that the new rules contradict could not be deployed.
  if (rate === 0 || account.settings.lock !== undefined) return;
  const all = Object.keys(account.settings.policies);
  const next = () => {
    time.after((-Math.log(1 - random.next()) / rate) * DAY_MS, () => {
      if (account.stormy) {
        const names = losing.chance(LOSES_POLICIES) ? [losing.pick(all)] : all;
        const brake = { maxDeletePercent: random.pick([50, 100, 100]) };
        deploy(account, { ...drawRetention(random, names, shortening), ...brake }, "an edit");
      }
      next();
    });
  };
  next();
}

const ALLOW = /approvedDeletePlan ([0-9a-f]{16})/g;

/** Answers the deletion limit's mail within hours, storm or not. */
export function answerBrake(account: Account, body: string): void {
  const hashes = [...body.matchAll(ALLOW)].map(([, hash = ""]) => hash);
  if (hashes.length === 0) return;
  account.story.count("plans allowed");
  account.time.after(account.random.skewed(HOUR_MS / 4, 12 * HOUR_MS), () => {
    deploy(account, { approvedDeletePlan: hashes }, "a plan that it allows");
  });
}

const LOST = /recovery points of the policy (\w+), which the stack does not have/g;

/** Restores a lost policy within hours of the mail, with present rules. */
export function answerLostPolicy(account: Account, body: string): void {
  const lost = [...body.matchAll(LOST)].map(([, name = ""]) => name);
  if (lost.length === 0) return;
  const random = account.random.fork("policies put back");
  account.time.after(account.random.skewed(HOUR_MS / 4, 12 * HOUR_MS), () => {
    const { policies } = account.settings;
    const missing = lost.filter((name) => !Object.hasOwn(policies, name));
    if (missing.length === 0) return;
    account.story.count("policies put back");
    const back = Object.fromEntries(missing.map((name) => [name, drawPolicy(random)]));
    deploy(account, { policies: { ...policies, ...back } }, "a policy that was lost");
  });
}

/** Puts one seed in eight on a dry run for some days of its first storm. */
const DRY_RUNS = 1 / 8;

/** Returns true while copies are pending, which a stack with locks has yet to lock; half of its dry runs start then. */
function isCopying({ drs }: Account): boolean {
  return drs.some(({ copying }) => [...copying].some(({ state }) => state === "pending"));
}

export function startDryRun(account: Account, startMs: number): void {
  const { time } = account;
  const random = account.random.fork("dry run");
  if (!random.chance(DRY_RUNS)) return;
  const fromMs = startMs + random.int(1, 10) * DAY_MS + random.int(0, 23) * HOUR_MS;
  const whileCopying = account.settings.lock !== undefined && random.chance(1 / 2);
  const begin = () => {
    if (!account.stormy) return;
    if (whileCopying && !isCopying(account)) {
      time.after(MINUTE_MS, begin);
      return;
    }
    account.dryUntilMs = Infinity;
    deploy(account, { dryRun: true }, "a dry run");
    time.after(random.int(1, 3) * DAY_MS, () => {
      account.dryUntilMs = time.nowMs();
      deploy(account, { dryRun: false }, "what it rehearsed");
    });
  };
  time.at(fromMs, begin);
}
