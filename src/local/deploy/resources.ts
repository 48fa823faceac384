/** Makes the declared resources in the emulated account, as far as the function needs them. */
import { CreateKeyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { partitionOf } from "../../iam/partition";
import { STOPPED_CLOCK } from "../../vault/model/memory/clockState";
import type { Account } from "../account/account";
import { ACCOUNT_ID } from "../account/accountId";
import type { Make } from "./declared";

const SCHEDULE = "aws:scheduler/schedule:Schedule";
const KEY = "aws:kms/key:Key";

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

async function createSchedule({ scheduler }: Account, region: string, given: unknown) {
  const schedule = scheduleOf(given as ScheduleInputs);
  return (await scheduler(region).send(new CreateScheduleCommand(schedule))).ScheduleArn;
}

/**
 * Updates what an edit changes for the function: schedules, and the policies of keys, which name the buckets of a region.
 * The timer is the function's own (`ignoreChanges`).
 */
async function update({ scheduler, kms }: Account, type: string, { region, inputs, state }: Made): Promise<void> {
  if (type === KEY) {
    const Policy = String(inputs.policy);
    await kms(region).send(new PutKeyPolicyCommand({ KeyId: String(state.keyId), PolicyName: "default", Policy }));
  }
  if (type !== SCHEDULE) return;
  const schedule = scheduleOf(inputs as unknown as ScheduleInputs);
  if (schedule.ScheduleExpression === STOPPED_CLOCK) return;
  await scheduler(region).send(new UpdateScheduleCommand(schedule));
}

/** Deletes a schedule that the stack no longer declares. Keys and buckets are kept, as if they were protected. */
async function remove({ scheduler }: Account, region: string, given: unknown): Promise<void> {
  const { name: Name, groupName: GroupName } = given as ScheduleInputs;
  await scheduler(region).send(new DeleteScheduleCommand({ Name, GroupName }));
}

/** A resource that was made. */
interface Made {
  region: string;
  inputs: Record<string, unknown>;
  state: Record<string, unknown>;
}

/** Makes a stack's resources, deployment by deployment. */
export interface Maker {
  make: Make;
  /** Ends a deployment: deletes the schedules that it did not declare. */
  finish(): Promise<void>;
}

/**
 * Returns the `make` of a program. It creates each declared resource that the function touches in the
 * emulator,
 * and keeps it when the stack is deployed again. In another region it creates another one, as Pulumi replaces it.
 */
export function maker(account: Account): Maker {
  const create = creator(account);
  const made = new Map<string, Made>();
  const declared = new Set<string>();
  return {
    make: async (type, name, inputs, region) => {
      const key = `${type} ${name} ${region}`;
      declared.add(key);
      const known = made.get(key);
      if (known !== undefined) await update(account, type, { ...known, inputs });
      const state = known?.state ?? (await create(type, name, inputs, region));
      made.set(key, { region, inputs, state });
      return state;
    },
    finish: async () => {
      for (const [key, { region, inputs }] of made) {
        if (declared.has(key) || !key.startsWith(`${SCHEDULE} `)) continue;
        await remove(account, region, inputs);
        made.delete(key);
      }
      declared.clear();
    },
  };
}

function creator(account: Account): Make {
  return async (type, _name, inputs, region) => {
    const name = String(inputs.name);
    switch (type) {
      case KEY: {
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
        await account.s3(region).send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
        return { bucketRegionalDomainName: `${Bucket}.s3.amazonaws.com` };
      }
      case "aws:sns/topic:Topic":
        return {
          arn: (await account.sns(region).send(new CreateTopicCommand({ Name: name }))).TopicArn,
        };
      case "aws:sqs/queue:Queue": {
        const { QueueUrl } = await account.sqs.send(new CreateQueueCommand({ QueueName: name }));
        return { url: QueueUrl, arn: `arn:${partitionOf(region)}:sqs:${region}:${ACCOUNT_ID}:${name}` };
      }
      case "aws:scheduler/scheduleGroup:ScheduleGroup":
        await account.scheduler(region).send(new CreateScheduleGroupCommand({ Name: name }));
        return { name };
      case SCHEDULE:
        return { arn: await createSchedule(account, region, inputs) };
      case "aws:iam/role:Role":
        return { arn: `arn:${partitionOf(region)}:iam::${ACCOUNT_ID}:role/${name}` };
      case "aws:lambda/function:Function":
        return {
          arn: `arn:${partitionOf(region)}:lambda:${region}:${ACCOUNT_ID}:function:${name}`,
        };
      default:
        return {};
    }
  };
}
