/**
 * (e) Computes the machinery's monthly cost for 100 volumes, excluding storage and transfer: without any free tier, and
 * after those of CloudWatch and SQS, which every account has for ever.
 */
import { PRICE } from "../../src/local/forecast/prices";

export interface CostLine {
  what: string;
  usd: number;
  /** Cost after the free tiers of CloudWatch and SQS, if nothing else in the account uses them. */
  usdBeyondFree: number;
}

/** Amazon CloudWatch and SQS pricing, "Free tier": per month. */
const FREE = { alarms: 10, metrics: 10, dashboards: 3, logGb: 5, queueMillions: 1 };
/**
 * Lambda polls an idle queue for up to 20 seconds at a time, in two to five polls at once (Lambda developer guide, "Configuring
 * scaling behavior for SQS event source mappings"). This is five; people see 15 empty answers a minute (getlift/lift#132).
 */
const POLLS_A_MINUTE = 15;

const DAYS = 30;
const HOURS = 24 * DAYS;
const VOLUMES = 100;
const INSTANCES = 50;

/** Figures of one night, as (a) and the rehearsal show them. */
export interface Night {
  invocations: number;
  /** Mean duration of an invocation. */
  seconds: number;
  memoryGb: number;
  logKb: number;
  /** Hours per day in which each metric is sent, summed over the metrics. */
  metricHours: number;
  alarms: number;
  dashboards: number;
}

/** Makes a line without a free tier. */
function paid(what: string, usd: number): CostLine {
  return { what, usd, usdBeyondFree: usd };
}

/** Makes a line with a free part. */
function metered(what: string, amount: number, free: number, price: number): CostLine {
  return { what, usd: amount * price, usdBeyondFree: Math.max(0, amount - free) * price };
}

export function lambdaUsd(gbSeconds: number, invocations: number): number {
  return gbSeconds * PRICE.lambdaGbSecond + (invocations / 1e6) * PRICE.lambdaMillionRequests;
}

export function monthlyCost(night: Night): CostLine[] {
  const invocations = night.invocations * DAYS;
  const metrics = (night.metricHours * DAYS) / HOURS;
  const logGb = (night.logKb * DAYS) / 1024 / 1024;
  return [
    paid("KMS: the DR key", PRICE.kmsKey),
    paid("KMS: requests (five a copy)", ((VOLUMES * 5 * DAYS) / 10_000) * PRICE.kmsTenThousandRequests),
    paid("Lambda", lambdaUsd(invocations * night.seconds * night.memoryGb, invocations)),
    paid("S3: a capture and a manifest a recovery point", ((INSTANCES * 2 * DAYS) / 1_000) * PRICE.s3ThousandPuts),
    metered("CloudWatch: alarms", night.alarms, FREE.alarms, PRICE.alarm),
    metered("CloudWatch: metrics", metrics, FREE.metrics, PRICE.metricMonth),
    metered("CloudWatch: dashboard", night.dashboards, FREE.dashboards, PRICE.dashboard),
    metered("CloudWatch: logs", logGb, FREE.logGb, PRICE.logGb),
    paid("X-Ray: a trace an invocation", (invocations / 1e6) * PRICE.tracesMillion),
    metered(
      "SQS: polls of the queue of hints",
      (POLLS_A_MINUTE * 60 * HOURS) / 1e6,
      FREE.queueMillions,
      PRICE.sqsMillion,
    ),
    paid("Scheduler", (invocations / 1e6) * PRICE.schedulerMillion),
    paid("SNS: a mail a day", (DAYS / 100_000) * PRICE.snsHundredThousandMails),
  ];
}
