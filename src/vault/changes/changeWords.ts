/**
 * Composes what a person reads about recovery points that wait: what is deleted, when, why, and how to prevent or
 * approve it. Pure text.
 */
import { groupBy } from "../lib/collections";
import { type ChangeKind, isOf, kindOf, soonestMs, subjectOf } from "./changeKeys";
import type { ChangeMemory } from "../model/memory/changeMemory";
import type { ChangePlan } from "./changePlans";
import type { HeldPoint } from "../model/memory/waitingPlans";
import { deletionPlanHash } from "./planHash";
import { isoSeconds } from "../lib/time";
import { type Problem, problem } from "../model/problem";
import type { CoreSettings } from "../model/settings";
import { listed, pluralize, withCommand } from "../lib/text";

function countOf(held: readonly HeldPoint[]): number {
  return new Set(held.map(({ instanceId, slot }) => `${instanceId} ${slot}`)).size;
}

function pointsOf(held: readonly HeldPoint[]): string {
  return pluralize(countOf(held), "recovery point");
}

/** Says how many are already due, unless all are. */
function dueAlready(held: readonly HeldPoint[]): string {
  const due = held.filter(({ isLater }) => !isLater);
  if (due.length === held.length) return "";
  return due.length === 0 ? ", none of them due yet" : `, ${countOf(due)} of them due already`;
}

/** Returns per instance `i-…: 12 recovery points of 2026-03-01T03:00:00Z to 2026-03-12T03:00:00Z (snap-…, snap-…)`. */
function byInstance(held: readonly HeldPoint[]): string {
  const instances = groupBy(held, ({ instanceId }) => instanceId);
  const texts = [...instances].map(([instanceId, points]) => {
    const slots = points.map(({ slot }) => slot).sort();
    const ids = points.map(({ snapshotId }) => snapshotId);
    const more = ids.length > 3 ? ", …" : "";
    return `${instanceId}: ${pointsOf(points)} of ${slots[0]} to ${slots.at(-1)} (${ids.slice(0, 3).join(", ")}${more})`;
  });
  return listed(texts);
}

/** Says when an approval takes effect. Only runs look for instances, and without them nothing is an orphan. */
function carriedOut(held: readonly HeldPoint[]): string {
  const isOrphans = held.some((one) => isOf(one, "orphan"));
  const when = isOrphans
    ? "The next hourly sweep carries it out, and the next run what is of instances that are not backed up any more."
    : "The next hourly sweep carries it out.";
  // A second value would replace the first, and each region has a plan of its own.
  return `${when} To approve several plans, put their hashes into one value, in quotes, separated by blanks.`;
}

/** Returns the command that approves a plan. */
function approval(hash: string): string {
  return `npx pulumi config set approvedDeletePlan ${hash} && npx pulumi up`;
}

/** Names the edits, or says that the previous settings are not known. */
function whyOfSettings(held: readonly HeldPoint[], memory: ChangeMemory | undefined): string {
  const keys = new Set(held.flatMap((one) => [...one.keys]));
  const ends = [...keys].map(kindOf).filter(({ kind }) => kind === "settings");
  const former = memory?.former ?? [];
  const isUnknown = (until: string) => former.some((one) => one.until === until && one.was === "unknown");
  const all = [...new Set(ends.map(({ of }) => subjectOf(of)))].sort();
  const unknown = all.filter(isUnknown);
  const seen = `(seen at ${all.join(" and ")})`;
  if (unknown.length === 0) return `the stack's settings changed ${seen}`;
  const before = unknown.length === all.length ? "before the change" : `before ${unknown.at(-1)}`;
  const why = `settings ${before} are not known, because the follow-up timer or the region is new, or the stack was edited more than ten times ${seen}`;
  return unknown.length === all.length ? `the stack's ${why}` : `the stack's settings changed, and its ${why}`;
}

/** Says when the first of them can be deleted. An earlier mail may have named some of them, with an earlier date. */
function fromOf(held: readonly HeldPoint[]): string {
  return `from ${isoSeconds(soonestMs(held)).slice(0, 16)}Z on`;
}

/**
 * Returns the volumes that changes of a kind are about. What happened to one that moved is the reason for its former
 * instances, and nothing else says so.
 */
function volumesOf(held: readonly HeldPoint[], kind: ChangeKind): string {
  const changes = held.flatMap(({ keys }) => [...keys].map(kindOf).filter((one) => one.kind === kind));
  return listed([...new Set(changes.map(({ of }) => subjectOf(of)))].filter((of) => of.startsWith("vol-")));
}

/** Returns one sentence per kind of change: what it makes due, and from when on that is deleted. */
function reasonsOf(
  { held }: ChangePlan,
  memory: ChangeMemory | undefined,
  { orphans: orphanRule }: CoreSettings,
): string[] {
  const having = (kind: ChangeKind) => held.filter((one) => isOf(one, kind));
  const texts: string[] = [];
  const settings = having("settings");
  if (settings.length > 0) {
    texts.push(
      `${pointsOf(settings)} ${fromOf(settings)}, since ${whyOfSettings(settings, memory)}${dueAlready(settings)}: ${byInstance(settings)}`,
    );
  }
  const tags = having("tags");
  if (tags.length > 0) {
    const volumes = volumesOf(tags, "tags");
    const orVolume = volumes === "" ? "" : `, or those of the one that has its volume now (${volumes}),`;
    texts.push(
      `${pointsOf(tags)} ${fromOf(tags)}, since the instance's tags${orVolume} name other rules now${dueAlready(tags)}: ${byInstance(tags)}`,
    );
  }
  const orphans = having("orphan");
  if (orphans.length > 0) {
    const volumes = volumesOf(orphans, "orphan");
    const orVolume = volumes === "" ? "" : `, or a volume that it had (${volumes}),`;
    texts.push(
      `${pointsOf(orphans)} ${fromOf(orphans)}, since the instance${orVolume} is not backed up any more and orphans is ${orphanRule}${dueAlready(orphans)}: ${byInstance(orphans)}`,
    );
  }
  const volumes = having("volumes");
  if (volumes.length > 0) {
    texts.push(
      `${pointsOf(volumes)} ${fromOf(volumes)}, since a volume of the instance is not backed up any more after its snapshots had failed, so newer recovery points are complete without it${dueAlready(volumes)}: ${byInstance(volumes)}`,
    );
  }
  return texts;
}

/** Composes the notice about what a change releases. */
export function changeNotice(plan: ChangePlan, memory: ChangeMemory | undefined, settings: CoreSettings): Problem {
  const { region, hash, held, news } = plan;
  const reasons = reasonsOf(plan, memory, settings);
  // Another change that releases the same snapshots gets its own mail, even if one was sent within the day. Otherwise a
  // person who approves the hash of that one would approve a change that it did not name.
  return problem(
    "deletions-announced",
    [region, hash, deletionPlanHash(region, news)].join(" "),
    `the vault will delete ${pointsOf(held)} in ${region} that it kept before a change: ${reasons.join(". ")}. Plan ${hash}`,
    withCommand(
      "The change deletes none of this before then, but the previous rules still expire what they would have expired. To keep the rest, undo the change before then. To delete what is due at once",
      approval(hash),
      carriedOut(held),
    ),
  );
}

/** Composes the notice about what waits for changes that no mail has named, because the timer could not remember it. */
export function laterNotice(region: string, held: readonly HeldPoint[]): Problem {
  return problem(
    "deletions-announced",
    `${region} later`,
    `${pointsOf(held)} in ${region} ${countOf(held) === 1 ? "waits" : "wait"} for changes that no mail has named yet, because the follow-up timer has no room for more${dueAlready(held)}: ${byInstance(held)}. The vault keeps them until a later mail names them with a date.`,
    "If you want these changes, do nothing: the mail comes once earlier changes are carried out, and `editGraceDays` begin with it. To keep the recovery points, undo the changes.",
  );
}

/** Composes the problem about what the deletion limit stopped. */
export function limitProblem(plan: ChangePlan, points: number, settings: CoreSettings): Problem {
  const { region, hash, held } = plan;
  const { approvedDeletePlan, maxDeletePercent, maxDeletes } = settings;
  // The subject names the approved plans. A person who approved another plan is thus notified at once, not a day after
  // the last mail.
  const beside = approvedDeletePlan.length === 0 ? "" : ` beside ${approvedDeletePlan.join(" ")}`;
  const limits = [
    `maxDeletePercent is ${maxDeletePercent}`,
    ...(maxDeletes > 0 ? [`maxDeletes is ${maxDeletes}`] : []),
  ];
  return problem(
    "delete-limit-exceeded",
    `${region} ${hash}${beside}`,
    `pruning would delete ${countOf(held)} of ${pluralize(points, "recovery point")} in ${region} (${limits.join(", ")}): none was deleted, and none will be until you approve it. The plan ${hash}: ${byInstance(held)}`,
    withCommand(
      "If you do not want these deletions, look for the cause, such as weeks without runs or a system time that jumped. To keep what is there, make the retention longer. If you want them, approve this plan and no other",
      approval(hash),
      carriedOut(held),
    ),
  );
}
