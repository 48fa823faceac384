/** The answer of a restore: what became of it, fact by fact, and what to type next. */
import type { RestoreClient } from "../../restore/aws/client";
import { type Described, describeInstance } from "../../restore/aws/described";
import type { Outcome } from "../../restore/drive";
import type { Found } from "../../restore/found";
import type { LaunchOrder, Order } from "../../restore/order";
import type { RestoreSource } from "../../restore/source";
import { isoSeconds } from "../../vault/lib/time";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { failureOf, failureText } from "../failure";
import { factLines, madeLines } from "../print/restorePage";
import { compared } from "./plan";
import { afterwards } from "./work";

/** What a restore is called in the heading. */
export function titleOf({ instanceId, name, slot }: Pick<RestoreSource, "instanceId" | "name" | "slot">): string {
  return `${instanceId}${name === "" ? "" : ` (${name})`} of ${slot}`;
}

interface Ended {
  order: Order;
  source: RestoreSource;
  outcome: Outcome;
  startedMs: number;
  notes: string[];
}

function madeData(restoreId: string, found: Found | undefined): Record<string, unknown> {
  if (found === undefined) return { made: [] };
  return { made: madeLines(restoreId, found), volumeIds: found.volumes.map(({ volumeId }) => volumeId) };
}

/** States of a volume that is there, or comes to be: the step that failed may follow within a second. */
const MADE = ["creating", "available", "in-use"];

/** Decides whether some of the volumes that were asked for are made. */
function isPartly({ mode }: Order, found: Found | undefined): boolean {
  return mode === "volumes" && found?.volumes.some(({ state }) => MADE.includes(state)) === true;
}

/** Returns the answer where it failed: what is there, why, and both commands. */
function failedAnswer({ order, source, outcome, notes }: Ended, context: Context): Answer {
  const failed = outcome.state === "failed" ? outcome.failed : { code: "Failed", message: "it did not end" };
  const { resume, undo } = afterwards(order.restoreId, order.region);
  const { exitCode, hint } = failureOf({ name: failed.code, message: failed.message });
  const todo = failed.hint ?? hint;
  const made = outcome.found === undefined ? [] : madeLines(order.restoreId, outcome.found);
  const error = { ...failed, ...(todo !== undefined && { hint: todo }) };
  return {
    exitCode: isPartly(order, outcome.found) ? EXIT.partly : exitCode === EXIT.done ? EXIT.failed : exitCode,
    heading: `restore ${order.restoreId} of ${titleOf(source)} in ${context.region} failed`,
    data: {
      restoreId: order.restoreId,
      mode: order.mode,
      outcome: "failed",
      error,
      ...madeData(order.restoreId, outcome.found),
    },
    body: ({ colors }) =>
      [
        failureText(colors.red("failed"), error),
        ...(made.length === 0 ? ["nothing was made"] : ["what was made is there:", ...made.map((one) => `  ${one}`)]),
      ].join("\n"),
    notes,
    next:
      made.length === 0
        ? []
        : ([
            [resume, "go on"],
            [undo, "take it back"],
          ] as const),
  };
}

/** Compares with the new instance. It has the blobs that EC2 took; a public image of the detour has none of the UEFI variables. */
function comparedNow(source: RestoreSource, order: LaunchOrder, { shape }: Described) {
  const { blobs, baseImageId } = order;
  const { uefiData: _uefi, ...others } = blobs;
  const isDetour = baseImageId !== undefined && shape.launch.imageId === baseImageId;
  return compared(source, order, { ...shape, blobs: isDetour ? others : blobs });
}

/** Returns the answer where all is usable. */
function doneAnswer(ended: Ended, now: Described | undefined, context: Context): Answer {
  const { order, source, outcome, startedMs, notes } = ended;
  const seconds = Math.round((Date.now() - startedMs) / 1_000);
  const { undo } = afterwards(order.restoreId, order.region);
  const facts = order.mode === "launch" && now !== undefined ? comparedNow(source, order, now) : undefined;
  const made = outcome.found === undefined ? [] : madeLines(order.restoreId, outcome.found);
  const started = isoSeconds(startedMs);
  return {
    exitCode: EXIT.done,
    heading: `restore ${order.restoreId} of ${titleOf(source)} in ${context.region}. Times are UTC.`,
    data: {
      restoreId: order.restoreId,
      mode: order.mode,
      outcome: "done",
      startedAt: started,
      seconds,
      ...(now !== undefined && { instanceId: now.instanceId }),
      ...madeData(order.restoreId, outcome.found),
      ...(facts !== undefined && { differences: facts.differences, same: facts.same }),
    },
    body: (look) =>
      [
        `${look.colors.green("restored")} in ${seconds} s: ${now === undefined ? `${made.length} volumes` : now.instanceId}`,
        ...made.map((one) => `  ${one}`),
        ...(facts === undefined ? [] : factLines(facts.differences, facts.same, look)),
      ].join("\n"),
    notes,
    next: [[undo, "take it back"]],
  };
}

/** Returns the answer, with the instance as it is now if the restore launched one. */
export async function answerOf(client: RestoreClient, ended: Ended, context: Context): Promise<Answer> {
  if (ended.outcome.state !== "done") return failedAnswer(ended, context);
  const made = ended.outcome.found.instance?.instanceId;
  const now = made === undefined ? undefined : await describeInstance(client, made);
  return doneAnswer(ended, now, context);
}
