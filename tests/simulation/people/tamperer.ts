/**
 * Plays somebody with ec2:CreateTags and ec2:DeleteTags, ec2:CreateSnapshot and lambda:InvokeFunction, who writes, adds
 * and removes any tag of any snapshot in any region, gives the vault's tags to other snapshots, plants Descriptions,
 * and sends runs with wrong slots. Whatever they do, nothing may be deleted that would not have been deleted without
 * it.
 */
import { parseDescription } from "../../../src/vault/identity/description";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { type Account, type SimSnapshot, type TagRecord } from "../account/account";
import { begin, durationMs, finish } from "../account/ec2Creates";
import type { Random } from "../random";
import { isMade, tamper } from "../account/ownership";

/** Description of what was done, for the story; `undefined` if there was nothing to do it to. */
type Deed = (account: Account, random: Random, deliver: Deliver) => string | undefined;
export type Deliver = (event: object) => void;

function snapshotsOf({ primary, drs }: Account): SimSnapshot[] {
  return [primary, ...drs].flatMap((region) => [...region.snapshots.values()].filter((s) => !s.deleted));
}

function someOf(account: Account, random: Random): SimSnapshot | undefined {
  const made = snapshotsOf(account).filter((one) => isMade(account, one));
  return made.length === 0 ? undefined : random.pick(made);
}

/** Draws a wrong slot: another's, in the future, long ago, or invalid. */
function wrongSlot({ time }: Account, random: Random): string {
  const nowMs = time.nowMs();
  return random.pick([
    "2099-01-01T03:00:00Z",
    "2001-01-01T03:00:00Z",
    isoSeconds(nowMs - random.int(1, 20) * DAY_MS),
    isoSeconds(nowMs + random.int(1, 20) * DAY_MS),
    "yesterday",
    "",
  ]);
}

/** Draws a value that means something to the vault, or nothing. */
function wrongValue(account: Account, random: Random, key: string): string {
  if (key === TAG.slot || key === TAG.sourceStarted) return wrongSlot(account, random);
  const others = snapshotsOf(account).flatMap(({ tags }) => tags[key] ?? []);
  const shortest = ["last=1", "daily=1", "true", "gold", "one", "1", "", "constructor"];
  return random.pick(others.length > 0 && random.chance(0.5) ? others : shortest);
}

const KEYS: readonly string[] = Object.values(TAG);

const rewriteOne: Deed = (account, random) => {
  const snapshot = someOf(account, random);
  if (snapshot === undefined) return undefined;
  const key = random.pick(KEYS);
  tamper(account, snapshot, { ...snapshot.tags, [key]: wrongValue(account, random, key) });
  return `writes ${key} on ${snapshot.snapshotId}`;
};

const takeOne: Deed = (account, random) => {
  const snapshot = someOf(account, random);
  const key = random.pick(Object.keys(snapshot?.tags ?? {}).concat(TAG.vault));
  if (snapshot?.tags[key] === undefined) return undefined;
  const { [key]: _taken, ...rest } = snapshot.tags;
  tamper(account, snapshot, rest);
  return `takes ${key} from ${snapshot.snapshotId}`;
};

const takeAll: Deed = (account, random) => {
  const snapshot = someOf(account, random);
  if (snapshot === undefined) return undefined;
  tamper(account, snapshot, {});
  return `takes every tag from ${snapshot.snapshotId}`;
};

/** Writes one value over one tag of everything of a volume, in a region or in all. */
const rewriteMany: Deed = (account, random) => {
  const one = someOf(account, random);
  if (one === undefined) return undefined;
  const key = random.pick([TAG.slot, TAG.slot, TAG.policy, TAG.keep, TAG.sourceVolume, TAG.vault]);
  const value = wrongValue(account, random, key);
  const everywhere = random.chance(0.5);
  for (const snapshot of account.byVolume.get(one.dataOf) ?? []) {
    if (snapshot.deleted || !isMade(account, snapshot)) continue;
    if (!everywhere && snapshot.region !== one.region) continue;
    tamper(account, snapshot, { ...snapshot.tags, [key]: value });
  }
  return `writes ${key}=${value} on all of ${one.dataOf}`;
};

/** Writes a copy-expired tag. */
const mark: Deed = (account, random) => {
  const snapshot = someOf(account, random);
  if (snapshot === undefined) return undefined;
  const region = random.pick(account.drs).name;
  const value = random.pick([isoSeconds(account.time.nowMs()), "true"]);
  tamper(account, snapshot, { ...snapshot.tags, [copyExpiredTag(region)]: value });
  return `marks ${snapshot.snapshotId} as expired in ${region}`;
};

/** Restores the tags that it was made with. */
const restore: Deed = (account, random) => {
  const snapshot = snapshotsOf(account).find((s) => s.lostTo === "person" && random.chance(0.3));
  if (snapshot === undefined || !isMade(account, snapshot)) return undefined;
  tamper(account, snapshot, snapshot.madeTags);
  return `puts the tags of ${snapshot.snapshotId} back`;
};

function make(account: Account, volumeId: string, tags: TagRecord, description: string): SimSnapshot | undefined {
  const volume = account.volumes.get(volumeId);
  if (volume === undefined) return undefined;
  const snapshot = begin(account, volume, { tags, description });
  account.time.after(durationMs(account, account.faults.nature.snapshotMs), () => {
    finish(account, snapshot, "completed");
  });
  return snapshot;
}

/** Makes somebody else's snapshot with everything that the vault writes on its own except the Description. */
const disguise: Deed = (account, random) => {
  const model = someOf(account, random);
  if (model === undefined) return undefined;
  const description = random.pick(["", "before the upgrade"]);
  const made = make(account, model.dataOf, model.madeTags, description);
  if (made === undefined) return undefined;
  made.tamperedMs = account.time.nowMs();
  return `gives ${made.snapshotId} the tags of ${model.snapshotId}`;
};

/** Plants a Description as well, of another time, since the start time is EC2's own. */
const plant: Deed = (account, random) => {
  const model = someOf(account, random);
  const made = parseDescription(model?.description);
  if (model === undefined || made === undefined) return undefined;
  // EC2 calls the volume of a copy arbitrary: a copy's Description on another snapshot can't be detected
  // (docs/adr/0017).
  if (made.identity.source !== undefined) return undefined;
  const isOld = account.time.nowMs() - Date.parse(made.identity.slot) > 26 * HOUR_MS;
  if (!isOld) return undefined;
  const planted = make(account, model.dataOf, model.madeTags, model.description);
  if (planted === undefined) return undefined;
  planted.planted = true;
  planted.tamperedMs = account.time.nowMs();
  const id = planted.snapshotId;
  return `plants ${id} in the place of ${model.snapshotId}`;
};

const wrongRun: Deed = (account, random, deliver) => {
  const slot = wrongSlot(account, random);
  const kind = random.pick(["run", "run", "follow-up", "sweep"]);
  deliver({ kind, slot });
  return `sends ${kind} for "${slot}"`;
};

const DEEDS: readonly Deed[] = [
  rewriteOne,
  rewriteOne,
  rewriteOne,
  takeOne,
  takeOne,
  takeAll,
  rewriteMany,
  mark,
  mark,
  restore,
  disguise,
  plant,
  wrongRun,
];

/** Plays one deed after the other, at random times, during a storm. */
export function startTamperer(account: Account, random: Random, deliver: Deliver): void {
  const { time, story, faults } = account;
  const rate = faults.daily.tampering;
  if (rate === 0) return;
  const next = () => {
    time.after((-Math.log(1 - random.next()) / rate) * DAY_MS, () => {
      if (account.stormy) {
        const deed = random.pick(DEEDS)(account, random, deliver);
        if (deed !== undefined) {
          story.count("tamperer's deeds");
          story.say(`somebody ${deed}`);
        }
      }
      next();
    });
  };
  next();
}
