/** Reads what mails say of deletions to come, as a person does. */

export interface Announcement {
  region: string;
  hash: string;
  /** Reason: a change releases it, or the deletion limit stopped it. */
  kind: "change" | "limit";
  /** Times at which settings ended that keep what will be deleted. */
  untilMs: readonly number[];
  /** Set if it says that the settings before an instant are unknown. */
  unknownMs?: number;
  /** True if it also names what is not due yet. */
  hasLater: boolean;
  /** Instances whose tags previously named other rules, and volumes that were with others. */
  tagged: readonly string[];
  /** Instances that are no longer backed up, or have recovery points with a volume that is not; and these volumes. */
  orphans: readonly string[];
  /** Everything that it names. */
  instances: readonly string[];
  /** Number of recovery points. */
  points: number;
}

const CHANGE =
  /^\d+\. the vault will delete (\d+) recovery points? in (\S+) that it kept before a change: (.*)\. Plan ([0-9a-f]{16})$/gm;
const LIMIT = /^\d+\. pruning would delete (\d+) of \d+ recovery points? in (\S+) .* The plan ([0-9a-f]{16}): (.*)$/gm;
const REASON = /\d+ recovery points? from \S+ on, since /;

function instancesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/(i-[0-9a-f]+): \d+ recovery point/g)].map(([, id = ""]) => id))];
}

/** Returns the volumes because of which recovery points are deleted. */
function volumesIn(text: string): string[] {
  const [, volumes = ""] = /(?:a volume that it had|the one that has its volume now) \(([^)]*)\)/.exec(text) ?? [];
  return volumes.match(/vol-[0-9a-f]+/g) ?? [];
}

function changeOf([, points = "", region = "", text = "", hash = ""]: RegExpMatchArray): Announcement {
  const reasons = text.split(REASON);
  const about = (start: string | RegExp) => reasons.filter((one) => one.search(start) === 0).join("\n");
  const settings = about("the stack's settings");
  const orphans = about(/the instance(, or a volume that it had \([^)]*\),)? is not backed up/);
  const tags = about("the instance's tags");
  const ends = /\(seen at ([^)]*)\)/.exec(settings)?.[1] ?? "";
  const untilMs = ends === "" ? [] : ends.split(" and ").map((one) => Date.parse(one));
  const unknown = /settings before (\S+) are not known/.exec(settings)?.[1];
  const unknownMs = unknown === undefined ? untilMs.at(-1) : Date.parse(unknown);
  return {
    region,
    hash,
    kind: "change",
    untilMs,
    ...(settings.includes("not known") && { unknownMs }),
    hasLater: / due (already|yet): /.test(text),
    tagged: [...instancesIn(tags), ...volumesIn(tags)],
    orphans: [...instancesIn(orphans), ...volumesIn(orphans)],
    instances: instancesIn(text),
    points: Number(points),
  };
}

/** Returns what a mail announces. */
export function announcementsIn(body: string): Announcement[] {
  const none = { untilMs: [], hasLater: false, tagged: [], orphans: [] };
  return [
    ...[...body.matchAll(CHANGE)].map(changeOf),
    ...[...body.matchAll(LIMIT)].map(([, points = "", region = "", hash = "", text = ""]): Announcement => {
      const instances = instancesIn(text);
      return { region, hash, kind: "limit", ...none, instances, points: Number(points) };
    }),
  ];
}
