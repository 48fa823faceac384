/** What the stack's alarms did in a rehearsal: its own definitions, as it declares them, over the metrics that were sent. */
import { isoSeconds } from "../vault/time";
import { type AlarmState, type Evaluated, type MetricPoint, evaluate } from "./alarmEvaluator";
import { EMULATED_NAMESPACES } from "./metrics";
import type { Program } from "./program";

/** From when to when an alarm was in ALARM; `undefined`: it still is. */
interface Episode {
  from: string;
  until: string | undefined;
}

export interface WatchedAlarm {
  /** `smart-vault-dev-errors` */
  name: string;
  /** Its description. */
  says: string;
  /** `emulated: false`: nobody publishes its metric here, so that its state means nothing. */
  metric: { namespace: string; name: string; emulated: boolean };
  /** At the end. */
  state: AlarmState;
  episodes: Episode[];
}

/** The inputs of an `aws:cloudwatch/metricAlarm:MetricAlarm`, as far as they are what alarms.ts gives. */
interface DeclaredAlarm {
  name: string;
  alarmDescription: string;
  namespace: string;
  metricName: string;
  dimensions: Record<string, string>;
  statistic: Evaluated["statistic"];
  period: number;
  datapointsToAlarm: number;
  evaluationPeriods: number;
  comparisonOperator: Evaluated["comparison"];
  threshold: number;
  treatMissingData: Evaluated["missing"];
}

function evaluated(declared: DeclaredAlarm): Evaluated {
  const { name, namespace, metricName, dimensions, statistic, threshold } = declared;
  return {
    key: name,
    namespace,
    metricName,
    dimensions,
    statistic,
    periodSeconds: declared.period,
    datapoints: declared.datapointsToAlarm,
    of: declared.evaluationPeriods,
    comparison: declared.comparisonOperator,
    threshold,
    missing: declared.treatMissingData,
  };
}

function watch(
  declared: DeclaredAlarm,
  points: readonly MetricPoint[],
  fromMs: number,
  untilMs: number,
): WatchedAlarm {
  const transitions = evaluate(evaluated(declared), points, fromMs, untilMs);
  const episodes = transitions.flatMap(({ atMs, state }, index): Episode[] => {
    if (state !== "ALARM") return [];
    const over = transitions[index + 1];
    return [{ from: isoSeconds(atMs), until: over && isoSeconds(over.atMs) }];
  });
  const { name, alarmDescription: says, namespace, metricName } = declared;
  const emulated = EMULATED_NAMESPACES.includes(namespace);
  return {
    name,
    says,
    metric: { namespace, name: metricName, emulated },
    state: transitions.at(-1)?.state ?? "INSUFFICIENT_DATA",
    episodes,
  };
}

/** Every alarm that the program declares, by name. */
export function watchAlarms(
  { declared }: Program,
  points: readonly MetricPoint[],
  fromMs: number,
  untilMs: number,
): WatchedAlarm[] {
  return declared
    .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
    .map(({ inputs }) => watch(inputs as unknown as DeclaredAlarm, points, fromMs, untilMs))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
