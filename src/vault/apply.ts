/**
 * apply: carries out a plan. Every action ends in exactly one outcome: done, deferred (a limit was met, an answer was
 * lost or time ran out: normal, the next pass sees it again), skipped (already so) or failed (with AWS's reason).
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import { withCopyTags, withSnapshotTags } from "./bareTags";
import { type VaultClients, ec2In } from "./clients";
import {
  type Made,
  copySnapshot,
  createSet,
  createSingle,
  deleteSnapshot,
  lockSnapshot,
  markCopyExpired,
} from "./ec2Writes";
import { type Cause, type Meaning, causeOf, holdersOf, meaningOf } from "./errors";
import { isoSeconds } from "./time";
import type { Action, DeleteAction, Mark, Outcome, SnapshotAction, VaultPolicy } from "./types";
import { type Step, runSteps } from "./workers";

/** Calls in flight. EC2 refills 5 creates or deletes a second; the SDK's adaptive retry paces what is above. */
const CONCURRENCY = 8;

export interface Budget {
  now: () => number;
  /** Nothing is begun after this time; what is left of the invocation is for the report. */
  deadlineMs: number;
}

interface Result {
  status: Outcome["status"];
  detail: string;
  snapshotIds?: string[];
  cause?: Cause;
  requestId?: string;
  heldBy?: string[];
  setRefused?: string;
  tagsRefused?: string;
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

/** What an error makes of an action. Only a limit stops the other actions of its kind. */
function resultOf(error: unknown): Result {
  const cause = causeOf(error);
  const meaning = meaningOf(cause);
  const detail = `${cause.code}: ${cause.message}`;
  const stopLane = meaning === "limit" ? cause.code : undefined;
  return { status: STATUS[meaning], detail, cause, requestId: cause.requestId, stopLane };
}

function done(detail: string, { snapshotIds, requestId }: Made, tagsRefused?: string): Result {
  return { status: "done", detail, snapshotIds, requestId, tagsRefused };
}

/** The worse first: what must be told, then what must be tried again. */
const WORST_FIRST: readonly Outcome["status"][] = ["failed", "deferred", "skipped", "done"];

/** Snapshots one volume at a time; says of each volume how it went and keeps what was made. */
async function snapshotEach(
  client: EC2Client,
  action: SnapshotAction,
  why: string,
): Promise<Result> {
  const made: string[] = [];
  const troubles: Result[] = [];
  let tagsRefused: string | undefined;
  for (const volume of action.volumes) {
    try {
      const single = { ...action, volumes: [volume] };
      const one = await withSnapshotTags(single, (as) => createSingle(client, as, as.volumes[0] ?? volume)); // prettier-ignore
      made.push(...one.made.snapshotIds);
      tagsRefused ??= one.tagsRefused;
    } catch (error) {
      const result = resultOf(error);
      result.detail = `${volume.volumeId}: ${result.detail}`;
      troubles.push(result);
      if (result.stopLane !== undefined) break;
    }
  }
  const detail = `${made.length} of ${action.volumes.length} volumes, not crash-consistent: ${why}`;
  const [worst] = [...troubles].sort(
    (a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status),
  );
  if (worst === undefined) return { status: "done", detail, snapshotIds: made, tagsRefused };
  const stopLane = troubles.find((trouble) => trouble.stopLane !== undefined)?.stopLane;
  const all = `${detail}; ${worst.detail}`;
  return { ...worst, detail: all, snapshotIds: made, tagsRefused, stopLane };
}

/** The set call; where EC2 refuses it for this instance, a snapshot a volume is better than none. */
async function snapshotInstance(client: EC2Client, action: SnapshotAction): Promise<Result> {
  if (action.mode === "each") {
    return snapshotEach(client, action, "more volumes to leave out than one call takes");
  }
  try {
    const { made, tagsRefused } = await withSnapshotTags(action, (as) => createSet(client, as));
    const detail = `${made.snapshotIds.length} volumes, one crash-consistent set`;
    return done(detail, made, tagsRefused);
  } catch (error) {
    const result = resultOf(error);
    const meaning = result.cause === undefined ? "refused" : meaningOf(result.cause);
    if (meaning !== "refused") return result;
    return { ...(await snapshotEach(client, action, result.detail)), setRefused: result.detail };
  }
}

/** A copy's source that is gone meanwhile needs no mark. An original whose stand-in is gone must not go after it. */
async function writeMark(
  client: EC2Client,
  { snapshotId, regions }: Mark,
  isOfCopy: boolean,
  nowMs: number,
): Promise<void> {
  try {
    await markCopyExpired(client, snapshotId, regions, isoSeconds(nowMs));
  } catch (error) {
    if (!isOfCopy || meaningOf(causeOf(error)) !== "gone") throw error;
  }
}

async function deleteOne(
  clients: VaultClients,
  action: DeleteAction,
  policy: VaultPolicy,
  nowMs: number,
): Promise<Result> {
  const { region, snapshotId, mark, reason } = action;
  const { primaryRegion } = policy;
  if (mark !== undefined) {
    await writeMark(ec2In(clients, primaryRegion).writer, mark, region !== primaryRegion, nowMs);
  }
  return done(reason, await deleteSnapshot(ec2In(clients, region).writer, snapshotId));
}

/** What an error makes of a deletion: one that something forbids is not the vault's to force, nor its failure. */
function undeleted(error: unknown): Result {
  const result = resultOf(error);
  const heldBy = result.cause === undefined ? undefined : holdersOf(result.cause);
  return heldBy === undefined ? result : { ...result, status: "skipped", heldBy };
}

async function applyOne(
  clients: VaultClients,
  action: Action,
  policy: VaultPolicy,
  nowMs: number,
): Promise<Result> {
  try {
    const { writer } = ec2In(clients, action.region);
    if (action.kind === "snapshot") return await snapshotInstance(writer, action);
    if (action.kind === "copy") {
      const { made, tagsRefused } = await withCopyTags(action, (as) => copySnapshot(writer, as));
      return done(action.reason, made, tagsRefused);
    }
    if (action.kind === "lock") return done(action.reason, await lockSnapshot(writer, action));
    return await deleteOne(clients, action, policy, nowMs);
  } catch (error) {
    return action.kind === "delete" ? undeleted(error) : resultOf(error);
  }
}

/** One action and what became of it; never throws. @returns with `stopLane` where a limit stops all of its kind */
export async function carryOutOne(
  clients: VaultClients,
  action: Action,
  policy: VaultPolicy,
  nowMs: number,
): Promise<{ outcome: Outcome; stopLane?: string }> {
  const result = await applyOne(clients, action, policy, nowMs);
  const { status, detail, cause, requestId, heldBy, setRefused, tagsRefused, stopLane, snapshotIds = [] } = result; // prettier-ignore
  const code = cause?.code;
  const more = {
    ...(heldBy && { heldBy }),
    ...(setRefused && { setRefused }),
    ...(tagsRefused && { tagsRefused }),
  };
  return { outcome: { action, status, detail, code, requestId, snapshotIds, ...more }, stopLane };
}

/** @param code what stopped its kind; none where time was over */
export function notBegun(action: Action, code?: string): Outcome {
  const detail = code === undefined ? "no time left" : `stopped after ${code}`;
  return { action, status: "deferred", notBegun: true, detail, code, snapshotIds: [] };
}

/**
 * @returns one outcome an action, in the plan's order; never throws
 */
export async function apply(
  clients: VaultClients,
  actions: readonly Action[],
  policy: VaultPolicy,
  budget: Budget,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const steps: Step[] = actions.map((action, index) => ({
    lane: `${action.kind} in ${action.region}`,
    run: async () => {
      const { outcome, stopLane } = await carryOutOne(clients, action, policy, budget.now());
      outcomes[index] = outcome;
      return { stopLane };
    },
    defer: (code) => {
      outcomes[index] = notBegun(action, code);
    },
  }));
  await runSteps(steps, CONCURRENCY, () => budget.now() < budget.deadlineMs);
  return outcomes;
}
