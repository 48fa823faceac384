/** What a command that restores works with, for tests that look at nothing of it. */
import type { Context } from "../../../src/cli/context";

export function quietContext(region: string, nowMs: number): Context {
  const quiet = () => undefined;
  return { region, nowMs, progress: quiet, plan: quiet, pause: quiet, onInterrupt: quiet };
}
