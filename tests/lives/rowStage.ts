/**
 * Plays a row of the table in tests/lives/rows.ts: nights pass, somebody changes something, and what is left is
 * counted.
 */
import type { VaultSettings } from "../../src/vault/model/settings";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { type Account, type SimInstance, makeAccount, regionsOf, slotOf } from "../simulation/account/account";
import { attach, newVolume } from "../simulation/account/fleet";
import { makeRandom } from "../simulation/random";
import type { FunctionSource } from "../simulation/source";
import { noFaults } from "../simulation/people/faults";
import { makeStory } from "../simulation/story";
import { makeTime } from "../simulation/virtualTime";
import { SETTINGS, keeping } from "../support/world";
import { type Announcement, announcementsIn } from "./announcements";
import { keyedRegion } from "./draws";
import { NATURE } from "./life";
import { startWaking } from "./lifeClock";
import { setLifeStage } from "./lifeStage";

interface RowMail {
  /** Nights since the change. */
  night: number;
  body: string;
  announced: Announcement[];
}

export interface Row {
  account: Account;
  instances: SimInstance[];
  launch: (volumes: number, value?: string) => SimInstance;
  /** Lets nights pass; it is noon afterwards. */
  nights: (count: number) => Promise<void>;
  hours: (count: number) => Promise<void>;
  deploy: (change: Partial<VaultSettings>) => void;
  /** Marks the moment from which on nights and mails are counted. */
  change: () => void;
  /** Returns the mails since the change that announce a deletion. */
  mails: RowMail[];
  /** Counts the recovery points of an instance in a region. */
  points: (instance: SimInstance, region?: string) => number;
  /** Counts the snapshots of a volume in a region. */
  ofVolume: (volumeId: string, region?: string) => number;
}

export const PRIMARY = "us-east-1";
export const DR = "us-west-2";
export const DR2 = "eu-west-1";
const START_MS = Date.parse("2026-01-01T12:00:00Z");

/** The stack's defaults. */
const DEFAULTS: VaultSettings = {
  ...SETTINGS,
  dr: [keyedRegion(DR)],
  policies: keeping(30),
  maxDeletePercent: 50,
};

function slotsOf(account: Account, region: string, isMine: (one: { dataOf: string; instance: string }) => boolean) {
  const found = regionsOf(account).find(({ name }) => name === region);
  const slots = new Set<string>();
  for (const one of found?.snapshots.values() ?? []) {
    const instance = / instance=(\S+)/.exec(one.description)?.[1] ?? "";
    if (!one.deleted && one.state === "completed" && isMine({ dataOf: one.dataOf, instance })) slots.add(slotOf(one));
  }
  return slots.size;
}

function launcher(account: Account) {
  return (volumes: number, value = "true"): SimInstance => {
    const nowMs = account.time.nowMs();
    const instance: SimInstance = {
      instanceId: `i-${account.random.hex(17)}`,
      state: "running",
      tags: { [account.settings.tagKey]: value },
      attached: [],
      launchedMs: nowMs - DAY_MS,
      pendingUntilMs: 0,
      changedMs: nowMs,
    };
    for (let index = 0; index < volumes; index += 1) {
      const volume = newVolume(account, index === 0);
      attach(account, instance, { ...volume, tags: {} });
      account.volumes.set(volume.volumeId, { ...volume, tags: {}, volumeType: "gp3" });
    }
    account.instances.set(instance.instanceId, instance);
    return instance;
  };
}

/** Plays a row from its first night on. */
export async function playRow<T>(
  source: FunctionSource,
  change: Partial<VaultSettings>,
  play: (row: Row) => Promise<T>,
): Promise<T> {
  const time = makeTime(START_MS);
  const settings = { ...DEFAULTS, ...change };
  const account = makeAccount(settings, noFaults(NATURE), time, makeStory(time), makeRandom(1));
  account.stormy = false;
  let changedMs = Infinity;
  const mails: RowMail[] = [];
  const nothing = () => undefined;
  const stage = setLifeStage(account, source, {
    made: nothing,
    looking: nothing,
    copying: nothing,
    deleting: nothing,
    begins: nothing,
    ends: nothing,
    mailed: (_subject, body) => {
      const announced = announcementsIn(body);
      const night = Math.ceil((time.nowMs() - changedMs) / DAY_MS);
      if (time.nowMs() >= changedMs && announced.length > 0) mails.push({ night, body, announced });
    },
  });
  startWaking(account, [11], stage.deliver, () => false);
  const hours = (count: number) => stage.pass(time.nowMs() + count * HOUR_MS);
  const instances: SimInstance[] = [];
  try {
    const result = await play({
      account,
      instances,
      launch: launcher(account),
      nights: (count) => hours(24 * count),
      hours,
      deploy: (some) => {
        stage.deploy({ ...account.settings, ...some });
      },
      change: () => {
        changedMs = time.nowMs();
      },
      mails,
      points: ({ instanceId }, region = PRIMARY) => slotsOf(account, region, (one) => one.instance === instanceId),
      ofVolume: (volumeId, region = PRIMARY) => slotsOf(account, region, (one) => one.dataOf === volumeId),
    });
    const { violations } = account.story;
    if (violations.length > 0) throw new Error(JSON.stringify(violations));
    return result;
  } finally {
    stage.leave();
  }
}
