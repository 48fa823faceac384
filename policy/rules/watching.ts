/** Rules about notifications and logs, and how long logs are kept. */
import { listOf, rule } from "../resource";

export const logGroupsExpire = rule(
  "log-groups-expire",
  "Every log group limits how long it keeps its log",
  ({ type, props }, report) => {
    if (type !== "aws:cloudwatch/logGroup:LogGroup") return;
    // CloudWatch Logs keeps logs forever if the retention is 0 or missing.
    const days = props.retentionInDays;
    if (typeof days !== "number" || days <= 0) report("retentionInDays is not set: logs are kept forever");
  },
);

const ALARM = /^aws:cloudwatch\/(metricAlarm:MetricAlarm|compositeAlarm:CompositeAlarm)$/;

export const alarmsNotify = rule(
  "alarms-notify",
  "Every alarm notifies somebody when it goes off and when it is over",
  ({ type, props }, report) => {
    if (!ALARM.test(type)) return;
    if (props.actionsEnabled === false) report("actionsEnabled is false");
    for (const input of ["alarmActions", "okActions"]) {
      if (listOf(props[input]).length === 0) report(`${input} is empty`);
    }
  },
);
