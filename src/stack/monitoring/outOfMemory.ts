/**
 * Counts in the function's log the invocations that ran out of memory. The function cannot report that itself, and
 * Lambda's own metric counts it as an error like any other.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { namesOf } from "../../iam/names";
import { LOG_NAMESPACE, outOfMemoryMetric } from "../../vault/model/metricNames";

/**
 * What Lambda and Node write, each on a line of the log: the end of the process by the kernel, the report of the
 * invocation, and the end of Node at the limit of its heap. One invocation may write several.
 */
export const OUT_OF_MEMORY_TEXTS = ["signal: killed", "Runtime.OutOfMemory", "heap out of memory"];

export function outOfMemoryFilter(vaultId: string, opts: pulumi.CustomResourceOptions): aws.cloudwatch.LogMetricFilter {
  const names = namesOf(vaultId);
  return new aws.cloudwatch.LogMetricFilter(
    names.outOfMemory,
    {
      name: names.outOfMemory,
      logGroupName: names.logGroup,
      pattern: OUT_OF_MEMORY_TEXTS.map((text) => `?"${text}"`).join(" "),
      metricTransformation: { namespace: LOG_NAMESPACE, name: outOfMemoryMetric(vaultId), value: "1" },
    },
    opts,
  );
}
