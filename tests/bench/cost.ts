/**
 * (e) What the machinery costs a month for 100 volumes, storage and transfer apart. Prices: AWS's price pages for
 * us-east-1, 2026, without any free tier.
 */
export interface CostLine {
  what: string;
  usd: number;
}

const PRICE = {
  /** AWS Lambda, arm64: a GB-second, a million requests. */
  lambdaGbSecond: 0.0000133334,
  lambdaMillionRequests: 0.2,
  /** AWS KMS: a customer key; 10,000 requests. */
  kmsKey: 1,
  kmsTenThousandRequests: 0.03,
  /** Amazon CloudWatch: a standard alarm, a custom metric for the hours that it is sent in, a GB of logs taken in. */
  alarm: 0.1,
  metricMonth: 0.3,
  logGb: 0.5,
  /** EventBridge Scheduler: a million invocations. Amazon SNS: 100,000 e-mails. */
  schedulerMillion: 1,
  snsHundredThousandMails: 2,
};

const DAYS = 30;
const HOURS = 24 * DAYS;
const VOLUMES = 100;

/** What a night comes to; the figures are those that (a) and the rehearsal show. */
export interface Night {
  invocations: number;
  /** Mean duration of an invocation. */
  seconds: number;
  memoryGb: number;
  logKb: number;
  /** Hours of a day in which each metric is sent, summed over the metrics. */
  metricHours: number;
  alarms: number;
}

export function lambdaUsd(gbSeconds: number, invocations: number): number {
  return gbSeconds * PRICE.lambdaGbSecond + (invocations / 1e6) * PRICE.lambdaMillionRequests;
}

export function monthlyCost(night: Night): CostLine[] {
  const invocations = night.invocations * DAYS;
  return [
    { what: "KMS: the DR key", usd: PRICE.kmsKey },
    {
      what: "KMS: requests (five a copy)",
      usd: ((VOLUMES * 5 * DAYS) / 10_000) * PRICE.kmsTenThousandRequests,
    },
    {
      what: "Lambda",
      usd: lambdaUsd(invocations * night.seconds * night.memoryGb, invocations),
    },
    { what: "CloudWatch: alarms", usd: night.alarms * PRICE.alarm },
    {
      what: "CloudWatch: metrics",
      usd: ((night.metricHours * DAYS) / HOURS) * PRICE.metricMonth,
    },
    { what: "CloudWatch: logs", usd: ((night.logKb * DAYS) / 1024 / 1024) * PRICE.logGb },
    { what: "Scheduler", usd: (invocations / 1e6) * PRICE.schedulerMillion },
    { what: "SNS: a mail a day", usd: (DAYS / 100_000) * PRICE.snsHundredThousandMails },
  ];
}
