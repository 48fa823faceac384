/**
 * Executes actions. Each one ends in exactly one outcome:
 * - `done`
 * - `deferred`: a limit was met, an answer was lost or time ran out; this is normal, and the next invocation sees it
 * again
 * - `skipped`: the snapshot is gone or in use
 * - `failed`: AWS refused it, with a reason
 */
import { type Ec2Writer, type VaultClients, ec2In } from "../aws/clients";
import { completeTags } from "./completeTags";
import {
  type Made,
  type Untagged,
  copySnapshot,
  createSet,
  createSingle,
  deleteSnapshot,
  lockSnapshot,
  writeCopyExpiredTag,
  writeVolumeTags,
} from "../aws/ec2Writes";
import type { Cause } from "../model/cause";
import { type Meaning, causeOf, holdersOf, meaningOf } from "../aws/errors";
import { isoSeconds } from "../lib/time";
import { isTagTrouble, orWithOwnTags } from "./tagTrouble";
import type {
  Action,
  CopyAction,
  DeleteAction,
  ExpiredCopyTag,
  Outcome,
  SnapshotAction,
  TagsLeftOut,
} from "../model/actions";
import type { Execution } from "../aws/tools";
import type { CoreSettings } from "../model/settings";
import type { Tags } from "../model/world";
import { type Step, runSteps } from "../lib/pool";

/** Calls in flight. EC2 refills 5 creates or deletes per second, and the SDK's adaptive retry paces the rest. */
const CONCURRENCY = 8;

interface Result {
  status: Outcome["status"];
  detail: string;
  snapshotIds?: string[];
  cause?: Cause;
  requestId?: string;
  heldBy?: string[];
  brokenSet?: string;
  tagsLeftOut?: TagsLeftOut;
  stopLane?: string;
}

const STATUS: Readonly<Record<Meaning, Outcome["status"]>> = {
  limit: "deferred",
  busy: "deferred",
  unknown: "deferred",
  gone: "skipped",
  "in-use": "skipped",
  denied: "failed",
  refused: "failed",
};

/** Returns the result of an action that met an error. Only a limit stops the other actions of its kind. */
function resultOf(error: unknown): Result {
  const cause = causeOf(error);
  const meaning = meaningOf(cause);
  const detail = `${cause.code}: ${cause.message}`;
  const stopLane = meaning === "limit" ? cause.code : undefined;
  return { status: STATUS[meaning], detail, cause, requestId: cause.requestId, stopLane };
}

function done(detail: string, { snapshotIds, requestId }: Made): Result {
  return { status: "done", detail, snapshotIds, requestId };
}

/** Statuses, the worst first: what must be reported, then what must be tried again. */
const WORST_FIRST: readonly Outcome["status"][] = ["failed", "deferred", "skipped", "done"];

/** Snapshots one volume at a time. Keeps what was made, and returns the worst result of the rest. */
async function snapshotEach(client: Ec2Writer, action: SnapshotAction, why: string, configured: Tags): Promise<Result> {
  const made: string[] = [];
  let left: TagsLeftOut | undefined;
  const troubles: Result[] = [];
  for (const volume of action.volumes) {
    try {
      const create = (one: SnapshotAction) => createSingle(client, one, volume);
      const { made: single, tagsLeftOut } = await orWithOwnTags(action, configured, create);
      made.push(...single.snapshotIds);
      left ??= tagsLeftOut;
    } catch (error) {
      const result = resultOf(error);
      result.detail = `${volume.volumeId}: ${result.detail}`;
      troubles.push(result);
      if (result.stopLane !== undefined) break;
    }
  }
  const detail = `${made.length} of ${action.volumes.length} volumes, not crash-consistent: ${why}`;
  const [worst] = [...troubles].sort((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status));
  if (worst === undefined) return { status: "done", detail, snapshotIds: made, tagsLeftOut: left };
  const stopLane = troubles.find((trouble) => trouble.stopLane !== undefined)?.stopLane;
  return { ...worst, detail: `${detail}; ${worst.detail}`, snapshotIds: made, stopLane, tagsLeftOut: left };
}

/**
 * Snapshots all volumes as one set. If EC2 refuses that for this instance, one snapshot per volume is better than none.
 */
async function snapshotInstance(client: Ec2Writer, action: SnapshotAction, configured: Tags): Promise<Result> {
  if (action.mode === "each") {
    return snapshotEach(client, action, "more volumes to leave out than one call takes", configured);
  }
  try {
    const create = (one: SnapshotAction) => createSet(client, one);
    const { made, tagsLeftOut } = await orWithOwnTags(action, configured, create);
    const write = (one: Untagged) => writeVolumeTags(client, one);
    const unwritten = await completeTags(made.untagged ?? [], write);
    const result = done(`${made.snapshotIds.length} volumes, one crash-consistent set`, made);
    return { ...result, tagsLeftOut: tagsLeftOut ?? unwritten };
  } catch (error) {
    const result = resultOf(error);
    const cause = causeOf(error);
    // AWS would refuse the vault's own tags on single snapshots as well.
    if (meaningOf(cause) !== "refused" || isTagTrouble(cause)) return result;
    const each = await snapshotEach(client, action, result.detail, configured);
    return { ...each, brokenSet: result.detail };
  }
}

async function copyOne(client: Ec2Writer, action: CopyAction, configured: Tags): Promise<Result> {
  const create = (one: CopyAction) => copySnapshot(client, one);
  const { made, tagsLeftOut } = await orWithOwnTags(action, configured, create);
  return { ...done(action.reason, made), tagsLeftOut };
}

/**
 * Writes the copy-expired tag before a deletion. A copy's source that is gone meanwhile does not need it. An original
 * must not be deleted if its encrypted replacement is gone.
 */
async function writeExpiredTag(
  client: Ec2Writer,
  { snapshotId, regions }: ExpiredCopyTag,
  isOfCopy: boolean,
  nowMs: number,
): Promise<void> {
  try {
    await writeCopyExpiredTag(client, snapshotId, regions, isoSeconds(nowMs));
  } catch (error) {
    if (!isOfCopy || meaningOf(causeOf(error)) !== "gone") throw error;
  }
}

async function deleteOne(
  clients: VaultClients,
  action: DeleteAction,
  settings: CoreSettings,
  nowMs: number,
): Promise<Result> {
  const { region, snapshotId, expiredCopyTag, reason } = action;
  const { primaryRegion } = settings;
  if (expiredCopyTag !== undefined) {
    await writeExpiredTag(ec2In(clients, primaryRegion).writer, expiredCopyTag, region !== primaryRegion, nowMs);
  }
  return done(reason, await deleteSnapshot(ec2In(clients, region).writer, snapshotId));
}

/**
 * Returns the result of a deletion that met an error. A deletion that something forbids is skipped, because it is not
 * the vault's to force, nor its failure.
 */
function undeleted(error: unknown): Result {
  const result = resultOf(error);
  const heldBy = result.cause === undefined ? undefined : holdersOf(result.cause);
  return heldBy === undefined ? result : { ...result, status: "skipped", heldBy };
}

async function applyOne(action: Action, { clients, settings, budget }: Execution): Promise<Result> {
  try {
    const { writer } = ec2In(clients, action.region);
    if (action.kind === "snapshot") return await snapshotInstance(writer, action, settings.tags);
    if (action.kind === "copy") return await copyOne(writer, action, settings.tags);
    if (action.kind === "lock") return done(action.reason, await lockSnapshot(writer, action));
    return await deleteOne(clients, action, settings, budget.now());
  } catch (error) {
    return action.kind === "delete" ? undeleted(error) : resultOf(error);
  }
}

/**
 * Executes one action and returns its outcome. Never throws.
 * @returns with `stopLane` if a limit stops all actions of its kind
 */
export async function executeAction(
  action: Action,
  execution: Execution,
): Promise<{ outcome: Outcome; stopLane?: string }> {
  const result = await applyOne(action, execution);
  const { status, detail, cause, requestId, stopLane, snapshotIds = [] } = result;
  const { heldBy, brokenSet, tagsLeftOut } = result;
  const found = {
    ...(heldBy !== undefined && { heldBy }),
    ...(brokenSet !== undefined && { brokenSet }),
    ...(tagsLeftOut !== undefined && { tagsLeftOut }),
  };
  const outcome = { action, status, detail, code: cause?.code, requestId, snapshotIds };
  return { outcome: { ...outcome, ...found }, stopLane };
}

/**
 * Returns the outcome of an action that was not started.
 * @param code error that stopped its kind; absent if time ran out
 */
export function notStarted(action: Action, code?: string): Outcome {
  const detail = code === undefined ? "no time left" : `stopped after ${code}`;
  return { action, status: "deferred", notStarted: true, detail, code, snapshotIds: [] };
}

/** Executes actions. Returns one outcome per action, in their order. Never throws. */
export async function apply(actions: readonly Action[], execution: Execution): Promise<Outcome[]> {
  const { budget } = execution;
  const outcomes: Outcome[] = [];
  const steps: Step[] = actions.map((action, index) => ({
    lane: `${action.kind} in ${action.region}`,
    run: async () => {
      const { outcome, stopLane } = await executeAction(action, execution);
      outcomes[index] = outcome;
      return { stopLane };
    },
    defer: (code) => {
      outcomes[index] = notStarted(action, code);
    },
  }));
  await runSteps(steps, CONCURRENCY, () => budget.now() < budget.deadlineMs);
  return outcomes;
}
