/** `vault run`: asks the deployed function for a run, and follows it to its outcome. */
import { MINUTE_MS, isoSeconds } from "../../vault/lib/time";
import type { VaultSettings } from "../../vault/model/settings";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";
import { type Followed, askForRun, follow, isOverAfter, lookAtSlot } from "../run/following";
import { renderRun } from "../print/runPage";
import { findVault } from "../reading/reading";
import type { RunAnswer } from "../run/answer";
import { resultOf } from "../run/result";
import { parseDuration, parseTime } from "../times";
import { plan } from "./plan";

export interface WantedRun {
  dryRun: boolean;
  /** False: end once the function has answered. */
  wait: boolean;
  timeout: string;
  /** Slot of a run that was asked for before. */
  follow?: string;
}

/** Returns the slot of the run: the minute that begins it, as the function itself would choose. */
function slotOf(nowMs: number): string {
  return isoSeconds(nowMs - (nowMs % MINUTE_MS));
}

/** Asks for the run, and says meanwhile what Ctrl-C means. */
async function ask(settings: VaultSettings, slot: string, context: Context): Promise<RunAnswer> {
  const { vaultId, primaryRegion } = settings;
  const hint = `To follow it: vault run --follow ${slot} --vault ${vaultId} --region ${primaryRegion}`;
  const asked = `interrupted: the function was asked for a run for ${slot} and has not answered yet`;
  context.onInterrupt(() => ({ message: `${asked}; if the request arrived, the run goes on in AWS by itself`, hint }));
  context.progress(`asked ${vaultId} in ${primaryRegion} for a run for ${slot}, waiting for its answer`, { slot });
  const answer = await askForRun(settings, slot);
  const message = `interrupted: the run for ${slot} goes on in AWS by itself, and the vault makes its copies`;
  context.onInterrupt(() => ({ message, hint }));
  return answer;
}

/** Follows a run that is asked for now, or was asked for before. */
async function runTo(settings: VaultSettings, wanted: WantedRun, context: Context) {
  const timeoutMs = parseDuration(wanted.timeout);
  if (wanted.follow !== undefined) {
    const slot = isoSeconds(parseTime(wanted.follow, context.nowMs));
    const { snapshots } = await lookAtSlot(settings, slot);
    if (snapshots.total === 0) {
      const hint = "`vault list` shows the slots that there are.";
      throw cliError(EXIT.nothing, "NoRun", `no snapshot for ${slot} was found in ${settings.primaryRegion}`, hint);
    }
    const answer: RunAnswer = { problems: [] };
    return { slot, answer, ...(await follow(settings, slot, { timeoutMs, isOver: () => false }, context)) };
  }
  const slot = slotOf(context.nowMs);
  const answer = await ask(settings, slot, context);
  if (wanted.wait) {
    const isOver = isOverAfter(answer, settings);
    return { slot, answer, ...(await follow(settings, slot, { timeoutMs, isOver }, context)) };
  }
  const state = await lookAtSlot(settings, slot);
  const followed: Followed = { state, ended: state.isComplete ? "complete" : "answered" };
  return { slot, answer, ...followed };
}

/** Returns the plan of a run now, for `--dry-run`. */
async function preview(context: Context): Promise<Answer> {
  const answer = await plan(context, { at: isoSeconds(context.nowMs) });
  const next = [[`vault run --region ${context.region}`, "ask for this run"], ...answer.next] as const;
  return { ...answer, data: { ...answer.data, dryRun: true }, next };
}

/** Runs the vault. */
export async function run(context: Context, wanted: WantedRun): Promise<Answer> {
  parseDuration(wanted.timeout);
  if (wanted.dryRun) return preview(context);
  const { vaultId, settings, notes } = await findVault(context);
  if (settings === undefined) {
    const hint = "Only the deployed function makes backups. Check the region, and that the stack is deployed.";
    throw cliError(EXIT.failed, "NoFunction", notes.join("; "), hint);
  }
  const { slot, answer, state, ended } = await runTo(settings, wanted, context);
  const result = resultOf(ended, state, answer);
  const { primaryRegion } = settings;
  const goesOn =
    ended === "complete" ? [] : [[`vault run --follow ${slot} --region ${primaryRegion}`, "follow it"] as const];
  return {
    exitCode: result.exitCode,
    heading: `${vaultId}: run for ${slot}. Times are UTC.`,
    body: (look) => renderRun({ result, primaryRegion, state, answer }, look),
    data: { vaultId, slot, outcome: result.outcome, answer: result.answer, ...state, function: answer },
    notes: settings.dryRun ? ["dryRun is on: the function writes nothing to EC2"] : [],
    next: [...goesOn, [`vault list --since ${slot} --region ${primaryRegion}`, "its recovery points"]],
  };
}
