/**
 * The queue of hints: messages that it holds back for seconds, and that then invoke the function, where Scheduler takes up
 * to a minute longer. A hint is never work. Whatever is lost here, the follow-up timer does (docs/adr/0027).
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Account, namesOf } from "../iam/names";

export interface HintQueueArgs {
  account: pulumi.Output<Account>;
  vaultId: string;
  primaryRegion: string;
  timeoutSeconds: number;
  tags: Record<string, string>;
}

/** Twice the longest delay of a hint (src/vault/clock/hintTime.ts). */
const LEAST_RETENTION_SECONDS = 600;

/** Refuses what is sent in the clear. The role's own policy allows the rest, and nothing else does. */
function tlsOnly(arn: string): aws.iam.PolicyDocument {
  const Condition = { Bool: { "aws:SecureTransport": "false" } };
  const statement = {
    Sid: "TlsOnly",
    Effect: "Deny" as const,
    Principal: "*",
    Action: "sqs:*",
    Resource: arn,
    Condition,
  };
  return { Version: "2012-10-17", Statement: [statement] };
}

/**
 * Makes the queue. A message is gone before it could come a second time, so that none that fails is tried again: the function
 * has reported why, and the timer and the sweep come anyway. So there is no queue for failed messages either.
 */
export function hintQueue(
  { account, vaultId, primaryRegion, timeoutSeconds, tags }: HintQueueArgs,
  opts: pulumi.CustomResourceOptions,
): aws.sqs.Queue {
  const name = namesOf(vaultId).hintQueue;
  // Lambda refuses a queue that shows a message again before the function could have ended.
  const seconds = Math.max(timeoutSeconds, LEAST_RETENTION_SECONDS);
  return new aws.sqs.Queue(
    name,
    {
      name,
      visibilityTimeoutSeconds: seconds,
      messageRetentionSeconds: seconds,
      sqsManagedSseEnabled: true,
      policy: account.apply(({ partition, accountId }) =>
        JSON.stringify(tlsOnly(`arn:${partition}:sqs:${primaryRegion}:${accountId}:${name}`)),
      ),
      tags,
    },
    opts,
  );
}

/**
 * Lets Lambda invoke the function with each message. A limit of how many at once would keep Lambda from polling an idle queue
 * less often (Lambda developer guide, "Configuring scaling behavior for SQS event source mappings").
 */
export function hintTrigger(
  {
    vaultId,
    queue,
    functionArn,
    tags,
  }: { queue: aws.sqs.Queue; functionArn: pulumi.Output<string> } & Pick<HintQueueArgs, "vaultId" | "tags">,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.lambda.EventSourceMapping(
    namesOf(vaultId).hintQueue,
    {
      eventSourceArn: queue.arn,
      functionName: functionArn,
      batchSize: 1,
      tags,
    },
    opts,
  );
}
