/** The Lambda function: its log, its archive serialized from `src/vault`, and the destination of failed invocations. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createHandler } from "../vault/lambda";
import type { VaultSettings } from "../vault/model/settings";
import { namesOf } from "../iam/names";
import { packed } from "./archive/pack";

export interface VaultFunctionArgs {
  vaultId: string;
  settings: pulumi.Output<VaultSettings>;
  role: aws.iam.Role;
  topicArn: pulumi.Output<string>;
  memoryMb: number;
  timeoutSeconds: number;
  logRetentionDays: number;
  reserveConcurrency: boolean;
  tags: Record<string, string>;
}

/** Six hours, Lambda's own maximum: it keeps an invocation that meets the reserved concurrency for so long. */
const EVENT_AGE_SECONDS = 21_600;

/** Packs the function's code before it reaches the engine. */
function packingCode({ props, opts }: pulumi.ResourceTransformationArgs): pulumi.ResourceTransformationResult {
  const { code, ...others } = props as { code: pulumi.Output<pulumi.asset.AssetArchive> };
  return { props: { ...others, code: code.apply(packed) }, opts };
}

export function vaultFunction(
  args: VaultFunctionArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.CallbackFunction<unknown, unknown> {
  const { vaultId, settings, role, topicArn, tags } = args;
  const names = namesOf(vaultId);
  const logGroup = new aws.cloudwatch.LogGroup(
    vaultId,
    { name: names.logGroup, retentionInDays: args.logRetentionDays, tags },
    opts,
  );
  const lambda = new aws.lambda.CallbackFunction(
    vaultId,
    {
      name: names.function,
      description: `Smart Vault ${vaultId}: snapshots, DR copies, retention`,
      callbackFactory: () => createHandler(settings.get()),
      role,
      runtime: aws.lambda.Runtime.NodeJS24dX,
      architectures: ["arm64"],
      memorySize: args.memoryMb,
      timeout: args.timeoutSeconds,
      reservedConcurrentExecutions: args.reserveConcurrency ? 1 : -1,
      tracingConfig: { mode: "Active" },
      loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
      tags,
    },
    { ...opts, transformations: [packingCode] },
  );
  // Lambda does not retry: the next follow-up or sweep reads the account again, and you were notified once.
  new aws.lambda.FunctionEventInvokeConfig(
    vaultId,
    {
      functionName: lambda.name,
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: EVENT_AGE_SECONDS,
      destinationConfig: { onFailure: { destination: topicArn } },
    },
    opts,
  );
  return lambda;
}
