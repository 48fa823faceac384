/** Composes what a person reads about instances that dropped out (dropouts.ts). Pure text. */
import { backupTagOf, quoted } from "../../inventory/backupTag";
import { DAY_MS, isoSeconds, parseIso } from "../../lib/time";
import type { Dropout } from "../../model/dropout";
import { type Problem, asNotice, isFailure, isNotice, problem } from "../../model/problem";
import type { SlotTask } from "../../model/trigger";
import type { Tags, World } from "../../model/world";
import type { CoreSettings } from "../../model/settings";
import { NEXT_RUN } from "./snapshotProblems";
import { pluralize, withCommand } from "../../lib/text";

export interface DropoutPlan {
  problems: Problem[];
  /** False while an instance is missing and it is not known why. */
  settled: boolean;
  /** Time since which the slot has waited for an instance that one list shows and another does not. */
  waitsSinceMs?: number;
}

function nameOf({ instanceId, tags }: Dropout): string {
  const name = tags.Name ?? "";
  return name === "" ? instanceId : `${instanceId} (${name})`;
}

/** Returns the day on which an instance's recovery points become orphans. */
function orphanDay({ newestMs }: Dropout, { orphanDays }: CoreSettings): string {
  return isoSeconds(newestMs + orphanDays * DAY_MS).slice(0, 10);
}

/** Returns what happens to an instance's recovery points once they are orphans, by the stack's `orphans`. */
function fateOf({ orphans, keepAtLeast }: CoreSettings): string {
  if (orphans === "expire") return "all of its recovery points are deleted";
  if (orphans === "keep") {
    return "nothing changes: the rules of its policy go on to decide which recovery points are kept";
  }
  const left = keepAtLeast === 1 ? "the newest recovery point" : `the newest ${keepAtLeast} recovery points`;
  return `only ${left} of each volume ${keepAtLeast === 1 ? "is" : "are"} kept`;
}

/** Quotes any text as one argument for a shell. */
function shellQuoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

/** Returns the CLI's short form of a tag, or JSON if the short form would read the text as its own syntax. */
function tagArgument(Key: string, Value: string): string {
  const isPlain = [Key, Value].every((text) => /^[\w.:/+@-]+$/.test(text));
  return isPlain ? `Key=${Key},Value=${Value}` : shellQuoted(JSON.stringify([{ Key, Value }]));
}

/**
 * Returns the command that protects the instance again, with the policy that its tag seems to mean, or else the
 * previous one.
 */
function commandFor({ instanceId, tags, policyName }: Dropout, settings: CoreSettings): string {
  const names = Object.keys(settings.policies);
  const { meant } = backupTagOf(tags, settings);
  const before = names.includes(policyName ?? "") ? policyName : undefined;
  const tag = tagArgument(settings.tagKey, meant ?? before ?? names[0] ?? "");
  return `aws ec2 create-tags --region ${settings.primaryRegion} --resources ${instanceId} --tags ${tag}`;
}

function expected({ tagKey, policies }: CoreSettings): string {
  return Object.keys(policies)
    .map((name) => `${tagKey}=${quoted(name)}`)
    .join(" or ");
}

function notProtected(dropout: Dropout, settings: CoreSettings): Problem {
  const { instanceId, newestMs } = dropout;
  const { is, now } = backupTagOf(dropout.tags, settings);
  const wants = is === "gone" ? "" : `. The vault backs up only ${expected(settings)}`;
  const dropped = problem(
    "not-protected-anymore",
    instanceId,
    `${nameOf(dropout)} is not backed up any more: ${now}${wants}. Its newest recovery point is of ${isoSeconds(newestMs)}.`,
    withCommand(
      "To back it up again",
      commandFor(dropout, settings),
      `If you want no more backups of it, do nothing. Its policy's rules apply until ${orphanDay(dropout, settings)}, ${pluralize(settings.orphanDays, "day")} after its newest recovery point, and until a mail has announced the change. After that, ${fateOf(settings)}.`,
    ),
  );
  return is === "gone" ? asNotice(dropped) : dropped;
}

function becomingOrphan(dropout: Dropout, settings: CoreSettings): Problem {
  const { instanceId, tags, newestMs } = dropout;
  const day = orphanDay(dropout, settings);
  return problem(
    "becoming-orphan",
    instanceId,
    `${nameOf(dropout)} has not been backed up since ${isoSeconds(newestMs)}: ${backupTagOf(tags, settings).now}. From ${day} on, once a mail has announced it for ${pluralize(settings.editGraceDays, "day")}, ${fateOf(settings)}.`,
    withCommand(
      "To back it up again, and so keep its recovery points",
      commandFor(dropout, settings),
      "Otherwise `orphans` decides what is kept. To change that, set `orphans` or `orphanDays` before then.",
    ),
  );
}

/** Reports an instance that has the tag, but that the list of instances with the tag lacked. */
function unlisted(dropout: Dropout, slot: string): Problem {
  const { instanceId } = dropout;
  return problem(
    "slot-missed",
    instanceId,
    `${nameOf(dropout)} has no snapshot for ${slot}: EC2 did not list it among the instances with the backup tag, though it has the tag`,
    NEXT_RUN,
  );
}

function isProtected(tags: Tags, settings: CoreSettings): boolean {
  return backupTagOf(tags, settings).is === "right";
}

/** Sorts failures first, because the first of very many of a kind speaks for all (report/grouping.ts). */
function failuresFirst(problems: readonly Problem[]): Problem[] {
  return [...problems.filter(isFailure), ...problems.filter(isNotice)];
}

/**
 * Plans what is reported about dropouts, and whether the slot waits for one.
 * @param dropouts as in {@link World}: absent if nobody is missing, `unseen` if they could not be looked up
 */
export function planDropouts(
  dropouts: World["dropouts"],
  settings: CoreSettings,
  { slot, mode }: SlotTask,
  nowMs: number,
): DropoutPlan {
  if (dropouts === undefined) return { problems: [], settled: true };
  if (dropouts === "unseen") return { problems: [], settled: false };
  const problems = dropouts
    .filter(({ tags }) => !isProtected(tags, settings))
    .map((one) => (one.because === "left" ? notProtected : becomingOrphan)(one, settings));
  const listedLate = dropouts.filter(({ tags }) => isProtected(tags, settings));
  const reported = failuresFirst(problems);
  if (listedLate.length === 0) return { problems: reported, settled: true };
  if (mode === "closing") {
    const missed = listedLate.map((one) => unlisted(one, slot));
    return { problems: [...missed, ...reported], settled: true };
  }
  const sinceMs = Math.min(nowMs, parseIso(slot) ?? nowMs);
  return { problems: reported, settled: false, waitsSinceMs: sinceMs };
}
