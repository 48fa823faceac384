/** Makes the call to SNS. */
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";

/** A mail to a topic's subscribers. */
export interface Mail {
  topicArn: string;
  subject: string;
  body: string;
}

/** Sends a mail. Once this returns, SNS has accepted it. */
export async function publish(client: SNSClient, { topicArn, subject, body }: Mail): Promise<void> {
  await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body }));
}
