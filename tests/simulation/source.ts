/** Loads the function from the sources, or from the archive that Pulumi would upload. */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { EC2Client } from "@aws-sdk/client-ec2";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { KMSClient } from "@aws-sdk/client-kms";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SignatureV4 } from "@smithy/signature-v4";
import { createHandler } from "../../src/vault/lambda";
import type { VaultSettings } from "../../src/vault/model/settings";
import type { Sdk } from "./interception";
import type { SimulatedHandler } from "./lambda";
import { rememberSchedules } from "./rememberedCron";
import { rememberReads } from "./rememberedReads";

export interface FunctionSource {
  sdk: Sdk;
  /** Makes a cold start. */
  coldStart(settings: VaultSettings): SimulatedHandler;
}

/** Keeps logs and metrics in the process, and prevents a look for credentials. */
export function quietEnvironment(): void {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
  process.env.POWERTOOLS_METRICS_DISABLED = "true";
  process.env.AWS_REGION = "us-east-1";
  process.env.AWS_ACCESS_KEY_ID = "simulated";
  process.env.AWS_SECRET_ACCESS_KEY = "simulated";
  process.env.AWS_RETRY_MODE = "standard";
  process.env.AWS_MAX_ATTEMPTS = "3";
}

export function vaultSource(): FunctionSource {
  quietEnvironment();
  rememberSchedules();
  rememberReads();
  return {
    sdk: {
      clients: [EC2Client, KMSClient, SchedulerClient, SNSClient, SQSClient],
      Logger,
      Metrics,
      Signer: SignatureV4,
    },
    coldStart: createHandler,
  };
}
