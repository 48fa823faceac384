/** The end of a rehearsal as a person reads it. */
import Table from "cli-table3";
import pc from "picocolors";
import type { Audit, Points } from "./audit";
import type { CallCount } from "./emulator";
import type { Decision } from "./functionLog";
import type { ReceivedMail } from "./mailbox";
import type { Night } from "./scenario";

export interface Rehearsal {
  stack: string;
  inventory: string;
  regions: { primary: string; dr: string };
  nights: Night[];
  audit: Audit;
  pruned: Decision[];
  mails: ReceivedMail[];
  /** The function's AWS calls in the whole rehearsal. */
  calls: CallCount[];
  /** Every protected volume has its newest snapshot completed and soundly copied. */
  complete: boolean;
}

function table(head: string[], rows: (string | number)[][]): string {
  const chars = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
  const made = new Table({ head, chars, style: { head: [], border: [] } });
  made.push(...rows);
  return made.toString();
}

function heading(text: string): string {
  return `\n${pc.bold(text)}`;
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
      volume.excluded ? "excluded" : points(volume.copies),
    ]);
  });
}

/** Deletions by region and rule: the reason without the age that differs from one to the next. */
function pruneRows(pruned: readonly Decision[]): (string | number)[][] {
  const byRule = new Map<string, { region: string; reason: string; count: number }>();
  for (const { region, reason } of pruned) {
    const rule = reason
      .replace(/^[\d.]+ (day|hour|minute)s? old, /, "past retention: ")
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

export function renderRehearsal(rehearsal: Rehearsal): string {
  const { regions, audit, nights, pruned, mails } = rehearsal;
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
        `copies ${regions.dr}`,
      ],
      instanceRows(audit),
    ),
    heading("Nights"),
    table(
      ["slot", "snapshots", "copies", "pruned", "invocations", "errors"],
      nights.map((n) => [n.slot, n.snapshots, n.copies, n.deletions, n.invocations, n.errors]),
    ),
    heading("Pruned, and why"),
    table(["region", "why", "snapshots"], pruneRows(pruned)),
    heading("Mail"),
    ...mailText(mails),
    "",
    verdict,
    ...audit.gaps.map((gap) => `  ${gap}`),
  ].join("\n");
}
