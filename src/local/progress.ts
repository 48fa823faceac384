/** Progress of a command on standard error, with the seconds since the start. */
import type { Progress } from "./account/python";

/** Returns what prints a line. */
export function makeProgress(): Progress {
  const started = Date.now();
  return (message) => {
    const seconds = ((Date.now() - started) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${message}\n`);
  };
}
