/** Tests the evaluator with the cases of AWS's page, "Configuring how CloudWatch alarms treat missing data". */
import type { AlarmDefinition } from "../../src/stack/monitoring/alarmTable";
import { type AlarmState, type MetricPoint, evaluate, stateAt } from "../../src/local/runtime/alarmEvaluator";

const PERIOD_MS = 60_000;

function alarm(extra: Partial<AlarmDefinition>): AlarmDefinition {
  return {
    key: "a",
    page: "a",
    says: "a",
    because: "a",
    namespace: "N",
    metricName: "M",
    dimensions: { service: "v" },
    statistic: "Sum",
    periodSeconds: PERIOD_MS / 1_000,
    datapoints: 3,
    of: 3,
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    missing: "notBreaching",
    ...extra,
  };
}

/** `0 - X`: within the threshold, missing, breaching; the newest is the last. */
function pointsOf(text: string): MetricPoint[] {
  const marks = text.split(" ");
  return marks.flatMap((mark, n) =>
    mark === "-"
      ? []
      : [
          {
            namespace: "N",
            name: "M",
            dimensions: { service: "v" },
            value: mark === "X" ? 1 : 0,
            atMs: (n + 1) * PERIOD_MS,
          },
        ],
  );
}

test.each<[string, AlarmState, AlarmState]>([
  // points, where missing is breaching, where it is not
  ["0 - X - X", "OK", "OK"],
  ["- - - - 0", "OK", "OK"],
  ["- - - - -", "ALARM", "OK"],
  ["0 X X - X", "ALARM", "ALARM"],
  ["- - X - -", "ALARM", "OK"],
])("evaluates three of three, %s: %s if missing data breaches, %s if it does not", (text, breaching, not) => {
  const points = pointsOf(text);
  const state = (missing: AlarmDefinition["missing"]) =>
    stateAt(alarm({ missing }), points, 5 * PERIOD_MS, "INSUFFICIENT_DATA");
  expect([state("breaching"), state("notBreaching")]).toStrictEqual([breaching, not]);
});

test.each<[string, AlarmState]>([
  ["0 - X - X", "ALARM"],
  ["0 0 X 0 X", "ALARM"],
  ["0 - X - -", "OK"],
  ["- - - - 0", "OK"],
])("evaluates two of three, %s: %s if missing data does not breach", (text, expected) => {
  const two = alarm({ datapoints: 2 });
  expect(stateAt(two, pointsOf(text), 5 * PERIOD_MS, "INSUFFICIENT_DATA")).toBe(expected);
});

test("leaves an alarm as it is while ignored data is missing, until there is data again", () => {
  const held = alarm({ datapoints: 1, of: 1, missing: "ignore" });
  const points = pointsOf("X - - - - - - - - - 0");
  const [alarmed, over, ...more] = evaluate(held, points, PERIOD_MS, 20 * PERIOD_MS);
  expect([alarmed?.state, over?.state, more]).toStrictEqual(["ALARM", "OK", []]);
});

test("treats a metric with other dimensions as another metric", () => {
  const breaching = alarm({ datapoints: 1, of: 1 });
  const others = pointsOf("X").map((point) => ({ ...point, dimensions: { service: "v", region: "r" } }));
  const states = (points: MetricPoint[]) => evaluate(breaching, points, PERIOD_MS, PERIOD_MS).map(({ state }) => state);
  expect([states(pointsOf("X")), states(others)]).toStrictEqual([["ALARM"], ["OK"]]);
});
