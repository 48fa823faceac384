/** Stand-in for EventBridge Scheduler: reads the schedules of the emulated account and says what fires when. */
import { GetScheduleCommand, ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { nextFireMs } from "../vault/schedule";
import { isoSeconds, parseIso } from "../vault/time";
import type { Account } from "./account";

export interface Firing {
  schedule: string;
  atMs: number;
  /** The payload, with the scheduled time filled in. */
  event: unknown;
}

export interface FakeScheduler {
  /** The next schedule to fire, read anew each time, since the function moves its clock. */
  next(): Promise<Firing | undefined>;
  /** Marks it as fired. */
  fired(firing: Firing): void;
}

const SCHEDULED_TIME = /<aws\.scheduler\.scheduled-time>/g;

interface Known {
  Name?: string;
  ScheduleExpression?: string;
  ScheduleExpressionTimezone?: string;
  State?: string;
  Target?: { Input?: string };
}

/** When a schedule fires next; a one-time schedule fires once for each setting. */
function fireTime(schedule: Known, sinceMs: number, startMs: number, done: ReadonlySet<string>) {
  const expression = schedule.ScheduleExpression ?? "";
  const once = /^at\((.*)\)$/.exec(expression)?.[1];
  if (once !== undefined) return done.has(settingOf(schedule)) ? undefined : parseIso(`${once}Z`);
  return nextFireMs(expression, schedule.ScheduleExpressionTimezone ?? "UTC", sinceMs, startMs);
}

function settingOf({ Name, ScheduleExpression, Target }: Known): string {
  return `${Name ?? ""} ${ScheduleExpression ?? ""} ${Target?.Input ?? ""}`;
}

/**
 * @param groupName the vault's schedule group
 * @param startMs when the schedules were made
 */
export async function fakeScheduler(
  { scheduler }: Account,
  groupName: string,
  startMs: number,
): Promise<FakeScheduler> {
  const { Schedules = [] } = await scheduler.send(
    new ListSchedulesCommand({ GroupName: groupName }),
  );
  const read = (Name = ""): Promise<Known> =>
    scheduler.send(new GetScheduleCommand({ Name, GroupName: groupName }));
  const all = await Promise.all(Schedules.map(({ Name }) => read(Name)));
  const isClock = ({ ScheduleExpression }: Known) => ScheduleExpression?.startsWith("at(") ?? false;
  // Only the clock moves; the others are read once.
  const fixed = all.filter((schedule) => !isClock(schedule));
  const clocks = all.filter(isClock).map(({ Name }) => Name);
  const lastMs = new Map<string, number>();
  const done = new Set<string>();
  const settings = new Map<string, string>();
  return {
    next: async () => {
      let first: Firing | undefined;
      for (const schedule of [...fixed, ...(await Promise.all(clocks.map(read)))]) {
        const name = schedule.Name ?? "";
        if (schedule.State === "DISABLED") continue;
        const atMs = fireTime(schedule, lastMs.get(name) ?? startMs, startMs, done);
        if (atMs === undefined || (first !== undefined && atMs >= first.atMs)) continue;
        const input = (schedule.Target?.Input ?? "{}").replace(SCHEDULED_TIME, isoSeconds(atMs));
        settings.set(name, settingOf(schedule));
        first = { schedule: name, atMs, event: JSON.parse(input) };
      }
      return first;
    },
    fired: ({ schedule, atMs }) => {
      lastMs.set(schedule, atMs);
      done.add(settings.get(schedule) ?? "");
    },
  };
}
