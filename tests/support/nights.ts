/**
 * Plays nights of a vault on a small account where every call succeeds at once: a run and two sweeps per night, with
 * what the timer carries and what is mailed. It is pure: the plan is applied to the world that the next plan sees.
 */
import type { ChangeMemory } from "../../src/vault/model/memory/changeMemory";
import { setKeyOf } from "../../src/vault/retention/recoverySets";
import { recalled } from "../../src/vault/changes/recalled";
import { notifiedOf } from "../../src/vault/changes/changeUpdate";
import { unreportedOf } from "../../src/vault/report/log";
import { planOf } from "./planOf";
import { type Problem, problemKey } from "../../src/vault/model/problem";
import { TAG, copyExpiredTag } from "../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../src/vault/lib/time";
import type { Action, DeleteAction } from "../../src/vault/model/actions";
import type { CoreSettings, KeyedRegion } from "../../src/vault/model/settings";
import type { ProtectedInstance, Snapshot, World } from "../../src/vault/model/world";
import type { SlotTask } from "../../src/vault/model/trigger";
import { identify } from "./identify";
import { NOW } from "./world";

export interface Nights {
  policy: CoreSettings;
  instances: ProtectedInstance[];
  /** Key of the volumes; absent: they are not encrypted. */
  volumeKeyArn?: string;
  /** True if SNS accepts mails. */
  mailWorks: boolean;
  /** Volumes of which no snapshot completes. */
  readonly failing: Set<string>;
  /** DR regions whose snapshots cannot be read. */
  readonly unread: Set<string>;
  /** Slots of snapshots that EC2 refuses to delete, as those that an AMI holds. */
  readonly inUse: Set<string>;
  /** Slots whose snapshots' tags somebody changed, in all regions, or `<instance> <slot>`. */
  readonly retagged: Set<string>;
  /** All mailed problems, with the day. */
  readonly mailed: { day: number; problem: Problem }[];
  /** Days since the first night. */
  day: number;
  /** Forgets what the timer carries, as a new timer in another region does. */
  loseClock: () => void;
  /** Swaps the primary region and the first DR region. */
  swapRegions: () => void;
  /** Lets nights pass, with runs an hour or a night apart. */
  pass: (nights: number, everyMs?: number) => void;
  /** Lets nights pass without a run, and then invokes a sweep that finds the last run missing. */
  miss: (nights: number) => void;
  /** Lets time pass, and invokes a sweep. */
  sweep: (afterMs?: number) => void;
  /** Returns the slots of an instance, or of one volume of it, that have snapshots in a region, the oldest first. */
  slots: (instanceId: string, region: string, volumeId?: string) => string[];
  /** Returns the snapshots and copies in a region. */
  snapshotsIn: (region: string) => readonly Snapshot[];
  /** Returns the mailed problems of a kind. */
  mailsOf: (kind: string) => Problem[];
}

interface Account {
  /** Snapshots by region. */
  all: Map<string, Snapshot[]>;
  made: number;
}

function sealed(snapshot: Omit<Snapshot, "identity" | "doubt">, vaultId: string): Snapshot {
  return identify(snapshot, vaultId);
}

function retaggedOf(snapshot: Snapshot): Snapshot {
  return { ...snapshot, doubt: { of: "tags", what: "its tags are not those that it was made with" } };
}

function take(
  account: Account,
  action: Action,
  { policy, volumeKeyArn, failing }: Pick<Nights, "policy" | "volumeKeyArn" | "failing">,
  nowMs: number,
): void {
  const here = (region: string) => {
    const list = account.all.get(region) ?? [];
    account.all.set(region, list);
    return list;
  };
  account.made += 1;
  const encryption = {
    encrypted: volumeKeyArn !== undefined,
    ...(volumeKeyArn !== undefined && { kmsKeyId: volumeKeyArn }),
  };
  const common = { state: "completed", startTimeMs: nowMs, sizeGiB: 8, storageTier: "standard" };
  if (action.kind === "snapshot") {
    for (const { volumeId } of action.volumes.filter((one) => !failing.has(one.volumeId))) {
      account.made += 1;
      const snapshotId = `snap-${account.made}`;
      const tags = { ...action.tags };
      here(action.region).push(
        sealed({ ...common, ...encryption, snapshotId, region: action.region, volumeId, tags }, policy.vaultId),
      );
    }
  } else if (action.kind === "copy") {
    const snapshotId = `copy-${account.made}-of-${action.sourceSnapshotId}`;
    const source = here(action.sourceRegion).find((one) => one.snapshotId === action.sourceSnapshotId);
    const { volumeId = "" } = source ?? {};
    here(action.region).push(
      sealed(
        {
          ...common,
          snapshotId,
          region: action.region,
          volumeId,
          encrypted: true,
          kmsKeyId: action.kmsKeyArn,
          tags: action.tags,
        },
        policy.vaultId,
      ),
    );
  } else if (action.kind === "delete") {
    const { expiredCopyTag } = action;
    for (const list of expiredCopyTag === undefined ? [] : account.all.values()) {
      for (const [index, one] of list.entries()) {
        if (one.snapshotId !== expiredCopyTag?.snapshotId) continue;
        const marks = Object.fromEntries(
          expiredCopyTag.regions.map((region) => [copyExpiredTag(region), isoSeconds(nowMs)]),
        );
        list[index] = { ...one, tags: { ...one.tags, ...marks } };
      }
    }
    account.all.set(
      action.region,
      here(action.region).filter((one) => one.snapshotId !== action.snapshotId),
    );
  }
}

/** Starts with an empty account. */
export function startNights(policy: CoreSettings, instances: ProtectedInstance[]): Nights {
  const account: Account = { all: new Map(), made: 0 };
  let memory: ChangeMemory | undefined;
  let notified: Record<string, string> = {};
  let nowMs = NOW;

  function invoke(slotTask: SlotTask | undefined): void {
    const { policy: now } = nights;
    const inRegion = (region: string) =>
      (account.all.get(region) ?? []).map((one) =>
        [one.identity.slot, setKeyOf(one)].some((key) => nights.retagged.has(key)) ? retaggedOf(one) : one,
      );
    const readable = now.dr.filter(({ region }) => !nights.unread.has(region));
    const read: World = {
      ...(slotTask && { instances: nights.instances }),
      snapshots: inRegion(now.primaryRegion),
      copies: Object.fromEntries(readable.map(({ region }) => [region, inRegion(region)])),
      problems: [],
      throttled: [],
    };
    const world: World = { ...read, changes: recalled(memory && { notified: {}, changes: memory }, read, now, nowMs) };
    const plan = planOf(world, now, slotTask, "run", nowMs);
    const isHeld = ({ snapshotId }: DeleteAction) =>
      [...account.all.values()]
        .flat()
        .some((one) => one.snapshotId === snapshotId && nights.inUse.has(one.identity.slot));
    for (const action of plan.actions) {
      if (action.kind !== "delete" || !isHeld(action)) take(account, action, nights, nowMs);
    }
    const unreported = nights.mailWorks ? unreportedOf(plan.problems, notified, nowMs) : [];
    for (const problem of unreported) {
      nights.mailed.push({ day: nights.day, problem });
      notified = { ...notified, [problemKey(problem)]: isoSeconds(nowMs) };
    }
    memory = plan.changes === undefined ? memory : notifiedOf(plan.changes, notified);
  }

  const nights: Nights = {
    policy,
    instances,
    mailWorks: true,
    failing: new Set(),
    unread: new Set(),
    inUse: new Set(),
    retagged: new Set(),
    mailed: [],
    day: 0,
    loseClock: () => {
      memory = undefined;
      notified = {};
    },
    swapRegions: () => {
      const [{ region, keyArn }, ...others] = nights.policy.dr as [KeyedRegion];
      const dr = [{ region: nights.policy.primaryRegion, keyArn }, ...others];
      nights.policy = { ...nights.policy, primaryRegion: region, dr };
      nights.loseClock();
    },
    pass: (count, everyMs = DAY_MS) => {
      const endMs = nowMs + count * DAY_MS;
      while (nowMs < endMs) {
        invoke({ slot: isoSeconds(nowMs), mode: "open" });
        for (let sweep = 0; sweep < 2; sweep += 1) {
          nowMs += HOUR_MS / 4;
          invoke(undefined);
        }
        nowMs -= HOUR_MS / 2;
        nowMs += everyMs;
        nights.day = Math.floor((nowMs - NOW) / DAY_MS);
      }
    },
    miss: (count) => {
      nowMs += count * DAY_MS;
      nights.day = Math.floor((nowMs - NOW) / DAY_MS);
      invoke({ slot: isoSeconds(nowMs), mode: "closing" });
    },
    sweep: (afterMs = 0) => {
      nowMs += afterMs;
      nights.day = Math.floor((nowMs - NOW) / DAY_MS);
      invoke(undefined);
    },
    slots: (instanceId, region, volumeId) =>
      [
        ...new Set(
          (account.all.get(region) ?? [])
            .filter(({ identity }) => identity.instanceId === instanceId)
            .filter((one) => volumeId === undefined || one.volumeId === volumeId)
            .map(({ tags }) => tags[TAG.slot] ?? ""),
        ),
      ].sort(),
    snapshotsIn: (region) => account.all.get(region) ?? [],
    mailsOf: (kind) => nights.mailed.filter(({ problem }) => problem.kind === kind).map(({ problem }) => problem),
  };
  return nights;
}
