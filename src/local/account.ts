/** What the stack declares, made in the emulated account as far as the function needs it, and clients to look at it. */
import { EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { ACCOUNT_ID, type Make } from "./program";

export interface Account {
  ec2(region: string): EC2Client;
  kms: KMSClient;
  s3: S3Client;
  scheduler: SchedulerClient;
  sns: SNSClient;
  sqs: SQSClient;
}

/** Clients of the rehearsal's own, apart from the function's. */
export function openAccount(endpoint: string, primaryRegion: string, drRegion: string): Account {
  const common = { endpoint, credentials: { accessKeyId: "rehearsal", secretAccessKey: "local" } };
  const here = { ...common, region: primaryRegion };
  return {
    ec2: (region) => new EC2Client({ ...common, region }),
    kms: new KMSClient({ ...common, region: drRegion }),
    s3: new S3Client({ ...common, region: drRegion, forcePathStyle: true }),
    scheduler: new SchedulerClient(here),
    sns: new SNSClient(here),
    sqs: new SQSClient(here),
  };
}

interface ScheduleInputs {
  name: string;
  groupName: string;
  description: string;
  scheduleExpression: string;
  scheduleExpressionTimezone?: string;
  state?: "ENABLED" | "DISABLED";
  target: { arn: string; roleArn: string; input: string };
}

async function makeSchedule({ scheduler }: Account, inputs: ScheduleInputs) {
  const { target } = inputs;
  const { ScheduleArn } = await scheduler.send(
    new CreateScheduleCommand({
      Name: inputs.name,
      GroupName: inputs.groupName,
      Description: inputs.description,
      ScheduleExpression: inputs.scheduleExpression,
      ScheduleExpressionTimezone: inputs.scheduleExpressionTimezone,
      State: inputs.state,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { Arn: target.arn, RoleArn: target.roleArn, Input: target.input },
    }),
  );
  return ScheduleArn;
}

/** The `make` of {@link runProgram}: each declared resource that the function touches becomes real in the emulator. */
export function maker(account: Account, primaryRegion: string): Make {
  return async (type, _name, inputs) => {
    const name = String(inputs.name);
    switch (type) {
      case "aws:kms/key:Key": {
        const { KeyMetadata } = await account.kms.send(
          new CreateKeyCommand({ Description: String(inputs.description) }),
        );
        return { arn: KeyMetadata?.Arn, keyId: KeyMetadata?.KeyId };
      }
      case "aws:s3/bucket:Bucket": {
        const Bucket = String(inputs.bucket);
        await account.s3.send(
          new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }),
        );
        return { bucketRegionalDomainName: `${Bucket}.s3.amazonaws.com` };
      }
      case "aws:sns/topic:Topic":
        return { arn: (await account.sns.send(new CreateTopicCommand({ Name: name }))).TopicArn };
      case "aws:scheduler/scheduleGroup:ScheduleGroup":
        await account.scheduler.send(new CreateScheduleGroupCommand({ Name: name }));
        return { name };
      case "aws:scheduler/schedule:Schedule":
        return { arn: await makeSchedule(account, inputs as unknown as ScheduleInputs) };
      case "aws:iam/role:Role":
        return { arn: `arn:aws:iam::${ACCOUNT_ID}:role/${name}` };
      case "aws:lambda/function:Function":
        return { arn: `arn:aws:lambda:${primaryRegion}:${ACCOUNT_ID}:function:${name}` };
      default:
        return {};
    }
  };
}

/** A queue that gets what the topic's subscribers get: the rehearsal's mailbox. */
export async function subscribeMailbox(account: Account, topicArn: string): Promise<string> {
  const { QueueUrl = "" } = await account.sqs.send(
    new CreateQueueCommand({ QueueName: "mailbox" }),
  );
  const { Attributes } = await account.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const Endpoint = Attributes?.QueueArn;
  await account.sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint }));
  return QueueUrl;
}

/** What a person with rights on the key can do by mistake, and take back. */
export async function setKeyEnabled(
  { kms }: Account,
  keyArn: string,
  enabled: boolean,
): Promise<void> {
  const KeyId = keyArn.split("/").pop();
  await kms.send(enabled ? new EnableKeyCommand({ KeyId }) : new DisableKeyCommand({ KeyId }));
}
