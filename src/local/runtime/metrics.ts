/** Computes the metrics that CloudWatch would get from an invocation: the function's own, by its log, and Lambda's. */
import { namesOf } from "../../iam/names";
import { METRIC_NAMESPACE } from "../../vault/model/metricNames";
import type { MetricPoint } from "./alarmEvaluator";
import type { Invocation } from "./lambda";

const LAMBDA_NAMESPACE = "AWS/Lambda";

/** Namespaces that are published here. An alarm on any other, such as Scheduler's, says nothing. */
export const EMULATED_NAMESPACES: readonly string[] = [METRIC_NAMESPACE, LAMBDA_NAMESPACE];

/** A line of embedded metric format (CloudWatch user guide, "Specification: Embedded metric format"). */
interface EmfLine {
  _aws?: {
    Timestamp: number;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
  [field: string]: unknown;
}

function pointsOfLine(line: string): MetricPoint[] {
  if (!line.startsWith("{")) return [];
  const { _aws: emf, ...fields } = JSON.parse(line) as EmfLine;
  if (emf === undefined) return [];
  return emf.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(fields[name])]));
      return Metrics.flatMap(({ Name: name }) =>
        [fields[name]].flat().map((value) => ({
          namespace,
          name,
          dimensions,
          value: Number(value),
          atMs: emf.Timestamp,
        })),
      );
    }),
  );
}

/**
 * Returns the data points of an invocation. Lambda's are of the time when it started (Lambda developer guide, "Using
 * CloudWatch metrics with Lambda").
 * None is throttled: invocations come one after the other here.
 */
export function pointsOf(vaultId: string, startedMs: number, invocation: Invocation): MetricPoint[] {
  const { nowMs, log, error } = invocation;
  const values = {
    Invocations: 1,
    Errors: error === undefined ? 0 : 1,
    Throttles: 0,
    Duration: nowMs - startedMs,
  };
  const dimensions = { FunctionName: namesOf(vaultId).function };
  const namespace = LAMBDA_NAMESPACE;
  const published = Object.entries(values).map(([name, value]) => ({
    namespace,
    name,
    dimensions,
    value,
    atMs: startedMs,
  }));
  return [...published, ...log.split("\n").flatMap(pointsOfLine)];
}
