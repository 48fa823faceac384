/** Asks for a run, and follows a slot until its copies are verified. */
import { setTimeout as sleep } from "node:timers/promises";
import { namesOf } from "../../iam/names";
import { describeVaultSnapshots } from "../../vault/aws/ec2Reads";
import { MINUTE_MS, SECOND_MS } from "../../vault/lib/time";
import type { VaultSettings } from "../../vault/model/settings";
import { askFunction, ec2 } from "../reading/aws";
import type { Context } from "../context";
import { failureOf } from "../failure";
import { type RunAnswer, runAnswerOf } from "./answer";
import type { Ended } from "./result";
import { type SlotState, isBusy, slotStateOf, waitingFor } from "./slotState";

/** The longest that a function can take (AWS, "Lambda quotas"), and a little more. */
const ANSWER_MS = 15.5 * MINUTE_MS;
/** Pauses between looks: the first, the longest, and their growth. EC2 needs minutes for a snapshot. */
const FIRST_PAUSE_MS = 2 * SECOND_MS;
const LAST_PAUSE_MS = 15 * SECOND_MS;
const GROWTH = 1.5;
/** Longer than the vault's longest pause between two follow-ups (clock/nextFollowUp.ts). */
const STALLED_MS = 20 * MINUTE_MS;

/** The answer did not come; the function may be at work all the same. */
const LOST = /^(TimeoutError|ECONNRESET|EPIPE|ETIMEDOUT)$/;

/** Asks the function for a run, and waits for its answer. */
export async function askForRun({ vaultId, primaryRegion: region }: VaultSettings, slot: string): Promise<RunAnswer> {
  const name = namesOf(vaultId).function;
  try {
    return runAnswerOf(await askFunction({ region, name }, { kind: "run", slot }, ANSWER_MS));
  } catch (error) {
    const { code } = failureOf(error);
    if (!LOST.test(code)) throw error;
    return {
      problems: [{ kind: "not-observed", severity: "notice", message: `the function's answer was lost (${code})` }],
    };
  }
}

/** Reads how far a slot is. */
export async function lookAtSlot(settings: VaultSettings, slot: string): Promise<SlotState> {
  const regions = [settings.primaryRegion, ...settings.dr.map(({ region }) => region)];
  const reads = await Promise.all(
    regions.map(async (region) => ({
      region,
      snapshots: await describeVaultSnapshots(ec2(region), region, settings.vaultId, slot),
    })),
  );
  return slotStateOf(reads, settings);
}

export interface Followed {
  state: SlotState;
  ended: Ended;
}

/** How long a slot is followed, and whether its copies are waited for. */
interface Patience {
  timeoutMs: number;
  /** Decides whether nothing more will come: the function made nothing and does not come back. */
  isOver: (state: SlotState) => boolean;
}

/** Follows a slot to its end. A look that fails is repeated, until the time is over. */
export async function follow(
  settings: VaultSettings,
  slot: string,
  { timeoutMs, isOver }: Patience,
  { progress }: Pick<Context, "progress">,
): Promise<Followed> {
  const startMs = Date.now();
  let movedMs = startMs;
  let before = "";
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * GROWTH)) {
    const state = await lookAtSlot(settings, slot);
    if (state.isComplete) return { state, ended: "complete" };
    if (isOver(state)) return { state, ended: "answered" };
    const now = waitingFor(state);
    if (now !== before || isBusy(state)) movedMs = Date.now();
    before = now;
    progress(now, { slot, snapshots: state.snapshots, copies: state.copies });
    if (Date.now() - startMs + pauseMs > timeoutMs) return { state, ended: "timeout" };
    if (Date.now() - movedMs > STALLED_MS) return { state, ended: "stalled" };
    await sleep(pauseMs);
  }
}

/** Decides whether a run ends with its answer: it made nothing, and nothing of it is under way. */
export function isOverAfter(answer: RunAnswer, { dryRun }: VaultSettings): (state: SlotState) => boolean {
  const isAnswered = answer.status !== undefined || answer.error !== undefined;
  return ({ snapshots }) => dryRun || (snapshots.total === 0 && isAnswered && answer.nextFollowUp === undefined);
}
