/** The end of a rehearsal as a person reads it. */
import pc from "picocolors";
import { renderAlarms, shortAlarm } from "./alarmTableText";
import type { WatchedAlarm } from "./alarmWatch";
import type { Audit, Points } from "./audit";
import type { PlayedEdit } from "./editScenario";
import { renderEdits } from "./editTable";
import type { CallCount } from "./emulator";
import type { Explanation } from "./explain";
import { renderExplanation } from "./explainTable";
import type { FailureRecord } from "./failureRecord";
import { renderFailureRecord } from "./failureRecordText";
import type { Decision } from "./functionLog";
import type { ReceivedMail } from "./mailbox";
import type { Night } from "./scenario";
import { heading, lastOf, table } from "./table";

const MOST_NIGHTS = 14;

export interface Rehearsal {
  stack: string;
  inventory: string;
  regions: { primary: string; dr: string[] };
  nights: Night[];
  /** In order; none where the DR key was taken away instead. */
  edits: PlayedEdit[];
  audit: Audit;
  /** One volume's recovery points; none where no volume is protected. */
  explained: Explanation | undefined;
  pruned: Decision[];
  mails: ReceivedMail[];
  /** What each of the stack's alarms would have done. */
  alarms: WatchedAlarm[];
  /** What the audit log has of the induced failure, if it has anything. */
  auditRecord: FailureRecord | undefined;
  /** The function's AWS calls in the whole rehearsal. */
  calls: CallCount[];
  /** Every protected volume has its newest snapshot completed and soundly copied. */
  complete: boolean;
}

function points({ count, oldest = "", newest = "" }: Points): string {
  const day = (slot: string) => slot.slice(0, 10);
  return count === 0 ? "none" : `${count} (${day(oldest)} … ${day(newest)})`;
}

function instanceRows({ instances }: Audit): (string | number)[][] {
  return instances.flatMap(({ instanceId, name, state, volumes, ...instance }) => {
    if (!instance.protected) return [[instanceId, name, state, "not tagged", "", "", ""]];
    return volumes.map((volume, index) => [
      index === 0 ? instanceId : "",
      index === 0 ? name : "",
      index === 0 ? state : "",
      volume.deviceName,
      volume.volumeId,
      volume.excluded ? "excluded" : points(volume.snapshots),
      ...Object.values(volume.copies).map((copies) =>
        volume.excluded ? "excluded" : points(copies),
      ),
    ]);
  });
}

/** The last nights each; those before them in one row. */
function nightRows(nights: readonly Night[], stack: string): (string | number)[][] {
  const { shown, left } = lastOf(nights, MOST_NIGHTS);
  type Counts = Omit<Night, "night" | "slot" | "alarms">;
  const cells = (n: Counts) => [n.snapshots, n.copies, n.deletions, n.invocations, n.errors];
  const namesOf = ({ alarms }: Night) => alarms.map((name) => shortAlarm(name, stack)).join(", ");
  const rows = shown.map((night) => [night.slot, ...cells(night), namesOf(night)]);
  if (left === 0) return rows;
  const sum = (field: keyof Counts) =>
    nights.slice(0, left).reduce((total, night) => total + night[field], 0);
  const before = {
    snapshots: sum("snapshots"),
    copies: sum("copies"),
    deletions: sum("deletions"),
    invocations: sum("invocations"),
    errors: sum("errors"),
  };
  const rang = nights.slice(0, left).filter(({ alarms }) => alarms.length > 0).length;
  const alarmed = rang === 0 ? "" : `in ${rang} nights`;
  return [[`${left} nights before`, ...cells(before), alarmed], ...rows];
}

/** Deletions by region and rule: the reason without the age that differs from one to the next. */
function pruneRows(pruned: readonly Decision[]): (string | number)[][] {
  const byRule = new Map<string, { region: string; reason: string; count: number }>();
  for (const { region, reason } of pruned) {
    const rule = reason
      .replace(/^[\d.]+ (day|hour|minute)s? old[,;] /, "past retention: ")
      .replace(/snap-\w+/, "…");
    const key = `${region} ${rule}`;
    const row = byRule.get(key) ?? { region, reason: rule, count: 0 };
    row.count += 1;
    byRule.set(key, row);
  }
  return [...byRule.values()].map(({ region, reason, count }) => [region, reason, count]);
}

function mailText(mails: readonly ReceivedMail[]): string[] {
  const [first] = mails;
  if (first === undefined) return ["none"];
  const body = first.body.split("\n").map((line) => `  │ ${line}`);
  return [
    ...mails.map(
      ({ at, subject, body: text }) =>
        `${at}  ${subject === "(no subject)" ? text.slice(0, 90) : subject}`,
    ),
    "",
    `The first one:`,
    ...body,
  ];
}

/** @param explainAll whether each recovery point of the explained volume is shown */
export function renderRehearsal(rehearsal: Rehearsal, explainAll: boolean): string {
  const { regions, audit, nights, edits, explained, pruned, mails } = rehearsal;
  const verdict = rehearsal.complete
    ? pc.green("Every protected volume has its snapshot and a sound, encrypted copy.")
    : pc.red("Not every protected volume can be brought back:");
  return [
    heading("Instances and recovery points"),
    table(
      [
        "instance",
        "name",
        "state",
        "device",
        "volume",
        `snapshots ${regions.primary}`,
        ...regions.dr.map((region) => `copies ${region}`),
      ],
      instanceRows(audit),
    ),
    heading("Nights"),
    table(
      ["slot", "snapshots", "copies", "pruned", "invocations", "errors", "alarms"],
      nightRows(nights, rehearsal.stack),
    ),
    ...renderEdits(edits, rehearsal.stack),
    heading("Pruned, and why"),
    table(["region", "why", "snapshots"], pruneRows(pruned)),
    ...(explained === undefined ? [] : renderExplanation(explained, explainAll)),
    heading("Mail"),
    ...mailText(mails),
    ...renderAlarms(rehearsal.alarms, rehearsal.stack),
    ...(edits.length > 0 ? [] : renderFailureRecord(rehearsal.auditRecord)),
    "",
    verdict,
    ...audit.gaps.map((gap) => `  ${gap}`),
  ].join("\n");
}
