/**
 * Says what a command waits for: on a terminal one live line, else a line where something changed and every 30 seconds, and
 * with `--json` the same as data.
 */
import { SECOND_MS } from "../../vault/lib/time";

/** Off a terminal nobody watches: a log needs to show that the command lives. */
const QUIET_MS = 30 * SECOND_MS;
const TICK_MS = SECOND_MS;
const CLEAR = "\r\u001b[2K";

/** How far long work is. */
export interface Step {
  /** What is waited for. */
  message: string;
  /** The same as data. */
  data?: Readonly<Record<string, unknown>>;
  /** `plan`: it says what is going to be done, and only programs get it. */
  messageType?: "plan" | "progress";
}

export interface Progress {
  /** Says a step. The same step again is said only where time passed. */
  say: (step: Step) => void;
  /** Ends the live line. */
  stop: () => void;
}

/** Where progress goes. */
export interface ProgressTarget {
  isTerminal: boolean;
  width: number;
  /** Writes text to standard error. */
  write: (text: string) => void;
  /** Writes one record to standard output; set with `--json` for long work, and absent for other commands. */
  record?: (step: Step) => void;
  isJson: boolean;
  nowMs: () => number;
}

/** Cuts a line, since one that wraps can't be erased. */
function fitting(line: string, width: number): string {
  return line.length < width ? line : `${line.slice(0, Math.max(1, width - 2))}…`;
}

/** Makes the progress of one command. */
export function makeProgress(command: string, target: ProgressTarget): Progress {
  const { isTerminal, width, write, record, isJson, nowMs } = target;
  const startMs = nowMs();
  let last: Step | undefined;
  let saidMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  const live = () => {
    const seconds = Math.round((nowMs() - startMs) / SECOND_MS);
    write(CLEAR + fitting(`vault ${command}: ${last?.message ?? ""}${seconds > 0 ? ` (${seconds} s)` : ""}`, width));
  };
  const say = (step: Step) => {
    if (step.messageType === "plan") {
      record?.(step);
      return;
    }
    const isNew = step.message !== last?.message;
    last = step;
    if (isTerminal && !isJson) {
      live();
      timer ??= setInterval(live, TICK_MS).unref();
      return;
    }
    if (!isNew && nowMs() - saidMs < QUIET_MS) return;
    saidMs = nowMs();
    if (isJson) record?.(step);
    else write(`vault ${command}: ${step.message}\n`);
  };
  const stop = () => {
    clearInterval(timer);
    if (timer !== undefined) write(CLEAR);
    timer = undefined;
  };
  return { say, stop };
}
