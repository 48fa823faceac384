/** `vault restore --undo ID`: takes away what a restore made, and puts back what it took off. */
import type { RestoreClient } from "../../restore/aws/client";
import type { Action } from "../../restore/action";
import type { Look } from "../../restore/aws/observe";
import { observeRestore } from "../../restore/aws/observe";
import { performAction } from "../../restore/aws/perform";
import { nextOfUndo } from "../../restore/next/undo";
import { undoPlanOf, workedOn } from "../../restore/recall";
import { SECOND_MS } from "../../vault/lib/time";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { cliError, failureOf, failureText } from "../failure";
import { madeLines } from "../print/restorePage";
import { confirm } from "./confirm";
import { type RestoreOptions, patienceOf } from "./options";
import { type Recalled, recall } from "./recall";
import { afterwards, loop } from "./work";

/** EC2 shows what a restore made last within seconds. */
const SETTLE_MS = 5 * SECOND_MS;

function lookOf(recalled: Recalled): Look {
  const isLaunch = recalled.choices.mode === "launch";
  const works = workedOn(recalled);
  const { restoreId } = recalled;
  return {
    restoreId,
    isLaunch,
    readsProtection: isLaunch,
    skips: [],
    ...(works !== undefined && { instanceId: works }),
  };
}

/** Undoes a restore. */
export async function undo(
  client: RestoreClient,
  restoreId: string,
  context: Context,
  options: RestoreOptions,
): Promise<Answer> {
  const recalled = await recall(client, restoreId, context);
  const { choices, instanceId, slot } = recalled;
  const look = lookOf(recalled);
  const before = madeLines(restoreId, await observeRestore(client, look));
  if (before.length === 0) {
    const message = `nothing of ${restoreId} is left in ${context.region}`;
    throw cliError(EXIT.nothing, "NoRestore", message, "Nothing has to be undone.");
  }
  const question =
    choices.mode === "replace"
      ? `Stop ${instanceId}, put its old volumes back, and delete the restored ones?`
      : `Delete what ${restoreId} made (${before.join("; ")})?`;
  await confirm({ text: question }, options);
  const plan = undoPlanOf(recalled);
  const perform = (action: Action) => performAction(client, undefined, action);
  const next = (found: Parameters<typeof nextOfUndo>[0]) => nextOfUndo(found, plan);
  const outcome = await loop(
    { look, next, perform, settleMs: SETTLE_MS, isUndo: true },
    { client, restoreId, context, patienceMs: patienceOf(options) },
  );
  const isDone = outcome.state === "done";
  const left = isDone || outcome.found === undefined ? [] : madeLines(restoreId, outcome.found);
  const failed = outcome.state === "failed" ? outcome.failed : undefined;
  const exitCode =
    failed === undefined ? EXIT.done : failureOf({ name: failed.code, message: failed.message }).exitCode;
  return {
    exitCode,
    heading: `undo of ${restoreId}, a restore of ${instanceId} of ${slot}, in ${context.region}`,
    data: {
      restoreId,
      mode: choices.mode,
      outcome: isDone ? "undone" : "failed",
      removed: before,
      left,
      ...(failed !== undefined && { error: failed }),
    },
    body: ({ colors }) =>
      failed === undefined
        ? [`${colors.green("undone")}; gone or as before:`, ...before.map((one) => `  ${one}`)].join("\n")
        : [failureText(colors.red("failed"), failed), "still there:", ...left.map((one) => `  ${one}`)].join("\n"),
    notes: [],
    next: isDone ? [] : [[afterwards(restoreId, context.region).undo, "try again"]],
  };
}
