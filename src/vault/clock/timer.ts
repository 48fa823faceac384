/**
 * Reads and sets the follow-up timer, which is one EventBridge Scheduler schedule that the stack declares and the
 * function moves. One name means one pending trigger, however many invocations ask. It carries no work, only what the
 * next invocation has to know (docs/adr/0003).
 */
import type { VaultClients } from "../aws/clients";
import { causeOf } from "../aws/errors";
import { readSchedule, setSchedule } from "../aws/scheduler";
import type { Cause } from "../model/cause";
import type { ClockState } from "../model/memory/clockState";
import type { VaultSettings } from "../model/settings";
import { payloadText, stateOfText } from "./payload";

/** The timer as it was read, or the cause why it could not be. */
export type ClockRead = { state: ClockState } | { cause: Cause };

/** Reads what the timer carries. Never throws, because notifying a person twice is better than never. */
export async function readClock(
  client: VaultClients["scheduler"],
  settings: Pick<VaultSettings, "clock">,
  nowMs: number,
): Promise<ClockRead> {
  try {
    return { state: stateOfText(await readSchedule(client, settings), nowMs) };
  } catch (error) {
    return { cause: causeOf(error) };
  }
}

/** Setting of the timer. */
export interface ClockSetting {
  /** Function that it invokes, which is the caller itself, as it was invoked. */
  functionArn: string;
  /** Time at which it invokes, in milliseconds since 1970; absent to stop it. */
  atMs: number | undefined;
  state: ClockState;
}

/** Sets or stops the timer. */
export async function setClock(
  client: VaultClients["scheduler"],
  settings: VaultSettings,
  { functionArn, atMs, state }: ClockSetting,
  nowMs: number,
): Promise<void> {
  await setSchedule(client, settings, { functionArn, atMs, input: payloadText(state, nowMs) });
}
