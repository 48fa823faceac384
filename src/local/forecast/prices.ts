import { USD_PER_GIB_MONTH } from "../../vault/inventory/storageCost";

/**
 * AWS's list prices in USD for us-east-1, 2026, by its price pages and without any free tier; snapshotGbMonth and
 * transferGb were
 * not checked against the pages again. Other regions differ, so what is computed by them is an estimate. The bench and
 * the
 * rehearsal share them.
 */
export const PRICE = {
  /** Amazon EBS, "Snapshots", standard tier: a GB-month of changed blocks. */
  snapshotGbMonth: USD_PER_GIB_MONTH,
  /** Amazon EC2, "Data transfer": a GB to another AWS region, as from us-east-1 to us-west-2. */
  transferGb: 0.02,
  /** AWS Lambda, arm64: a GB-second, a million requests. */
  lambdaGbSecond: 0.0000133334,
  lambdaMillionRequests: 0.2,
  /** AWS KMS: a customer key; 10,000 requests. */
  kmsKey: 1,
  kmsTenThousandRequests: 0.03,
  /** Amazon S3 Standard: 1,000 PUT requests. */
  s3ThousandPuts: 0.005,
  /** Amazon CloudWatch: a standard alarm, a custom metric for the hours that it is sent in, a GB of logs taken in. */
  alarm: 0.1,
  metricMonth: 0.3,
  logGb: 0.5,
  /** A dashboard; AWS X-Ray: a million traces recorded. */
  dashboard: 3,
  tracesMillion: 5,
  /** EventBridge Scheduler: a million invocations. Amazon SNS: 100,000 e-mails. */
  schedulerMillion: 1,
  snsHundredThousandMails: 2,
  /** Amazon SQS, standard queues: a million requests. */
  sqsMillion: 0.4,
};
