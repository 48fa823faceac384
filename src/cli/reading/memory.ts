/** Reads what the follow-up timer remembers: changes that wait, approvals, and the recovery points that it expects. */
import type { VaultClients } from "../../vault/aws/clients";
import { meaningOf } from "../../vault/aws/errors";
import { readClock } from "../../vault/clock/timer";
import type { ClockState } from "../../vault/model/memory/clockState";
import type { VaultSettings } from "../../vault/model/settings";

/** The timer's memory, or why nobody knows it. */
export type Memory = { state: ClockState; why?: undefined } | { state?: undefined; why: string };

/** What is not known without the memory. */
export const FORGOTTEN = "which deletions wait for an approval, and which recovery points somebody deleted";

/** Reads the memory. Never throws: a person may lack the permission that the function has. */
export async function readMemory(
  { scheduler }: Pick<VaultClients, "scheduler">,
  settings: VaultSettings,
  nowMs: number,
): Promise<Memory> {
  const read = await readClock(scheduler, settings, nowMs);
  if ("state" in read) return read;
  const { code, message } = read.cause;
  const how = meaningOf(read.cause) === "denied" ? "your role lacks scheduler:GetSchedule on it" : message;
  return { why: `the follow-up timer could not be read: ${how} (${code})` };
}
