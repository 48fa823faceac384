/** The story of a rehearsal: a night and its passes, many nights, and a key that somebody disables. */
import { HOUR_MS, isoSeconds } from "../vault/time";
import { nextFireMs } from "../vault/schedule";
import { setKeyEnabled } from "./account";
import type { Firing } from "./eventBridge";
import { pruned, readDecisions, started } from "./functionLog";
import type { Invocation } from "./lambda";
import type { Progress } from "./python";
import type { LocalVault } from "./vault";

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
}

/** How long after a run the rehearsal looks at it: copies take minutes, and a sweep has passed. */
const SETTLE_MS = 3 * HOUR_MS;

interface Timing {
  schedule: string;
  timezone: string;
}

function count(night: Night, { log, error }: Invocation): void {
  const decisions = readDecisions(log);
  night.invocations += 1;
  night.snapshots += started(decisions, "snapshot");
  night.copies += started(decisions, "copy");
  night.deletions += pruned(decisions).length;
  if (error !== undefined) night.errors += 1;
}

/** Lets time pass to some hours after the next scheduled run. */
async function passNight(
  vault: LocalVault,
  timing: Timing,
  number: number,
  startMs: number,
): Promise<Night> {
  const runMs = nextFireMs(timing.schedule, timing.timezone, vault.nowMs(), startMs);
  if (runMs === undefined) throw new Error(`${timing.schedule} does not fire any more`);
  const night: Night = {
    night: number,
    slot: isoSeconds(runMs),
    invocations: 0,
    snapshots: 0,
    copies: 0,
    deletions: 0,
    errors: 0,
  };
  await vault.runUntil(runMs + SETTLE_MS, (_: Firing, invocation) => {
    count(night, invocation);
  });
  return night;
}

function describe({ slot, snapshots, copies, deletions, invocations, errors }: Night): string {
  const failed = errors > 0 ? `, ${errors} ended in an error` : "";
  return `${slot}: ${snapshots} snapshots, ${copies} copies, ${deletions} pruned in ${invocations} invocations${failed}`;
}

/** Somebody disables the DR key before a run; it is enabled again afterwards, and the next hours make good. */
async function keyTrouble(vault: LocalVault, pass: () => Promise<Night>, progress: Progress) {
  const { drKeyArn } = vault.stack;
  progress("somebody disables the DR key");
  await setKeyEnabled(vault.account, drKeyArn, false);
  const night = await pass();
  progress(`  ${describe(night)}`);
  progress("the key is enabled again; three hours pass");
  await setKeyEnabled(vault.account, drKeyArn, true);
  await vault.runUntil(vault.nowMs() + SETTLE_MS, (_, invocation) => {
    count(night, invocation);
  });
  return night;
}

export async function play(
  vault: LocalVault,
  timing: Timing,
  nights: number,
  startMs: number,
  progress: Progress,
): Promise<Night[]> {
  const played: Night[] = [];
  for (let number = 1; number <= nights; number += 1) {
    const night = await passNight(vault, timing, number, startMs);
    played.push(night);
    progress(`night ${number} of ${nights}, ${describe(night)}`);
  }
  const trouble = () => passNight(vault, timing, nights + 1, startMs);
  played.push(await keyTrouble(vault, trouble, progress));
  return played;
}
