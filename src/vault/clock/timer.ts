/**
 * The alarm clock itself: one EventBridge Scheduler schedule that the stack declares and the function moves. One name means
 * one pending wake, however many passes ask. It carries no work, only what the next invocation has to know (docs/adr/0003).
 */
import type { VaultClients } from "../aws/clients";
import { causeOf } from "../aws/errors";
import { readSchedule, setSchedule } from "../aws/scheduler";
import type { Cause } from "../model/cause";
import type { ClockState } from "../model/clockState";
import type { VaultSettings } from "../model/settings";
import { payloadText, stateOfText } from "./payload";

/** The clock as it was read, or why it could not be. */
export type ClockRead = { state: ClockState } | { cause: Cause };

/** What the clock carries. Never throws: where it can't be read a person is told twice rather than never. */
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

/** What the clock is set to. */
export interface ClockSetting {
  /** The function that it calls: the caller itself, as it was invoked. */
  functionArn: string;
  /** When it calls, in milliseconds since 1970; absent: it is stopped. */
  atMs: number | undefined;
  state: ClockState;
}

/** Sets the clock, or stops it. */
export async function setClock(
  client: VaultClients["scheduler"],
  settings: VaultSettings,
  { functionArn, atMs, state }: ClockSetting,
  nowMs: number,
): Promise<void> {
  await setSchedule(client, settings, { functionArn, atMs, input: payloadText(state, nowMs) });
}
