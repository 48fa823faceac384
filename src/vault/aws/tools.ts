/** What an invocation is, and what it works with: clients, log, metrics and time. */
import type { VaultClients } from "./clients";
import type { Measured } from "../model/metricNames";
import type { Budget } from "../lib/pool";
import type { CoreSettings, VaultSettings } from "../model/settings";
import type { Trigger } from "../model/trigger";

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

/** What a plan is carried out with. */
export interface Execution {
  clients: VaultClients;
  settings: CoreSettings;
  budget: Budget;
}

/** One invocation: why it happens, what it works with, and how long it has. */
export interface Invocation {
  settings: VaultSettings;
  tools: VaultTools;
  trigger: Trigger;
  /** The function, as it was invoked: what the clock calls. */
  functionArn: string;
  /** Where its log is. */
  logGroup: string;
  startMs: number;
  /** Nothing is begun after this time: the rest is for the clock, the metrics and the mail. */
  deadlineMs: number;
  /** When another invocation looks where this one is killed. */
  takeoverMs: number;
}
