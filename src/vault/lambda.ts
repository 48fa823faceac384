/**
 * Factory that Pulumi's CallbackFunction runs once per cold start: it makes the tools and returns the handler.
 * Everything reached from here is serialized into the archive, so it consists of functions and plain data
 * (docs/adr/0001).
 */
import { Logger } from "@aws-lambda-powertools/logger";
import { MetricUnit, Metrics } from "@aws-lambda-powertools/metrics";
import { makeClients } from "./aws/clients";
import { type InvocationResult, type LambdaContext, invoke } from "./invocation";
import type { MemoryUse } from "./model/memory";
import { type Measured, METRIC_NAMESPACE } from "./model/metricNames";
import type { DescribedVault, VaultSettings } from "./model/settings";
import { asksForSettings } from "./observe/event";

export type VaultHandler = (event: unknown, context: LambdaContext) => Promise<InvocationResult | DescribedVault>;

/** Returns what this process has used of the function's memory; undefined outside of Lambda, which names the limit. */
function memoryUse(): MemoryUse | undefined {
  const limitMb = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 0);
  return limitMb > 0 ? { peakMb: process.resourceUsage().maxRSS / 1_024, limitMb } : undefined;
}

export function createHandler(settings: VaultSettings): VaultHandler {
  const clients = makeClients(settings);
  const log = new Logger({ serviceName: settings.vaultId });
  const own = { namespace: METRIC_NAMESPACE, serviceName: settings.vaultId };
  const metrics = new Metrics(own);
  const regions = [settings.primaryRegion, ...settings.dr.map(({ region }) => region)];
  const byRegion = Object.fromEntries(
    regions.map((region) => [region, new Metrics({ ...own, defaultDimensions: { region } })]),
  );
  const emit = ({ name, value, unit, region }: Measured) => {
    (region === undefined ? metrics : byRegion[region])?.addMetric(name, MetricUnit[unit], value);
  };
  return async (event, context) => {
    if (asksForSettings(event)) return { kind: "settings", schema: 1, settings };
    log.appendKeys({ runId: context.awsRequestId });
    try {
      return await invoke(settings, { clients, log, emit, now: Date.now, memory: memoryUse }, event, context);
    } finally {
      // Publishing without metrics would log a warning. An idle sweep stores no region metrics, and a crash stores none
      // at all.
      for (const one of [metrics, ...Object.values(byRegion)]) {
        if (one.hasStoredMetrics()) one.publishStoredMetrics();
      }
    }
  };
}
