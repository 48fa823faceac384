/**
 * Evaluates the stack's alarms in a rehearsal: its own definitions, as each deployment declared them, over the metrics
 * that
 * were sent. A night is evaluated by the alarms that were deployed in it.
 */
import { isoSeconds } from "../../vault/lib/time";
import {
  type AlarmState,
  type Evaluated,
  type MetricPoint,
  type Transition,
  type WatchedSpan,
  evaluateSpan,
} from "./alarmEvaluator";
import { EMULATED_NAMESPACES } from "./metrics";
import type { DeployedProgram } from "./deployment";

/** Time in which an alarm was in ALARM; without an end, it still is. */
interface Episode {
  from: string;
  until: string | undefined;
}

export interface WatchedAlarm {
  /** `smart-vault-dev-errors` */
  name: string;
  region: string;
  /** Its description. */
  says: string;
  /** `emulated: false`: nobody publishes its metric here, so that its state means nothing. */
  metric: { namespace: string; name: string; emulated: boolean };
  /** At the end, or when it left the stack. */
  state: AlarmState;
  /** Time at which an edit removed it from the stack; absent: it is there at the end. */
  leftAt?: string;
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

/** An alarm as deployments one after the other had it. */
interface WatchedSpans {
  region: string;
  spans: { declared: DeclaredAlarm; fromMs: number; untilMs: number }[];
}

const ALARM_TYPE = "aws:cloudwatch/metricAlarm:MetricAlarm";

/**
 * Finds the spans of each alarm: one that left the stack and comes back is a new one, and so is one in another region.
 */
function spansOf(deployments: readonly DeployedProgram[], untilMs: number): WatchedSpans[] {
  const closed: WatchedSpans[] = [];
  let open = new Map<string, WatchedSpans>();
  for (const [index, { program, region, fromMs }] of deployments.entries()) {
    const endMs = deployments[index + 1]?.fromMs ?? untilMs;
    const next = new Map<string, WatchedSpans>();
    for (const { inputs } of program.declared.filter(({ type }) => type === ALARM_TYPE)) {
      const declared = inputs as unknown as DeclaredAlarm;
      const key = `${region} ${declared.name}`;
      const watched = open.get(key) ?? { region, spans: [] };
      watched.spans.push({ declared, fromMs, untilMs: endMs });
      next.set(key, watched);
    }
    closed.push(...[...open].flatMap(([key, watched]) => (next.has(key) ? [] : [watched])));
    open = next;
  }
  return [...closed, ...open.values()];
}

/**
 * Follows one alarm through its deployments. CloudWatch leaves its state as it is when its definition is replaced
 * (PutMetricAlarm).
 */
function watch({ region, spans }: WatchedSpans, points: readonly MetricPoint[], endMs: number): WatchedAlarm[] {
  const last = spans.at(-1);
  if (last === undefined) return [];
  let state: AlarmState = "INSUFFICIENT_DATA";
  const episodes: Episode[] = [];
  for (const { declared, fromMs, untilMs } of spans) {
    const span: WatchedSpan = { fromMs, untilMs, before: state };
    const transitions: Transition[] = evaluateSpan(evaluated(declared), points, span);
    for (const { atMs, state: next } of transitions) {
      const open = episodes.at(-1);
      if (state === "ALARM" && open !== undefined) open.until = isoSeconds(atMs);
      if (next === "ALARM") episodes.push({ from: isoSeconds(atMs), until: undefined });
      state = next;
    }
  }
  const hasLeft = last.untilMs < endMs;
  const leftAt = isoSeconds(last.untilMs);
  const open = episodes.at(-1);
  if (hasLeft && state === "ALARM" && open !== undefined) open.until = leftAt;
  const { name, alarmDescription: says, namespace, metricName } = last.declared;
  const emulated = EMULATED_NAMESPACES.includes(namespace);
  const metric = { namespace, name: metricName, emulated };
  return [{ name, region, says, metric, state, episodes, ...(hasLeft && { leftAt }) }];
}

/** Returns what was sent while the stack was in a region: CloudWatch keeps each region's metrics for itself. */
function pointsIn(
  region: string,
  deployments: readonly DeployedProgram[],
  points: readonly MetricPoint[],
): readonly MetricPoint[] {
  if (deployments.every((one) => one.region === region)) return points;
  const regionAt = (atMs: number) => deployments.findLast(({ fromMs }) => fromMs <= atMs)?.region;
  return points.filter(({ atMs }) => regionAt(atMs) === region);
}

/** Evaluates every alarm that a deployment declared, for as long as it was deployed, by name. */
export function watchAlarms(
  deployments: readonly DeployedProgram[],
  points: readonly MetricPoint[],
  untilMs: number,
): WatchedAlarm[] {
  return spansOf(deployments, untilMs)
    .flatMap((one) => watch(one, pointsIn(one.region, deployments, points), untilMs))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Returns the names of the alarms that were in ALARM at any time between two instants. */
export function alarmsBetween(alarms: readonly WatchedAlarm[], from: string, until: string): string[] {
  const rang = ({ episodes }: WatchedAlarm) => episodes.some((one) => one.from < until && (one.until ?? "~") > from);
  return [...new Set(alarms.filter(rang).map(({ name }) => name))];
}
