/**
 * Runs the vault's own handler in a life: one invocation at a time, which takes no time. The account is the
 * simulation's, without any fault, so that a year takes a second or two. Only the simulation tests calls that fail or
 * take time.
 */
import { type Account, type Region, regionsOf } from "../simulation/account/account";
import { callOf } from "../../src/iam/call";
import { forgetGone } from "../simulation/account/forget";
import { caller, intercept } from "../simulation/interception";
import { type Invocation, makeInvocation } from "../simulation/account/invocation";
import type { SimulatedHandler } from "../simulation/account/lambda";
import { FUNCTION_ARN } from "../simulation/settings";
import type { FunctionSource } from "../simulation/source";
import { makeBuckets } from "../simulation/account/tokenBucket";
import { installDate } from "../simulation/virtualTime";
import type { VaultSettings } from "../../src/vault/model/settings";
import { DAY_MS } from "../../src/vault/lib/time";
import { type LifeEars, makeLifeAws } from "./lifeAws";
import { type LifeClock, makeLifeClock } from "./lifeClock";

const TIMEOUT_MS = 600_000;

export interface LifeStage {
  account: Account;
  clock: LifeClock;
  /** Regions whose lists EC2 refuses. */
  unreadable: Set<string>;
  deliver: (event: object) => void;
  /** Deploys settings from the next invocation on; another primary region means a new stack there. */
  deploy: (settings: VaultSettings) => void;
  pass: (untilMs: number, isOver?: () => boolean) => Promise<void>;
  leave: () => void;
}

/** Listener for a life's invocations. */
export interface LifeWatch extends LifeEars {
  begins: (invocation: Invocation) => void;
  ends: (invocation: Invocation) => void;
}

function emptyRegion(name: string): Region {
  return { name, snapshots: new Map(), copying: new Set(), buckets: makeBuckets(), fullMs: -Infinity };
}

/** Gives the account the settings' regions with their instances; what is in others is kept there unseen. */
function makeMover(account: Account) {
  const regions = new Map(regionsOf(account).map((one) => [one.name, one]));
  const fleets = new Map([[account.primary.name, { instances: account.instances, volumes: account.volumes }]]);
  const regionOf = (name: string) => {
    const region = regions.get(name) ?? emptyRegion(name);
    regions.set(name, region);
    return region;
  };
  return ({ primaryRegion, dr }: VaultSettings) => {
    account.primary = regionOf(primaryRegion);
    account.drs = dr.map(({ region }) => regionOf(region));
    const fleet = fleets.get(primaryRegion) ?? { instances: new Map(), volumes: new Map() };
    fleets.set(primaryRegion, fleet);
    Object.assign(account, fleet);
  };
}

export function setLifeStage(account: Account, source: FunctionSource, watch: LifeWatch): LifeStage {
  const { time, story } = account;
  const due: object[] = [];
  const deliver = (event: object) => {
    due.push(event);
  };
  const clock = makeLifeClock(account, deliver);
  const unreadable = new Set<string>();
  const aws = makeLifeAws(account, { clock, unreadable }, watch);
  const move = makeMover(account);
  let handler: SimulatedHandler | undefined;
  let started = 0;
  const invoke = async (event: object) => {
    started += 1;
    const { settings } = account;
    const invocation = makeInvocation(`run-${started}`, event, time.nowMs(), TIMEOUT_MS, settings);
    const context = {
      awsRequestId: invocation.id,
      invokedFunctionArn: FUNCTION_ARN,
      logGroupName: "/aws/lambda/life",
      functionName: settings.vaultId,
      getRemainingTimeInMillis: () => TIMEOUT_MS,
    };
    story.count("invocations");
    story.say(`${invocation.id} woken by ${JSON.stringify(event).slice(0, 60)}`);
    watch.begins(invocation);
    handler ??= source.coldStart(settings);
    const work = handler;
    try {
      await caller.run(invocation, () => work(event, context));
    } catch (error) {
      const { name, message, stack = "" } = error as Error;
      if (name !== "BackupFailed") story.violate("throws only BackupFailed", `${message}\n${stack}`);
      story.count("failures told");
      story.say(`${invocation.id} threw ${message.slice(0, 160)}`);
    }
    watch.ends(invocation);
  };
  const send = (_invocation: Invocation, { region }: { region: string }, command: never) => {
    const call = callOf(command);
    return new Promise<object>((resolve) => {
      resolve({ ...aws(region, call), $metadata: { httpStatusCode: 200, requestId: "r" } });
    });
  };
  const restoreDate = installDate(() => time.nowMs());
  const interception = intercept(source.sdk, send);
  const forget = () => {
    forgetGone(account);
    time.after(DAY_MS, forget);
  };
  forget();
  const pass = async (untilMs: number, isOver = () => false) => {
    while (!isOver() && time.step(untilMs)) {
      for (let event = due.shift(); event !== undefined; event = due.shift()) await invoke(event);
    }
  };
  const deploy = (settings: VaultSettings) => {
    if (settings.primaryRegion !== account.settings.primaryRegion) clock.reset();
    account.settings = settings;
    account.deployments += 1;
    handler = undefined;
    move(settings);
  };
  const leave = () => {
    interception.remove();
    restoreDate();
  };
  return { account, clock, unreadable, deliver, deploy, pass, leave };
}
