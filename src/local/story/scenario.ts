/** Plays the story of a rehearsal: a night and its invocations, and many nights. */
import { HOUR_MS, isoSeconds } from "../../vault/lib/time";
import { nextFireMs } from "../../vault/lib/schedule";
import { pruned, readDecisions, started } from "../runtime/functionLog";
import type { Invocation } from "../runtime/lambda";
import type { Progress } from "../account/python";
import type { LocalVault, OnInvocation } from "../runtime/localVault";

export interface Night {
  night: number;
  /** The scheduled time. */
  slot: string;
  invocations: number;
  snapshots: number;
  copies: number;
  deletions: number;
  /** Invocations that ended in an error. */
  errors: number;
  /** Alarms that were in ALARM in it, of those that were deployed then; filled in at the end. */
  alarms: string[];
}

/** Time after a run at which the rehearsal looks at it: copies take minutes, and a sweep has been invoked. */
export const SETTLE_MS = 3 * HOUR_MS;
/** Nights up to which each gets a line; a longer history gets one every few nights. */
const REPORT_ALL_NIGHTS = 40;
const REPORT_EVERY = 10;

/** Times at which nights begin. */
export interface Timing {
  schedule: string;
  timezone: string;
  /** Time at which the schedules were made. */
  startMs: number;
}

export function count(night: Night, { log, error }: Invocation): void {
  const decisions = readDecisions(log);
  night.invocations += 1;
  night.snapshots += started(decisions, "snapshot");
  night.copies += started(decisions, "copy");
  night.deletions += pruned(decisions).length;
  if (error !== undefined) night.errors += 1;
}

/** Differences from an ordinary night. */
interface NightOptions {
  /** Time from the run to the end of the night; absent: {@link SETTLE_MS}. */
  settleMs?: number;
  onInvocation?: OnInvocation;
}

/** Lets time pass to some hours after the next scheduled run. */
export async function playNight(
  vault: LocalVault,
  { schedule, timezone, startMs }: Timing,
  number: number,
  { settleMs = SETTLE_MS, onInvocation }: NightOptions = {},
): Promise<Night> {
  const runMs = nextFireMs(schedule, timezone, vault.nowMs(), startMs);
  if (runMs === undefined) throw new Error(`${schedule} does not fire any more`);
  const night: Night = {
    night: number,
    slot: isoSeconds(runMs),
    invocations: 0,
    snapshots: 0,
    copies: 0,
    deletions: 0,
    errors: 0,
    alarms: [],
  };
  await vault.runUntil(runMs + settleMs, (invocation) => {
    count(night, invocation);
    onInvocation?.(invocation);
  });
  return night;
}

export function describeNight(night: Night): string {
  const { slot, snapshots, copies, deletions, invocations, errors } = night;
  const failed = errors > 0 ? `, ${errors} ended in an error` : "";
  return `${slot}: ${snapshots} snapshots, ${copies} copies, ${deletions} pruned in ${invocations} invocations${failed}`;
}

/**
 * Returns true if a night gets a line: each of a short history, else the first, every tenth, the last, and each with an
 * error.
 */
function isReported({ night, errors }: Night, nights: number): boolean {
  const few = nights <= REPORT_ALL_NIGHTS;
  return few || night === 1 || night === nights || night % REPORT_EVERY === 0 || errors > 0;
}

export async function playNights(
  vault: LocalVault,
  timing: Timing,
  nights: number,
  progress: Progress,
): Promise<Night[]> {
  const played: Night[] = [];
  for (let number = 1; number <= nights; number += 1) {
    const night = await playNight(vault, timing, number);
    played.push(night);
    if (isReported(night, nights)) progress(`night ${number} of ${nights}, ${describeNight(night)}`);
  }
  return played;
}
