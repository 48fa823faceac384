/** What an invocation works with: clients, log, metrics and time. */
import type { VaultClients } from "./clients";
import type { Measured } from "../model/metricNames";

export interface VaultTools {
  clients: VaultClients;
  log: VaultLog;
  emit: EmitMetric;
  now: () => number;
}

/** What the vault needs of a logger: Powertools' Logger fits, and so does a test's array. */
export interface VaultLog {
  info(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/** What the vault needs of a metrics sink: Powertools' Metrics, by a thin function. */
type EmitMetric = (measured: Measured) => void;
