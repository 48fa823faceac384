/** An invocation, and what it works with: clients, log, metrics and time. */
import type { VaultClients } from "./clients";
import type { MemoryUse } from "../model/memory";
import type { Measured } from "../model/metricNames";
import type { Budget } from "../lib/pool";
import type { CoreSettings, VaultSettings } from "../model/settings";
import type { Trigger } from "../model/trigger";

export interface VaultTools {
  clients: VaultClients;
  log: VaultLog;
  emit: EmitMetric;
  now: () => number;
  /** Returns the memory that was used so far; absent outside of Lambda. */
  memory?: () => MemoryUse | undefined;
}

/** Part of a logger that the vault needs: Powertools' Logger fits, and so does a test's array. */
export interface VaultLog {
  info(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/** Part of a metrics sink that the vault needs: Powertools' Metrics, by a thin function. */
type EmitMetric = (measured: Measured) => void;

/** Tools and settings that a plan is applied with. */
export interface Execution {
  clients: VaultClients;
  settings: CoreSettings;
  budget: Budget;
}

/** One invocation: its trigger, its tools and its time. */
export interface Invocation {
  settings: VaultSettings;
  tools: VaultTools;
  trigger: Trigger;
  /** Function, as it was invoked: the timer invokes it the same way. */
  functionArn: string;
  /** Log group of the function. */
  logGroup: string;
  startMs: number;
  /** Nothing is started after this time: the rest is for the timer, the metrics and the mail. */
  deadlineMs: number;
  /** Time of the next invocation, which takes over if this one is killed. */
  takeoverMs: number;
}
