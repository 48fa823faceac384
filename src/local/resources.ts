/** What the stack declares, made in the emulated account as far as the function needs it. */
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { STOPPED_CLOCK } from "../vault/clock";
import type { Account } from "./account";
import { ACCOUNT_ID } from "./accountId";
import type { Make } from "./program";

interface ScheduleInputs {
  name: string;
  groupName: string;
  description: string;
  scheduleExpression: string;
  scheduleExpressionTimezone?: string;
  state?: "ENABLED" | "DISABLED";
  target: { arn: string; roleArn: string; input: string };
}

function scheduleOf({ target, ...inputs }: ScheduleInputs) {
  return {
    Name: inputs.name,
    GroupName: inputs.groupName,
    Description: inputs.description,
    ScheduleExpression: inputs.scheduleExpression,
    ScheduleExpressionTimezone: inputs.scheduleExpressionTimezone,
    State: inputs.state,
    FlexibleTimeWindow: { Mode: "OFF" as const },
    Target: { Arn: target.arn, RoleArn: target.roleArn, Input: target.input },
  };
}

async function createSchedule({ scheduler }: Account, given: unknown) {
  const schedule = scheduleOf(given as ScheduleInputs);
  return (await scheduler.send(new CreateScheduleCommand(schedule))).ScheduleArn;
}

/** Of what the function touches an update changes the schedules alone; the clock is the function's (`ignoreChanges`). */
async function update({ scheduler }: Account, type: string, given: unknown): Promise<void> {
  if (type !== "aws:scheduler/schedule:Schedule") return;
  const schedule = scheduleOf(given as ScheduleInputs);
  if (schedule.ScheduleExpression === STOPPED_CLOCK) return;
  await scheduler.send(new UpdateScheduleCommand(schedule));
}

/**
 * The `make` of {@link runProgram}: each declared resource that the function touches becomes real in the emulator, and
 * stays what it is when the stack is deployed again.
 */
export function maker(account: Account, primaryRegion: string): Make {
  const create = creator(account, primaryRegion);
  const made = new Map<string, Record<string, unknown>>();
  return async (type, name, inputs, region) => {
    const key = `${type} ${name}`;
    const known = made.get(key);
    if (known !== undefined) await update(account, type, inputs);
    const state = known ?? (await create(type, name, inputs, region));
    made.set(key, state);
    return state;
  };
}

function creator(account: Account, primaryRegion: string): Make {
  return async (type, _name, inputs, region) => {
    const name = String(inputs.name);
    switch (type) {
      case "aws:kms/key:Key": {
        const { KeyMetadata } = await account.kms(region).send(
          new CreateKeyCommand({
            Description: String(inputs.description),
            Policy: String(inputs.policy),
          }),
        );
        return { arn: KeyMetadata?.Arn, keyId: KeyMetadata?.KeyId };
      }
      case "aws:s3/bucket:Bucket": {
        const Bucket = String(inputs.bucket);
        await account
          .s3(region)
          .send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
        return { bucketRegionalDomainName: `${Bucket}.s3.amazonaws.com` };
      }
      case "aws:sns/topic:Topic":
        return { arn: (await account.sns.send(new CreateTopicCommand({ Name: name }))).TopicArn };
      case "aws:scheduler/scheduleGroup:ScheduleGroup":
        await account.scheduler.send(new CreateScheduleGroupCommand({ Name: name }));
        return { name };
      case "aws:scheduler/schedule:Schedule":
        return { arn: await createSchedule(account, inputs) };
      case "aws:iam/role:Role":
        return { arn: `arn:aws:iam::${ACCOUNT_ID}:role/${name}` };
      case "aws:lambda/function:Function":
        return { arn: `arn:aws:lambda:${primaryRegion}:${ACCOUNT_ID}:function:${name}` };
      default:
        return {};
    }
  };
}
