/** Emulates EventBridge Scheduler: reads the schedules of the emulated account and says what fires when. */
import { nextFireMs } from "../../vault/lib/schedule";
import { isoSeconds, parseIso } from "../../vault/lib/time";
import type { KnownSchedule } from "../emulator";

export interface Firing {
  schedule: string;
  atMs: number;
  /** The payload, with the scheduled time filled in. */
  event: unknown;
}

export interface FakeScheduler {
  /**
   * The next schedule to fire, read again each time, since the function moves its follow-up timer and an update the
   * others.
   */
  next(): Promise<Firing | undefined>;
  /** Records that it has fired. */
  fired(firing: Firing): void;
}

const SCHEDULED_TIME = /<aws\.scheduler\.scheduled-time>/g;

/** Returns when a schedule fires next; a one-time schedule fires once for each setting. */
function fireTime(
  schedule: KnownSchedule,
  sinceMs: number,
  startMs: number,
  done: ReadonlySet<string>,
): number | undefined {
  const { ScheduleExpression, ScheduleExpressionTimezone } = schedule;
  const once = /^at\((.*)\)$/.exec(ScheduleExpression)?.[1];
  if (once !== undefined) return done.has(settingOf(schedule)) ? undefined : parseIso(`${once}Z`);
  return nextFireMs(ScheduleExpression, ScheduleExpressionTimezone, sinceMs, startMs);
}

function settingOf({ Name, ScheduleExpression, Target }: KnownSchedule): string {
  return `${Name} ${ScheduleExpression} ${Target.Input ?? ""}`;
}

/** A schedule's expression, since when it has had it, and when it fired last. */
interface Seen {
  expression: string;
  sinceMs: number;
  lastMs: number;
}

/**
 * @param readAll the vault's schedules as they are now
 * @param nowMs the time; the schedules are made at its first
 */
export function fakeScheduler(readAll: () => Promise<readonly KnownSchedule[]>, nowMs: () => number): FakeScheduler {
  const startMs = nowMs();
  const seen = new Map<string, Seen>();
  // Scheduler counts from the update that changed the expression, not from when the one before fired.
  const seenOf = ({ Name, ScheduleExpression, ScheduleExpressionTimezone }: KnownSchedule): Seen => {
    const expression = `${ScheduleExpression} ${ScheduleExpressionTimezone}`;
    const known = seen.get(Name);
    if (known?.expression === expression) return known;
    const sinceMs = known === undefined ? startMs : nowMs();
    const made = { expression, sinceMs, lastMs: sinceMs };
    seen.set(Name, made);
    return made;
  };
  const done = new Set<string>();
  const settings = new Map<string, string>();
  return {
    next: async () => {
      let first: Firing | undefined;
      for (const schedule of await readAll()) {
        const { Name, State, Target } = schedule;
        if (State === "DISABLED") continue;
        const { lastMs, sinceMs } = seenOf(schedule);
        const atMs = fireTime(schedule, lastMs, sinceMs, done);
        if (atMs === undefined || (first !== undefined && atMs >= first.atMs)) continue;
        const input = (Target.Input ?? "{}").replace(SCHEDULED_TIME, isoSeconds(atMs));
        settings.set(Name, settingOf(schedule));
        first = { schedule: Name, atMs, event: JSON.parse(input) };
      }
      return first;
    },
    fired: ({ schedule, atMs }) => {
      const known = seen.get(schedule);
      if (known !== undefined) seen.set(schedule, { ...known, lastMs: atMs });
      done.add(settings.get(schedule) ?? "");
    },
  };
}
