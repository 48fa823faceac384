/**
 * Writes the audit log: the manifests that are due, then the invocation's record. What cannot be written is reported
 * and stops nothing. The next invocation catches up on manifests. See docs/adr/0014.
 */
import { type Budget, type Step, runSteps } from "../../lib/pool";
import { type DueManifests, dueManifests } from "./manifest";
import type { PutObject } from "../../aws/s3";
import { recordKey } from "../../model/auditKeys";
import { type Decided, composeRecord, hasDecided } from "./record";
import type { ClockState } from "../../model/clockState";
import { causeOf } from "../../aws/errors";
import { MINUTE_MS, SECOND_MS, isoSeconds, parseIso } from "../../lib/time";
import { type Problem, problem } from "../../model/problem";
import { IF_DENIED } from "../../lib/text";

/** Writes in flight. S3 takes thousands per second. */
const CONCURRENCY = 8;

/**
 * Time by which a describe of one region may lag behind another's. Whatever was completed within it is looked at once
 * more.
 */
const LAG_MS = 30 * MINUTE_MS;

export interface Audited {
  problems: Problem[];
  /** Completion time up to which all manifests have been written, in ISO format. The timer carries it on. */
  manifestsTo?: string;
}

const LATER = {
  manifest: "The next invocation writes it.",
  record: "This record is not written later, but the log of this invocation has the same decisions.",
};

function unwritten(what: "manifest" | "record", key: string, error: unknown): Problem {
  const { code, message } = causeOf(error);
  return problem(
    "audit-not-written",
    what,
    `the audit log lacks the ${what} ${key}, because it could not be written: ${code}: ${message}`,
    `Backups continue. ${LATER[what]} Check that the bucket exists and that the DR key is enabled. ${IF_DENIED}`,
  );
}

/** Writes manifests until one fails, because what forbids one forbids all. */
async function writeManifests(
  put: PutObject,
  { due, toMs }: DueManifests,
  budget: Budget,
): Promise<{ problems: Problem[]; toMs?: number }> {
  const problems: Problem[] = [];
  const written: boolean[] = [];
  const steps: Step[] = due.map(({ key, manifest }, index) => ({
    lane: "manifests",
    run: async () => {
      try {
        await put(key, JSON.stringify(manifest));
        written[index] = true;
        return {};
      } catch (error) {
        if (problems.length === 0) problems.push(unwritten("manifest", key, error));
        return { stopLane: causeOf(error).code };
      }
    },
    defer: () => {
      written[index] = false;
    },
  }));
  await runSteps(steps, CONCURRENCY, () => budget.now() < budget.deadlineMs);
  const missing = due.find((_, index) => written[index] !== true);
  // The second before the first one that was not written, so that the next invocation finds it.
  return { problems, toMs: missing === undefined ? toMs : missing.completedMs - SECOND_MS };
}

/**
 * Writes the due manifests, and the record if anything was decided. Never throws.
 * @param put absent if there is no audit log
 * @param clock `undefined` if it could not be read, because then it is unknown which manifests were written
 * @returns problems to report, and how far the manifests are written
 */
export async function auditInvocation(
  put: PutObject | undefined,
  decided: Decided,
  clock: ClockState | undefined,
  budget: Budget,
): Promise<Audited> {
  if (put === undefined) return { problems: [], manifestsTo: clock?.manifestsTo };
  const { inventory, settings, plan, trigger, startMs } = decided;
  const beforeMs = parseIso(clock?.manifestsTo ?? "");
  const { canonical } = plan;
  const seen = { inventory, canonical };
  const due = clock === undefined ? { due: [] } : dueManifests(seen, settings, beforeMs, budget.now());
  const { problems, toMs } = await writeManifests(put, due, budget);
  const reachedMs = Math.max(Math.min(toMs ?? 0, budget.now() - LAG_MS), beforeMs ?? 0);
  const manifestsTo = reachedMs === 0 ? undefined : isoSeconds(reachedMs);
  const whole = { ...decided, plan: { ...plan, problems: [...plan.problems, ...problems] } };
  if (!hasDecided(whole)) return { problems, manifestsTo };
  const key = recordKey(trigger, startMs);
  try {
    await put(key, JSON.stringify(composeRecord(whole)));
  } catch (error) {
    problems.push(unwritten("record", key, error));
  }
  return { problems, manifestsTo };
}
