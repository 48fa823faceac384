/** Rules about notifications and logs, and how long logs are kept. */
import { listOf, rule } from "../resource";

export const logGroupsExpire = rule(
  "log-groups-expire",
  "Every log group says for how long it keeps its log",
  ({ type, props }, tell) => {
    if (type !== "aws:cloudwatch/logGroup:LogGroup") return;
    // CloudWatch Logs keeps logs forever if the retention is 0 or missing.
    const days = props.retentionInDays;
    if (typeof days !== "number" || days <= 0) tell("retentionInDays is not set: it keeps for ever");
  },
);

const ALARM = /^aws:cloudwatch\/(metricAlarm:MetricAlarm|compositeAlarm:CompositeAlarm)$/;

export const alarmsTell = rule(
  "alarms-tell",
  "Every alarm tells somebody when it goes off and when it is over",
  ({ type, props }, tell) => {
    if (!ALARM.test(type)) return;
    if (props.actionsEnabled === false) tell("actionsEnabled is false");
    for (const input of ["alarmActions", "okActions"]) {
      if (listOf(props[input]).length === 0) tell(`${input} is empty`);
    }
  },
);
