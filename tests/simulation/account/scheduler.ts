/** Models EventBridge Scheduler: the run at 03:00, the hourly sweep, and the timer that the function sets. */
import type { GetScheduleCommandOutput, UpdateScheduleCommandInput } from "@aws-sdk/client-scheduler";
import { DAY_MS, HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Account } from "./account";
import { awsError } from "./awsError";

/** Delivers an event to Lambda. */
type Deliver = (event: object) => void;

export interface Scheduler {
  get(): Omit<GetScheduleCommandOutput, "$metadata">;
  update(input: UpdateScheduleCommandInput): object;
  /** Returns the time that the timer is set to; `undefined` when it is off or has fired. */
  clockMs(): number | undefined;
  /** Returns what the timer carries. */
  carried(): string;
}

const RUN_AT_MS = 3 * HOUR_MS;

/** Makes a cron and a rate schedule; each fires within a minute of its time. */
function every(account: Account, firstMs: number, periodMs: number, ring: (atMs: number) => void) {
  const { time, random } = account;
  const next = (atMs: number) => {
    time.at(atMs + random.next() * MINUTE_MS, () => {
      ring(atMs);
      next(atMs + periodMs);
    });
  };
  next(firstMs);
}

function parseAt(expression = ""): number {
  const [, instant] = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/.exec(expression) ?? [];
  if (instant === undefined) throw awsError("ValidationException", `bad expression ${expression}`);
  return Date.parse(`${instant}Z`);
}

export function makeScheduler(account: Account, deliver: Deliver): Scheduler {
  const { time, settings, random } = account;
  let input = JSON.stringify({ kind: "follow-up", notified: {} });
  let atMs: number | undefined;
  let version = 0;
  const startMs = time.nowMs();
  every(account, startMs + RUN_AT_MS, DAY_MS, (slotMs) => {
    deliver({ kind: "run", slot: isoSeconds(slotMs) });
  });
  every(account, startMs + random.int(0, 59) * MINUTE_MS, HOUR_MS, () => {
    deliver({ kind: "sweep" });
  });
  return {
    get: () => ({
      Name: settings.clock.name,
      Target: { Arn: "function", RoleArn: settings.clock.roleArn, Input: input },
    }),
    update: (given) => {
      const wantedMs = parseAt(given.ScheduleExpression);
      const enabled = given.State === "ENABLED";
      if (enabled && wantedMs <= time.nowMs()) {
        throw awsError("ValidationException", "Invalid Schedule Expression at(): in the past");
      }
      input = given.Target?.Input ?? "";
      const [, deletedAt] = /"deletedAt":"([^"]+)"/.exec(input) ?? [];
      if (deletedAt !== undefined) account.looks.deletedMs = Date.parse(deletedAt);
      if (/"(slot|done|dueSince)":/.test(input)) {
        account.knownSinceMs = Math.min(account.knownSinceMs, time.nowMs());
      }
      atMs = enabled ? wantedMs : undefined;
      const mine = (version += 1);
      if (enabled) {
        time.at(wantedMs + random.next() * MINUTE_MS, () => {
          if (version !== mine) return;
          atMs = undefined;
          deliver(JSON.parse(input) as object);
        });
      }
      return {};
    },
    clockMs: () => atMs,
    carried: () => input,
  };
}
