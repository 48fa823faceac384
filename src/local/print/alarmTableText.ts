/** Prints the episodes of the alarms. */
import type { WatchedAlarm } from "../runtime/alarmWatch";
import { heading, table } from "./table";

const SAYS_WIDTH = 60;

function named(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what}: ${names.join(", ")}.`];
}

/** Returns an alarm's name without the vault's id. */
export function shortAlarm(name: string, stack: string): string {
  return name.replace(`${stack}-`, "");
}

function short({ name, leftAt }: WatchedAlarm, stack: string): string {
  const left = leftAt === undefined ? "" : ` (left the stack ${leftAt})`;
  return `${shortAlarm(name, stack)}${left}`;
}

/** Returns the description without the vault's name and the runbook's page. */
function said({ says }: WatchedAlarm, stack: string): string {
  return says.replace(`${stack}: `, "").replace(/\. What to do: .*$/, "");
}

/** @param stack the vault's id, which every alarm's name begins with */
export function renderAlarms(alarms: readonly WatchedAlarm[], stack: string): string[] {
  const measured = alarms.filter(({ metric }) => metric.emulated);
  const rows = measured.flatMap((alarm) =>
    alarm.episodes.map(({ from, until = "still in ALARM" }) => ({ alarm, from, until })),
  );
  rows.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const cells = rows.map(({ alarm, from, until }) => [short(alarm, stack), from, until, said(alarm, stack)]);
  const there = alarms.filter(({ leftAt }) => leftAt === undefined);
  const quiet = there.filter(({ metric, episodes }) => metric.emulated && episodes.length === 0);
  const namesOf = (some: readonly WatchedAlarm[]) => some.map((alarm) => short(alarm, stack));
  const unmeasured = there
    .filter(({ metric }) => !metric.emulated)
    .map((alarm) => `${short(alarm, stack)} (${alarm.metric.namespace} ${alarm.metric.name})`);
  const head = ["alarm", "went to ALARM", "back to OK", "it says"];
  return [
    heading("Alarms, as CloudWatch would have mailed them"),
    ...(rows.length === 0 ? [] : [table(head, cells, SAYS_WIDTH)]),
    ...named("OK all the time", namesOf(quiet.filter(({ state }) => state === "OK"))),
    ...named("Without data", namesOf(quiet.filter(({ state }) => state !== "OK"))),
    ...named("Not evaluated, since nothing here sends the metric", unmeasured),
  ];
}
