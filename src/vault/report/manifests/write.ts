/**
 * Writes captures and manifests to the bucket of every DR region, each region by itself, so that one that is down does
 * not hinder the others. What cannot be written is reported and stops nothing. See docs/adr/0023.
 */
import { IF_DENIED } from "../../lib/text";
import type { Invocation } from "../../aws/tools";
import type { PutObject } from "../../aws/s3";
import { causeOf } from "../../aws/errors";
import type { Inventory } from "../../inventory/inventory";
import { vaultError } from "../../lib/errors";
import { runSteps } from "../../lib/pool";
import { MINUTE_MS, SECOND_MS, isoSeconds, parseIso } from "../../lib/time";
import type { ClockState, ManifestsTo } from "../../model/memory/clockState";
import { type Problem, problem } from "../../model/problem";
import type { CoreSettings } from "../../model/settings";
import type { Work } from "../../model/work";
import { type Keyed, capturesOf } from "./capture";
import { dueManifests } from "./manifest";

/** Writes in flight per region. S3 takes thousands per second. */
const CONCURRENCY = 8;

/**
 * Time by which a describe of one region may lag behind another's. Whatever was completed within it is looked at once
 * more.
 */
const LAG_MS = 30 * MINUTE_MS;

/** Time after the deadline in which captures are still written, because no later invocation can write them. */
const CAPTURE_GRACE_MS = 10 * SECOND_MS;

interface Written {
  problems: Problem[];
  manifestsTo?: ManifestsTo;
}

function unwritten(region: string, key: string, error: unknown): Problem {
  const { code, message } = causeOf(error);
  return problem(
    "manifest-not-written",
    region,
    `the manifest bucket in ${region} lacks ${key}, because it could not be written: ${code}: ${message}`,
    `Backups continue, and tags hold what a restore needs. The next invocation writes a missing manifest. A missing capture is not written later. Check that the bucket exists and that the DR key is enabled. ${IF_DENIED}`,
  );
}

/** Result of writing some objects: the index of the first that was not written, and the first error. */
interface Put {
  missing?: number;
  failed?: { key: string; error: unknown };
}

/** Writes objects until one fails, because what forbids one forbids all. */
async function putAll(put: PutObject, objects: readonly Keyed[], hasTime: () => boolean): Promise<Put> {
  const written: boolean[] = [];
  let failed: Put["failed"];
  const steps = objects.map(({ key, body }, index) => ({
    lane: "objects",
    run: async () => {
      try {
        await put(key, JSON.stringify(body));
        written[index] = true;
        return {};
      } catch (error) {
        failed ??= { key, error };
        return { stopLane: causeOf(error).code };
      }
    },
    defer: () => undefined,
  }));
  await runSteps(steps, CONCURRENCY, hasTime);
  const missing = objects.findIndex((_, index) => written[index] !== true);
  return { ...(missing >= 0 && { missing }), ...(failed !== undefined && { failed }) };
}

/** What is to be written to one region. */
interface Task {
  region: string;
  put: PutObject;
  captures: readonly Keyed[];
  seen: Parameters<typeof dueManifests>[0];
  settings: CoreSettings;
  /** Absent if the timer could not be read: then it is unknown which manifests were written. */
  clock: ClockState | undefined;
}

async function writeIn(
  { region, put, captures, seen, settings, clock }: Task,
  { now, deadlineMs }: { now: () => number; deadlineMs: number },
): Promise<{ problem?: Problem; toMs?: number }> {
  const beforeMs = parseIso(clock?.manifestsTo?.[region] ?? "");
  const captured = await putAll(put, captures, () => now() < deadlineMs + CAPTURE_GRACE_MS);
  const lost = captures[captured.missing ?? captures.length];
  if (lost !== undefined) {
    const { key, error } = captured.failed ?? { key: lost.key, error: vaultError("TimedOut", "no time left") };
    return { problem: unwritten(region, key, error), toMs: beforeMs };
  }
  const due = clock === undefined ? undefined : dueManifests(seen, settings, { region, toMs: beforeMs }, now());
  const list = due?.due ?? [];
  const { missing, failed } = await putAll(put, list, () => now() < deadlineMs);
  // The second before the first one that was not written, so that the next invocation finds it.
  const first = list[missing ?? list.length];
  const toMs = first === undefined || due?.toMs === undefined ? due?.toMs : first.completedMs - SECOND_MS;
  const reachedMs = Math.max(Math.min(toMs ?? 0, now() - LAG_MS), beforeMs ?? 0);
  return {
    ...(failed !== undefined && { problem: unwritten(region, failed.key, failed.error) }),
    ...(reachedMs > 0 && { toMs: reachedMs }),
  };
}

/**
 * Writes the captures of what was created, and the manifests that are due. Never throws.
 * @param clock absent if the timer could not be read
 * @returns problems to report, and how far the manifests are written
 */
export async function writeManifests(
  { settings, tools: { clients, now }, deadlineMs }: Invocation,
  { world, outcomes, plan, inventory }: Work & { inventory: Inventory },
  clock: ClockState | undefined,
): Promise<Written> {
  const captures = capturesOf({ world, outcomes }, settings);
  const seen = { inventory, canonical: plan.canonical };
  const written = await Promise.all(
    Object.entries(clients.putManifest).map(async ([region, put]) => ({
      region,
      ...(await writeIn({ region, put, captures, seen, settings, clock }, { now, deadlineMs })),
    })),
  );
  const reached = written.flatMap(({ region, toMs }) => (toMs === undefined ? [] : [[region, isoSeconds(toMs)]]));
  return {
    problems: written.flatMap((one) => one.problem ?? []),
    ...(reached.length > 0 && { manifestsTo: Object.fromEntries(reached) as ManifestsTo }),
  };
}
