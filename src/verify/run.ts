/** Performs one run: makes volume and snapshot, asks every check in order, and deletes all of it whatever happens. */
import { randomBytes } from "node:crypto";
import { causeOf } from "../vault/aws/errors";
import { MINUTE_MS, isoSeconds } from "../vault/lib/time";
import { COPY_CHECKS, LOST_KEY_CHECK } from "./checks/copying";
import { HOLD_CHECKS } from "./checks/holding";
import { RECORD_CHECKS } from "./checks/records";
import type { Clients } from "./clients";
import { type Result, textOf, unknown } from "./findings";
import { type Left, type Register, removeAll } from "./made";
import { makeSnapshot, makeVolume } from "./making";
import { type Check, type Stage, interrupted, makeStage } from "./stage";
import type { Target } from "./target";

/** All checks in the order in which they are asked: each needs what those before it left. */
export const CHECKS: readonly Check[] = [...COPY_CHECKS, ...RECORD_CHECKS, LOST_KEY_CHECK, ...HOLD_CHECKS];

/** The environment of a run. */
export interface World {
  clients: Clients;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Fires at the first Ctrl-C. */
  signal: AbortSignal;
  progress: (message: string) => void;
}

export interface Run {
  /** The tag's value on everything that was made. */
  verifyId: string;
  results: Result[];
  left: Left[];
  interrupted: boolean;
}

/** Maximum length of a vault id, so that Descriptions are as long as they get. */
const VERIFY_ID_LENGTH = 48;

export function newVerifyId(nowMs: number): string {
  const time = isoSeconds(nowMs).replaceAll(/[-:]/g, "");
  return `verify-${time}-${randomBytes(12).toString("hex")}`.slice(0, VERIFY_ID_LENGTH);
}

function isInterrupted(error: unknown): boolean {
  return error instanceof Error && error.name === "Interrupted";
}

/** Ends with the first Ctrl-C: the rows that were not asked are left out. */
async function askAll(stage: Stage, { signal, progress }: World, results: Result[]): Promise<void> {
  for (const { id, title, run } of CHECKS) {
    if (signal.aborted) throw interrupted();
    progress(`${id}: ${title}`);
    try {
      results.push({ id, title, ...(await run(stage)) });
    } catch (error) {
      if (isInterrupted(error)) throw error;
      results.push({ id, title, ...unknown(textOf(causeOf(error))) });
    }
  }
}

/** Makes what the checks ask about. What fails here makes every check `unknown`. */
async function prepare(stage: Stage, { progress, signal }: World): Promise<void> {
  progress(`making a volume of 1 GiB and a snapshot in ${stage.target.primaryRegion}`);
  const volumeId = await makeVolume(stage);
  if (signal.aborted) throw interrupted();
  stage.evidence.source = await makeSnapshot(stage, volumeId);
}

/**
 * Runs all checks. Never throws: what failed is in the results, and what could not be deleted in `left`.
 * @param made the register of what is made, which a second Ctrl-C reads
 */
export async function runChecks(
  world: World,
  target: Target,
  timeoutMinutes: number,
  made: Register = new Map(),
): Promise<Run> {
  const { clients, now, sleep, signal, progress } = world;
  const verifyId = newVerifyId(now());
  const stopIfAborted = () => {
    if (signal.aborted) throw interrupted();
  };
  const wait = async (ms: number) => {
    stopIfAborted();
    await sleep(ms);
    stopIfAborted();
  };
  const timeoutMs = timeoutMinutes * MINUTE_MS;
  const stage = makeStage(clients, {
    target,
    verifyId,
    made,
    evidence: { first: [] },
    now,
    wait,
    timeoutMs,
  });
  const results: Result[] = [];
  let stopped = false;
  try {
    await prepare(stage, world);
    await askAll(stage, world, results);
  } catch (error) {
    stopped = isInterrupted(error);
    const why = stopped ? "interrupted" : textOf(causeOf(error));
    for (const { id, title } of CHECKS.slice(results.length)) {
      results.push({ id, title, ...unknown(why) });
    }
  }
  stopped ||= signal.aborted;
  progress("deleting what was made");
  const regions = [target.primaryRegion, target.drRegion];
  const client = (region: string) => clients.ec2(region);
  const left = await removeAll({ made, verifyId, regions, client, wait: sleep });
  return { verifyId, results, left, interrupted: stopped };
}
