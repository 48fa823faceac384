/** Ctrl-C: the first one ends the command with a true sentence and 130, the second one at once. */
import { EXIT } from "./exitCodes";

/** What a command says when it is interrupted, once nothing of it is left half done. */
export type Stop = () => Interrupted | Promise<Interrupted>;

export interface Interrupted {
  /** What is now: what was made, and what goes on. */
  message: string;
  /** What to type next. */
  hint?: string;
}

/** The Node that vault.js starts gets each signal twice where a terminal sends it to both: a person is not that fast. */
const SAME_MS = 250;

/** Watches for signals from the start of a command. */
export function watchInterrupts(end: (interrupted: Interrupted) => void): { onInterrupt: (stop: Stop) => void } {
  let stop: Stop = () => ({ message: "interrupted: nothing was changed by this command" });
  let firstMs: number | undefined;
  const onSignal = () => {
    const nowMs = performance.now();
    if (firstMs !== undefined) {
      const isSame = process.env.SMART_VAULT_STARTED !== undefined && nowMs - firstMs < SAME_MS;
      if (!isSame) process.exit(EXIT.interrupted);
      return;
    }
    firstMs = nowMs;
    void Promise.resolve(stop()).then(end, () => process.exit(EXIT.interrupted));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    onInterrupt: (next) => {
      stop = next;
    },
  };
}
