/** `vault restore --resume ID`: goes on with a restore that was interrupted or failed. */
import type { RestoreClient } from "../../restore/aws/client";
import { describeInstance } from "../../restore/aws/described";
import { readRegionFacts } from "../../restore/aws/regionFacts";
import { launchAgain, replaceAgain, volumesAgain } from "../../restore/choose/resume";
import { BLOB_NAMES } from "../../restore/blobs";
import type { Order } from "../../restore/order";
import type { RestoreSource } from "../../restore/source";
import type { Answer, Context } from "../context";
import { type RestoreOptions, patienceOf } from "./options";
import { type Recalled, recall } from "./recall";
import { answerOf } from "./result";
import { findSlot } from "./source";
import { carryOut } from "./work";

/** Plans the restore again, as it was chosen. */
async function orderAgain(
  client: RestoreClient,
  source: RestoreSource,
  recalled: Recalled,
  backupTagKey: string,
): Promise<Order> {
  const { choices, restoreId, instanceId } = recalled;
  if (choices.mode === "volumes") return volumesAgain(source, choices, restoreId);
  if (choices.mode === "replace") {
    const live = await describeInstance(client, instanceId);
    return replaceAgain(source, choices, restoreId, live?.rootDevice ?? "");
  }
  const facts = await readRegionFacts(client, source.region, choices.instanceType ?? source.instanceType ?? "", []);
  return launchAgain(source, facts, choices, { restoreId, backupTagKey });
}

/** Goes on with a restore. */
export async function resume(
  client: RestoreClient,
  restoreId: string,
  context: Context,
  options: RestoreOptions,
): Promise<Answer> {
  const recalled = await recall(client, restoreId, context);
  const { leavesOut = [], mode } = recalled.choices;
  const blobs = mode === "launch" ? BLOB_NAMES.filter((name) => !leavesOut.includes(name)) : [];
  const { source, notes } = await findSlot(context, recalled, blobs);
  const again = await orderAgain(client, source, recalled, options.backupTag);
  const order = { ...again, attempt: String(context.nowMs) };
  const startedMs = Date.now();
  const work = { client, restoreId, context, patienceMs: patienceOf(options) };
  const outcome = await carryOut(order, [], work, recalled.found.ended);
  return answerOf(client, { order, source, outcome, startedMs, notes }, context);
}
