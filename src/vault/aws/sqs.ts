/** Makes the call to SQS. */
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { SECOND_MS } from "../lib/time";

/** A message that a queue holds back for a while. */
export interface Delayed {
  queueUrl: string;
  body: string;
  delayMs: number;
}

/** Sends a message that nobody receives before the delay has passed. SQS takes whole seconds, 900 at most. */
export async function sendDelayed(client: SQSClient, { queueUrl, body, delayMs }: Delayed): Promise<void> {
  const DelaySeconds = Math.ceil(delayMs / SECOND_MS);
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, DelaySeconds }));
}
