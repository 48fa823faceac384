/** The alarms of alarmTable.ts as resources: each mails the topic when it fires, and when it ends. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Watched, alarmTable } from "./alarmTable";

export interface AlarmArgs extends Watched {
  topicArn: pulumi.Output<string>;
  tags: Record<string, string>;
}

export function alarms(args: AlarmArgs, opts: pulumi.CustomResourceOptions): aws.cloudwatch.MetricAlarm[] {
  const { vaultId, topicArn, tags } = args;
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
