/** The alarms of alarmTable.ts as resources: each mails the topic when it goes off, and when it is over. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { MAX_ALARM_HOURS, type Watched, alarmTable, noRunHours } from "./alarmTable";

export interface AlarmArgs extends Watched {
  topicArn: pulumi.Output<string>;
  tags: Record<string, string>;
}

export function alarms(
  args: AlarmArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm[] {
  const { vaultId, schedule, timezone, topicArn, tags } = args;
  if (noRunHours(schedule, timezone) === undefined) {
    void pulumi.log.warn(
      `${vaultId}: ${schedule} leaves more than ${MAX_ALARM_HOURS} hours between runs, longer than ` +
        "CloudWatch looks back: there is no alarm for a run that does not happen",
    );
  }
  return alarmTable(args).map((alarm) => {
    const name = `${vaultId}-${alarm.key}`;
    return new aws.cloudwatch.MetricAlarm(
      name,
      {
        name,
        alarmDescription: `${vaultId}: ${alarm.says}. What to do: docs/RUNBOOK.md#alarm-${alarm.page}`,
        namespace: alarm.namespace,
        metricName: alarm.metricName,
        dimensions: { ...alarm.dimensions },
        statistic: alarm.statistic,
        period: alarm.periodSeconds,
        evaluationPeriods: alarm.of,
        datapointsToAlarm: alarm.datapoints,
        threshold: alarm.threshold,
        comparisonOperator: alarm.comparison,
        treatMissingData: alarm.missing,
        alarmActions: [topicArn],
        okActions: [topicArn],
        tags,
      },
      opts,
    );
  });
}
