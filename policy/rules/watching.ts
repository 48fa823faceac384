/** What tells people, and for how long it is kept. */
import { listOf, rule } from "../resource";

export const logGroupsExpire = rule(
  "log-groups-expire",
  "Every log group says for how long it keeps its log",
  ({ type, props }, tell) => {
    if (type !== "aws:cloudwatch/logGroup:LogGroup") return;
    // CloudWatch Logs reads no retention, and 0, as for ever.
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
