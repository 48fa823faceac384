/**
 * Composes what a run reports although nothing failed, if `mailOn` asks for it. These are notices, so each is reported
 * once like any other. The timer carries that this week's summary was reported. Pure.
 */
import { pluralize } from "../lib/text";
import { makeCalendar } from "../retention/calendar";
import { gibOf, recoveryPoints } from "../inventory/recoveryPoints";
import type { Inventory } from "../inventory/inventory";
import type { ReadRegion } from "../inventory/regions";
import { worstRecoveryPointAgeHours } from "../inventory/age";
import type { Summary } from "./summary";
import { DAY_MS, HOUR_MS, humanDuration, parseIso } from "../lib/time";
import { type Problem, isFailure, problem } from "../model/problem";
import type { VaultSettings } from "../model/settings";
import type { World } from "../model/world";

const WEEK_DAYS = 7;

/** The observed state, and its inventory. */
interface Seen {
  world: World;
  inventory: Inventory;
}

function runReport({ trigger, status, counts }: Summary): Problem {
  const slot = trigger.slot ?? trigger.runId;
  return problem(
    "run-report",
    slot,
    `the run for ${slot} was ${status}: it started ${pluralize(counts.snapshots, "snapshot")} and ${pluralize(counts.copies, "copy", "copies")}, ` +
      `deleted ${counts.deletions} and deferred ${counts.deferred}`,
  );
}

function regionLine({ region, dr, own }: ReadRegion, world: World, settings: VaultSettings, nowMs: number): string {
  const points = recoveryPoints(own, dr);
  const slots = new Set(points.map(({ identity }) => identity.slot));
  const recent = [...slots].filter((slot) => nowMs - (parseIso(slot) ?? 0) <= WEEK_DAYS * DAY_MS).length;
  const worstAgeHours = worstRecoveryPointAgeHours(world.instances, points, settings.tagKey, nowMs);
  const age =
    worstAgeHours === undefined
      ? "no recovery point to compute an age of"
      : `the worst recovery point age of an instance is ${humanDuration(worstAgeHours * HOUR_MS)}`;
  return `${region} has ${pluralize(points.length, "recovery point")} (${gibOf(points)} GiB of volumes), for ${pluralize(recent, "scheduled time")} in ${WEEK_DAYS} days; ${age}`;
}

/** Summarizes the state of the vault, as the first run of a week in its time zone finds it. */
function weeklySummary(
  { trigger, problems }: Summary,
  { world, inventory }: Seen,
  settings: VaultSettings,
  nowMs: number,
): Problem {
  const slotMs = parseIso(trigger.slot ?? "") ?? nowMs;
  const week = makeCalendar(settings.timezone).periodsOf(slotMs).weekly;
  const failures = problems.filter(isFailure).length;
  const lines = [settings.primaryRegion, ...settings.dr.map(({ region }) => region)].map((name) => {
    const one = inventory.regions.find(({ region }) => region === name);
    return one === undefined ? `${name} could not be read` : regionLine(one, world, settings, nowMs);
  });
  const known = world.instances;
  const instances = known === undefined ? "an unknown number of instances" : pluralize(known.length, "instance");
  return problem(
    "weekly-summary",
    week,
    `${week}: ${instances} backed up, ${pluralize(failures, "problem")} now. ${lines.join(". ")}`,
  );
}

/** Returns the reports of a run, reported before or not; empty for any other invocation. */
export function reportsOf(summary: Summary, seen: Seen, settings: VaultSettings, nowMs: number): Problem[] {
  if (summary.trigger.kind !== "run") return [];
  switch (settings.mailOn) {
    case "always":
      return [runReport(summary)];
    case "weekly-summary":
      return [weeklySummary(summary, seen, settings, nowMs)];
    case "failure":
      return [];
  }
}
