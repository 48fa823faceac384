/**
 * Triggers the function in a life: by the schedule of the settings, a sweep or two per day, and the vault's follow-up
 * timer.
 */
import type { GetScheduleCommandOutput, UpdateScheduleCommandInput } from "@aws-sdk/client-scheduler";
import { HOUR_MS, isoSeconds } from "../../src/vault/lib/time";
import type { Account } from "../simulation/account/account";
import { cadenceOf, nextAfter, offsetMs } from "./cadence";

export interface LifeClock {
  get(): Omit<GetScheduleCommandOutput, "$metadata">;
  update(input: UpdateScheduleCommandInput): object;
  /** Replaces the timer, because a new stack has a new one. */
  reset(): void;
  carried(): string;
}

const NEW = JSON.stringify({ kind: "follow-up", notified: {} });

export function makeLifeClock(account: Account, deliver: (event: object) => void): LifeClock {
  const { time, settings } = account;
  let input = NEW;
  let version = 0;
  return {
    get: () => ({
      Name: settings.clock.name,
      Target: { Arn: "function", RoleArn: settings.clock.roleArn, Input: input },
    }),
    update: ({ ScheduleExpression = "", State, Target }) => {
      const [, instant = ""] = /^at\((.*)\)$/.exec(ScheduleExpression) ?? [];
      input = Target?.Input ?? "";
      const mine = (version += 1);
      if (State !== "ENABLED") return {};
      time.at(Date.parse(`${instant}Z`), () => {
        if (version === mine) deliver(JSON.parse(input) as object);
      });
      return {};
    },
    reset: () => {
      version += 1;
      input = NEW;
    },
    carried: () => input,
  };
}

/**
 * Triggers runs by the schedule of the present settings, and sweeps.
 * @param isOff returns true if nothing is triggered at the moment
 */
export function startWaking(
  account: Account,
  sweepHours: readonly number[],
  deliver: (event: object) => void,
  isOff: () => boolean,
): void {
  const { time } = account;
  const hour = (atMs: number) => {
    time.at(atMs, () => {
      const cadence = cadenceOf(account.settings.schedule);
      const localMs = atMs + offsetMs(account.settings.timezone);
      const isRun = nextAfter(cadence, localMs - 1) === localMs;
      if (!isOff() && isRun) deliver({ kind: "run", slot: isoSeconds(atMs) });
      const isSweep = sweepHours.includes(new Date(atMs).getUTCHours());
      if (!isOff() && isSweep) {
        time.after(HOUR_MS / 2, () => {
          deliver({ kind: "sweep" });
        });
      }
      hour(atMs + HOUR_MS);
    });
  };
  hour(Math.ceil(time.nowMs() / HOUR_MS) * HOUR_MS);
}
