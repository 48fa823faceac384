/** Opens clients for the emulated account, and does what people do in it: they get mail, and change a key's policy. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { GetKeyPolicyCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { KeyedRegion } from "../../vault/model/settings";

export interface Account {
  ec2: (region: string) => EC2Client;
  kms: (region: string) => KMSClient;
  s3: (region: string) => S3Client;
  scheduler: (region: string) => SchedulerClient;
  sns: (region: string) => SNSClient;
  /** Client of the mailbox, which stays in its region. */
  sqs: SQSClient;
}

/** Makes the rehearsal's own clients, apart from the function's. */
export function openAccount(endpoint: string, primaryRegion: string): Account {
  const common = { endpoint, credentials: { accessKeyId: "rehearsal", secretAccessKey: "local" } };
  return {
    ec2: (region) => new EC2Client({ ...common, region }),
    kms: (region) => new KMSClient({ ...common, region }),
    s3: (region) => new S3Client({ ...common, region, forcePathStyle: true }),
    scheduler: (region) => new SchedulerClient({ ...common, region }),
    sns: (region) => new SNSClient({ ...common, region }),
    sqs: new SQSClient({ ...common, region: primaryRegion }),
  };
}

/** Makes a queue: the rehearsal's mailbox. */
export async function makeMailbox({ sqs }: Account): Promise<string> {
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "mailbox" }));
  return QueueUrl;
}

/** Subscribes the mailbox to a topic. */
export async function subscribeMailbox({ sqs, sns }: Account, QueueUrl: string, TopicArn: string): Promise<void> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const Endpoint = Attributes?.QueueArn;
  const region = TopicArn.split(":")[3] ?? "";
  await sns(region).send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
}

/** The statements of a key's policy by which the vault's role copies under it (src/stack/keys/key.ts). */
const COPYING = ["VaultCopies", "VaultCopiesGrants"];

/**
 * Takes the vault's use of a key out of the key's policy, as a person with permissions on the key can by mistake.
 * @returns puts the policy back
 */
export async function revokeUse(account: Account, { region, keyArn }: KeyedRegion): Promise<() => Promise<void>> {
  const kms = account.kms(region);
  const KeyId = keyArn.split("/").pop();
  // The only one that a key has.
  const PolicyName = "default";
  const { Policy = "" } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName }));
  const policy = JSON.parse(Policy) as { Statement: { Sid?: string }[] };
  const left = policy.Statement.filter(({ Sid = "" }) => !COPYING.includes(Sid));
  const taken = policy.Statement.length - left.length;
  if (taken !== COPYING.length) {
    throw new Error(`expected ${COPYING.join(" and ")} in the policy of ${keyArn}, got ${taken}`);
  }
  const put = async (text: string) => {
    await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName, Policy: text }));
  };
  await put(JSON.stringify({ ...policy, Statement: left }));
  return () => put(Policy);
}
