/**
 * Tests that each night is evaluated by the alarms deployed in it. An edit may add one, remove one, or change its
 * bounds.
 */
import { alarmsBetween, watchAlarms } from "../../../src/local/runtime/alarmWatch";
import type { DeployedProgram } from "../../../src/local/runtime/deployment";
import type { MetricPoint } from "../../../src/local/runtime/alarmEvaluator";
import { METRIC_NAMESPACE } from "../../../src/vault/model/metricNames";
import { HOUR_MS, MINUTE_MS, isoSeconds } from "../../../src/vault/lib/time";

const START_MS = Date.UTC(2026, 10, 22);
const END_MS = START_MS + 12 * HOUR_MS;
const hours = (count: number) => START_MS + count * HOUR_MS;

function alarm(name: string, threshold: number) {
  return {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    name,
    provider: "",
    state: {},
    inputs: {
      name,
      alarmDescription: `${name} is too much`,
      namespace: METRIC_NAMESPACE,
      metricName: "Overdue",
      dimensions: { Vault: "v" },
      statistic: "Maximum",
      period: 300,
      datapointsToAlarm: 1,
      evaluationPeriods: 1,
      comparisonOperator: "GreaterThanThreshold",
      threshold,
      treatMissingData: "notBreaching",
    },
  };
}

function deployed(fromMs: number, alarms: ReturnType<typeof alarm>[], region = "us-east-1"): DeployedProgram {
  return { program: { declared: alarms, outputs: {} }, region, fromMs };
}

/** A metric that is always 5. */
const POINTS: MetricPoint[] = Array.from({ length: 12 * 12 }, (_, index) => ({
  namespace: METRIC_NAMESPACE,
  name: "Overdue",
  dimensions: { Vault: "v" },
  value: 5,
  atMs: START_MS + (index + 1) * 5 * MINUTE_MS,
}));

test("evaluates an added alarm only from its edit on", () => {
  const [late] = watchAlarms([deployed(START_MS, []), deployed(hours(6), [alarm("late", 1)])], POINTS, END_MS);
  expect(late?.episodes).toEqual([{ from: isoSeconds(hours(6)), until: undefined }]);
});

test("ends an alarm with the edit that removes it, and says so", () => {
  const [gone] = watchAlarms([deployed(START_MS, [alarm("gone", 1)]), deployed(hours(6), [])], POINTS, END_MS);
  expect(gone).toMatchObject({ leftAt: isoSeconds(hours(6)), state: "ALARM" });
  expect(gone?.episodes.map(({ until }) => until)).toEqual([isoSeconds(hours(6))]);
});

test("applies another threshold from its deployment on, and keeps the state until then", () => {
  const deployments = [deployed(START_MS, [alarm("one", 1)]), deployed(hours(6), [alarm("one", 9)])];
  const [one] = watchAlarms(deployments, POINTS, END_MS);
  expect(one).toMatchObject({ state: "OK" });
  expect(one).not.toHaveProperty("leftAt");
  expect(one?.episodes.map(({ until }) => until)).toEqual([isoSeconds(hours(6))]);
  const [same] = watchAlarms([deployments[0]!, deployed(hours(6), [alarm("one", 2)])], POINTS, END_MS);
  expect(same?.episodes).toHaveLength(1);
});

test("treats an alarm in another region as another one, which sees that region's metrics", () => {
  const deployments = [deployed(START_MS, [alarm("one", 1)]), deployed(hours(6), [alarm("one", 1)], "us-west-2")];
  const early = POINTS.filter(({ atMs }) => atMs < hours(6));
  expect(
    watchAlarms(deployments, early, END_MS).map(({ region, state, episodes }) => [region, state, episodes.length]),
  ).toEqual([
    ["us-east-1", "ALARM", 1],
    ["us-west-2", "OK", 0],
  ]);
});

test("lists for a night the alarms that were in ALARM during it", () => {
  const deployments = [deployed(START_MS, [alarm("gone", 1)]), deployed(hours(6), [alarm("late", 1)])];
  const watched = watchAlarms(deployments, POINTS, END_MS);
  expect(alarmsBetween(watched, isoSeconds(START_MS), isoSeconds(hours(6)))).toEqual(["gone"]);
  expect(alarmsBetween(watched, isoSeconds(hours(6)), "~")).toEqual(["late"]);
});
