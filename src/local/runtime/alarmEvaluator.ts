/**
 * Evaluates a metric alarm as CloudWatch does, M of N with missing data (Amazon CloudWatch user guide, "Alarm
 * evaluation"
 * and "Configuring how CloudWatch alarms treat missing data"). It looks at a few more periods than N. If N of those
 * have
 * data, the newest N count and missing data does not matter; otherwise the missing periods are filled in.
 */
import type { AlarmDefinition } from "../../stack/monitoring/alarmTable";
import { MINUTE_MS, SECOND_MS } from "../../vault/lib/time";

/** An alarm as CloudWatch has it. */
export type Evaluated = Omit<AlarmDefinition, "page" | "says" | "because">;

/** One value as it was sent. */
export interface MetricPoint {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
  value: number;
  atMs: number;
}

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** AWS says "more than N" and shows 5 for an N of 3. */
const EXTRA_PERIODS = 2;

const BREACHES: Record<AlarmDefinition["comparison"], (value: number, of: number) => boolean> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

const STATISTICS: Record<AlarmDefinition["statistic"], (values: number[]) => number> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
};

/**
 * Returns the points of a metric in order of time: same namespace, name and every dimension, over which CloudWatch does
 * not aggregate.
 */
function seriesOf(alarm: Evaluated, points: readonly MetricPoint[]): MetricPoint[] {
  const dimensions = JSON.stringify(Object.entries(alarm.dimensions).sort());
  return points
    .filter(
      (point) =>
        point.namespace === alarm.namespace &&
        point.name === alarm.metricName &&
        JSON.stringify(Object.entries(point.dimensions).sort()) === dimensions,
    )
    .sort((a, b) => a.atMs - b.atMs);
}

/**
 * Returns the state of an alarm at an instant.
 * @param before the state that it was in
 */
export function stateAt(
  alarm: Evaluated,
  series: readonly MetricPoint[],
  nowMs: number,
  before: AlarmState,
): AlarmState {
  // What AWS does where some of several are ignored is not documented to the last case, and no alarm needs it.
  if (alarm.missing === "ignore" && alarm.of > 1) throw new Error(`${alarm.key}: not modelled`);
  const periodMs = alarm.periodSeconds * SECOND_MS;
  const seen: boolean[] = [];
  // The newest period first.
  for (let period = 0; period < alarm.of + EXTRA_PERIODS; period += 1) {
    const untilMs = nowMs - period * periodMs;
    const values = series.filter(({ atMs }) => atMs > untilMs - periodMs && atMs <= untilMs).map(({ value }) => value);
    if (values.length === 0) continue;
    seen.push(BREACHES[alarm.comparison](STATISTICS[alarm.statistic](values), alarm.threshold));
  }
  const counted = seen.length >= alarm.of ? seen.slice(0, alarm.of) : seen;
  const lacking = alarm.of - counted.length;
  const breaching = counted.filter(Boolean).length;
  const most = breaching + (alarm.missing === "notBreaching" ? 0 : lacking);
  const least = breaching + (alarm.missing === "breaching" ? lacking : 0);
  if (least >= alarm.datapoints) return "ALARM";
  return most < alarm.datapoints ? "OK" : before;
}

export interface Transition {
  atMs: number;
  state: AlarmState;
}

/** Time in which an alarm is evaluated, and the state that it was in before. */
export interface WatchedSpan {
  fromMs: number;
  untilMs: number;
  before: AlarmState;
}

/** Returns the transitions of a new alarm from one time to another. */
export function evaluate(
  alarm: Evaluated,
  points: readonly MetricPoint[],
  fromMs: number,
  untilMs: number,
): Transition[] {
  return evaluateSpan(alarm, points, { fromMs, untilMs, before: "INSUFFICIENT_DATA" });
}

/** Returns the transitions of an alarm from one time to another, evaluated every five minutes. */
export function evaluateSpan(
  alarm: Evaluated,
  points: readonly MetricPoint[],
  { fromMs, untilMs, before }: WatchedSpan,
): Transition[] {
  const series = seriesOf(alarm, points);
  const lookBackMs = (alarm.of + EXTRA_PERIODS) * alarm.periodSeconds * SECOND_MS;
  const transitions: Transition[] = [];
  let state = before;
  let [first, end] = [0, 0];
  // A rehearsal can have a year of nights, so only the points that count are touched, and they move along.
  const atOf = (index: number) => series[index]?.atMs ?? Infinity;
  for (let atMs = fromMs; atMs <= untilMs; atMs += 5 * MINUTE_MS) {
    while (atOf(end) <= atMs) end += 1;
    while (first < end && atOf(first) <= atMs - lookBackMs) first += 1;
    const next = stateAt(alarm, series.slice(first, end), atMs, state);
    if (next !== state) transitions.push({ atMs, state: next });
    state = next;
  }
  return transitions;
}
