/** Runs a restore, goes on with it, and takes it back, in the model: as the command line does, with nothing but its id. */
import { type World, advance } from "./account";
import { type Fault, clientOf } from "./ec2";
import { FACTS, RESTORE_ID } from "./shapes";
import type { Action, Next } from "../../../src/restore/action";
import { type Look, observeRestore } from "../../../src/restore/aws/observe";
import { performAction } from "../../../src/restore/aws/perform";
import { launchAgain, replaceAgain, volumesAgain } from "../../../src/restore/choose/resume";
import { type Outcome, drive } from "../../../src/restore/drive";
import type { Found } from "../../../src/restore/found";
import { nextOfLaunch } from "../../../src/restore/next/launch";
import { nextOfReplace } from "../../../src/restore/next/replace";
import { nextOfUndo } from "../../../src/restore/next/undo";
import { nextOfVolumes } from "../../../src/restore/next/volumes";
import type { Order } from "../../../src/restore/order";
import { type Recalled, recall, undoPlanOf, workedOn } from "../../../src/restore/recall";
import type { RestoreSource } from "../../../src/restore/source";

/** How a run is disturbed. */
export interface Disturbed {
  /** By the number of the changing call. */
  faults?: Readonly<Record<number, Fault>>;
  /** Ctrl-C comes once so many changing calls were sent. */
  stopsAfter?: number;
  settleMs?: number;
}

export interface Ran {
  outcome: Outcome;
  /** How many changing calls were sent. */
  changes: number;
  titles: string[];
}

const PATIENCE_MS = 120_000;
const MANY = 1_000;

interface Loop {
  look: Look;
  order?: Order;
  next: (found: Found) => Next;
}

async function loop(world: World, { look, order, next }: Loop, how: Disturbed): Promise<Ran> {
  const { client, changes } = clientOf(world, how.faults);
  const titles: string[] = [];
  let looks = 0;
  const outcome = await drive(next, {
    observe: () => {
      looks += 1;
      if (looks > MANY) throw new Error(`no end after ${MANY} looks: ${titles.slice(-3).join("; ")}`);
      return observeRestore(client, look);
    },
    perform: (action: Action) => performAction(client, order, action),
    sleep: (ms) => {
      advance(world, ms);
      return Promise.resolve();
    },
    nowMs: () => world.nowMs,
    isStopped: () => changes() >= (how.stopsAfter ?? Infinity),
    onStep: (title) => titles.push(title),
    onWait: () => undefined,
    patienceMs: PATIENCE_MS,
    ...(how.settleMs !== undefined && { settleMs: how.settleMs }),
  });
  return { outcome, changes: changes(), titles };
}

function nextOf(order: Order): (found: Found) => Next {
  if (order.mode === "launch") return (found) => nextOfLaunch(order, found);
  return (found) => (order.mode === "volumes" ? nextOfVolumes(order, found) : nextOfReplace(order, found));
}

function lookFor(order: Order, skips: readonly string[]): Look {
  const { restoreId } = order;
  if (order.mode === "launch") return { restoreId, isLaunch: true, readsProtection: true, skips };
  const instanceId = order.mode === "replace" ? order.instanceId : order.attachTo;
  return { restoreId, isLaunch: false, readsProtection: false, skips, ...(instanceId !== undefined && { instanceId }) };
}

/** Carries an order out. */
export function restore(world: World, order: Order, how: Disturbed = {}): Promise<Ran> {
  return loop(world, { look: lookFor(order, []), order, next: nextOf(order) }, how);
}

const ALL = { restoreId: RESTORE_ID, isLaunch: true, readsProtection: true, skips: [] };

/** Returns what there is, and what it was for. */
async function recalled(world: World): Promise<{ found: Found; was: Recalled | undefined }> {
  const found = await observeRestore(clientOf(world).client, ALL);
  const was = recall(found);
  if (was === "unreadable") throw new Error("a restore can't be recalled");
  return { found, was: was === "nothing" ? undefined : was };
}

/** Plans an order again from the tags of whatever there is. */
function orderAgain(world: World, source: RestoreSource, { choices }: Recalled): Order {
  if (choices.mode === "volumes") return volumesAgain(source, choices, RESTORE_ID);
  if (choices.mode === "replace") return replaceAgain(source, choices, RESTORE_ID, "/dev/sda1");
  const used = Object.values(world.account.interfaces).flatMap(({ privateIp }) => privateIp ?? []);
  const names = { restoreId: RESTORE_ID, backupTagKey: "Backup" };
  return launchAgain(source, { ...FACTS, takenAddresses: used }, choices, names);
}

/** Goes on with a restore; `undefined` if there is none. */
export async function resume(world: World, source: RestoreSource, how: Disturbed = {}): Promise<Ran | undefined> {
  const { found, was } = await recalled(world);
  if (was === undefined) return undefined;
  const order = { ...orderAgain(world, source, was), attempt: String(world.nowMs) };
  return loop(world, { look: lookFor(order, found.ended), order, next: nextOf(order) }, how);
}

/** Takes a restore back; `undefined` if there is none. */
export async function undo(world: World, how: Disturbed = {}): Promise<Ran | undefined> {
  const { was } = await recalled(world);
  if (was === undefined) return undefined;
  const works = workedOn(was);
  const isLaunch = was.choices.mode === "launch";
  const look: Look = { ...ALL, isLaunch, readsProtection: isLaunch, ...(works !== undefined && { instanceId: works }) };
  const plan = undoPlanOf(was);
  return loop(world, { look, next: (found) => nextOfUndo(found, plan) }, how);
}

/** Lets everything come to rest. */
export function settle(world: World): void {
  advance(world, 60_000);
}
