/** Reads the mails that the topic's subscribers would have got. */
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { isoSeconds } from "../../vault/lib/time";
import type { Account } from "./account";

export interface ReceivedMail {
  /** Time at which it was sent, as an ISO instant of the rehearsal's clock. */
  at: string;
  subject: string;
  body: string;
}

/** Takes all mails from the queue, in the order in which they were sent. */
export async function takeMails({ sqs }: Account, queueUrl: string): Promise<ReceivedMail[]> {
  const sent: { sentMs: number; mail: ReceivedMail }[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["SentTimestamp"],
      }),
    );
    if (Messages.length === 0) break;
    for (const { Body, ReceiptHandle, Attributes } of Messages) {
      const { Subject, Message } = JSON.parse(Body ?? "{}") as {
        Subject?: string;
        Message?: string;
      };
      const sentMs = Number(Attributes?.SentTimestamp);
      const at = isoSeconds(sentMs);
      sent.push({ sentMs, mail: { at, subject: Subject ?? "(no subject)", body: Message ?? "" } });
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
  return sent.sort((a, b) => a.sentMs - b.sentMs).map(({ mail }) => mail);
}
