/**
 * Makes the calls to EventBridge Scheduler. The schedule's payload is text here; clock/payload.ts reads and writes it.
 */
import { GetScheduleCommand, type SchedulerClient, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { isoSeconds } from "../lib/time";
import { STOPPED_CLOCK } from "../model/memory/clockState";
import type { VaultSettings } from "../model/settings";

/** Parts of `arn:aws:lambda:<region>:<account>:function:<name>`, which a qualifier may follow. */
const ARN_PARTS = 7;

/** Returns the input of the vault's schedule. */
export async function readSchedule(
  client: SchedulerClient,
  { clock }: Pick<VaultSettings, "clock">,
): Promise<string | undefined> {
  const command = new GetScheduleCommand({ Name: clock.name, GroupName: clock.groupName });
  return (await client.send(command)).Target?.Input;
}

/**
 * Removes the version or alias from a function's ARN, which has one if the caller named one. Scheduler is allowed to
 * call only the function itself (src/stack/triggers.ts), so a timer aimed at a qualifier would never fire.
 */
function withoutQualifier(functionArn: string): string {
  return functionArn.split(":").slice(0, ARN_PARTS).join(":");
}

/** Setting of a schedule. */
export interface ScheduleSetting {
  /** Function that it calls: the caller itself, as it was invoked. */
  functionArn: string;
  /** Time of the call, in milliseconds since 1970; absent: the schedule is stopped. */
  atMs: number | undefined;
  input: string;
}

/** Sets the vault's schedule, or stops it. */
export async function setSchedule(
  client: SchedulerClient,
  { clock, vaultId }: VaultSettings,
  { functionArn, atMs, input }: ScheduleSetting,
): Promise<void> {
  await client.send(
    new UpdateScheduleCommand({
      Name: clock.name,
      GroupName: clock.groupName,
      Description: `Follow-up timer of ${vaultId}: moved by the function, see docs/adr/0003`,
      ScheduleExpression: atMs === undefined ? STOPPED_CLOCK : `at(${isoSeconds(atMs).slice(0, -1)})`,
      ScheduleExpressionTimezone: "UTC",
      State: atMs === undefined ? "DISABLED" : "ENABLED",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "NONE",
      Target: { Arn: withoutQualifier(functionArn), RoleArn: clock.roleArn, Input: input },
    }),
  );
}
