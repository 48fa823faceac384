/** `vault restore`: brings an instance or its volumes back from one recovery point, in the region that is named. */
import { KEY_HINT } from "../../restore/action";
import { type Check, checkOrder } from "../../restore/aws/checks";
import { restoreClient } from "../../restore/aws/client";
import { BLOB_NAMES } from "../../restore/blobs";
import { isRefusal } from "../../restore/refusal";
import { newRestoreId } from "../../restore/restoreTags";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";
import { lookOf } from "../print/look";
import { renderPlan } from "../print/restorePage";
import { commandOf } from "../restore/commandOf";
import { type Question, confirm } from "../restore/confirm";
import { type RestoreOptions, leftOut, modeOf, patienceOf } from "../restore/options";
import { dataAge, planOf, shownOrder } from "../restore/plan";
import { type Basis, type Prepared, prepare } from "../restore/prepare";
import { answerOf, titleOf } from "../restore/result";
import { findSource } from "../restore/source";
import { carryOut } from "../restore/work";
import { resume } from "../restore/resume";
import { undo } from "../restore/undo";
import { parseTime } from "../times";

/** Returns what a person has to say yes to. */
function questionOf({ order, live }: Prepared, { source }: Basis): Question {
  const name = source.name === "" ? source.instanceId : source.name;
  if (order.mode === "replace") {
    const why = `This takes the volumes of ${source.instanceId} off and puts those of ${source.slot} in their place.`;
    return { text: "Replace them?", name, why };
  }
  if (order.mode === "volumes") return { text: "Make these volumes?" };
  const isTwin = live !== undefined && order.isolatedIn === undefined;
  if (!isTwin) return { text: "Launch this instance?" };
  const why = `${source.instanceId} is ${live.state} in ${order.region}: two of the same machine may send mail and run jobs twice.`;
  return { text: "Launch another one all the same?", name, why };
}

async function planned(prepared: Prepared, basis: Basis, notes: string[]): Promise<{ plan: Answer; checks: Check[] }> {
  const { order } = prepared;
  const { source, client, context, options } = basis;
  const plan = planOf(source, prepared);
  context.progress("asking EC2 whether it would accept the calls");
  const checks = await checkOrder(client, order);
  const answer: Answer = {
    exitCode: checks.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.done,
    heading: `restore of ${titleOf(source)}, ${dataAge(source, context.nowMs)} old, in ${context.region}, mode ${order.mode}. Times are UTC.`,
    data: { dryRun: true, mode: order.mode, order: shownOrder(order), ...plan, checks },
    body: (look) => renderPlan(plan, checks, look),
    notes,
    next: [[commandOf(source.instanceId, order.mode, context.region, options), "do it"]],
  };
  return { plan: answer, checks };
}

/**
 * Ends before anything is made where a key is of no use: EC2 would accept each call, and drop what it made.
 * @throws with what AWS says of the key
 */
function refuseLostKey(checks: readonly Check[]): void {
  const lost = checks.find(({ error }) => error?.code === "KeyNotUsable");
  if (lost?.error === undefined) return;
  const hint = `${KEY_HINT} Nothing was changed.`;
  throw cliError(EXIT.failed, "KeyNotUsable", `${lost.call}: ${lost.error.message}`, hint);
}

/** Shows the plan to a person, with what they should know before they say yes. */
function showPlan({ heading, body, notes }: Answer, context: Context, { color }: RestoreOptions): void {
  const look = lookOf(process.stderr, process.env, color);
  context.pause();
  const said = notes.map((note) => `${look.colors.yellow("note:")} ${note}`);
  process.stderr.write(`${[look.colors.dim(heading), body(look), ...said].join("\n")}\n`);
}

/** Prints the plan, asks, and does it. */
async function begin(basis: Basis, notes: string[]): Promise<Answer> {
  const { context, options, client, source, restoreId } = basis;
  const prepared = await prepare(modeOf(options), basis);
  const all = [...notes, ...prepared.notes];
  const { plan, checks } = await planned(prepared, basis, all);
  if (options.dryRun === true) return plan;
  context.plan(plan.heading, { restoreId, ...plan.data, dryRun: false, notes: all });
  if (options.json !== true) showPlan(plan, context, options);
  refuseLostKey(checks);
  await confirm(questionOf(prepared, basis), options);
  const startedMs = Date.now();
  context.progress(`restore ${restoreId} begins`, { restoreId });
  const work = { client, restoreId, context, patienceMs: patienceOf(options) };
  const outcome = await carryOut(prepared.order, prepared.alternatives, work);
  const { order } = prepared;
  // A person has read the notes with the plan.
  const later = options.json === true ? all : [];
  return answerOf(client, { order, source, outcome, startedMs, notes: later }, context);
}

/** Restores, goes on with a restore, or takes one back. */
export async function restore(
  context: Context,
  instance: string | undefined,
  options: RestoreOptions,
): Promise<Answer> {
  const client = restoreClient(context.region);
  try {
    if (options.undo !== undefined) return await undo(client, options.undo, context, options);
    if (options.resume !== undefined) return await resume(client, options.resume, context, options);
    const mode = modeOf(options);
    patienceOf(options);
    if (options.at !== undefined) parseTime(options.at, context.nowMs);
    const unwanted = leftOut(options);
    const blobs = mode === "launch" ? BLOB_NAMES.filter((name) => !unwanted.includes(name)) : [];
    const { at, point } = options;
    const wanted = { instance, ...(at !== undefined && { at }), ...(point !== undefined && { point }) };
    const { source, notes } = await findSource(context, wanted, blobs);
    const restoreId = newRestoreId(context.nowMs, Math.random);
    return await begin({ client, source, restoreId, options, context }, notes);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw cliError(EXIT.usage, error.name, error.message, error.hint);
  }
}
