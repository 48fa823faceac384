/** The mails that the topic's subscribers would have got. */
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Account } from "./account";

export interface ReceivedMail {
  /** When it came, as an ISO instant of the rehearsal's clock. */
  at: string;
  subject: string;
  body: string;
}

/** Takes all that is in the queue. */
export async function takeMails(
  { sqs }: Account,
  queueUrl: string,
  at: string,
): Promise<ReceivedMail[]> {
  const mails: ReceivedMail[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return mails;
    for (const { Body, ReceiptHandle } of Messages) {
      const { Subject, Message } = JSON.parse(Body ?? "{}") as {
        Subject?: string;
        Message?: string;
      };
      mails.push({ at, subject: Subject ?? "(no subject)", body: Message ?? "" });
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
}
