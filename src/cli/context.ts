/** What every command works with: the region, the vault that was asked for, the time, and how text may look. */
import type { Look } from "./print/look";
import type { ExitCode } from "./exitCodes";
import { EXIT } from "./exitCodes";
import { cliError } from "./failure";
import type { Stop } from "./interrupt";
import type { Step } from "./print/progress";

/** Options that every command has. */
export interface GlobalOptions {
  region?: string;
  vault?: string;
  json?: boolean;
  /** False with `--no-color`. */
  color: boolean;
}

export interface Context {
  /** The region that the command reads first. */
  region: string;
  /** The vault that was asked for; absent: the only one there is. */
  vaultId?: string;
  nowMs: number;
  /** Says on standard error what is waited for. With `--json` long work says it as data, other commands nothing. */
  progress: (message: string, data?: Step["data"]) => void;
  /** Says what is going to be done, as data. Without `--json` nothing. */
  plan: (message: string, data: Step["data"]) => void;
  /** Takes a live line away, before a question or other text on standard error. */
  pause: () => void;
  /** Sets what Ctrl-C does from now on. A command that only reads needs none. */
  onInterrupt: (stop: Stop) => void;
}

/** Result of a command. */
export interface Answer {
  exitCode: ExitCode;
  /** The data, as `--json` prints it. */
  data: Readonly<Record<string, unknown>>;
  /** What the output is about, with region and zone. It goes to standard error. */
  heading: string;
  /** The data as text. */
  body: (look: Look) => string;
  /** What a person should know of the data: what could not be read, say. They go to standard error. */
  notes: readonly string[];
  /** Commands to type next, and what for. */
  next: readonly (readonly [string, string])[];
}

/**
 * Returns the region: `--region`, else AWS_REGION, else AWS_DEFAULT_REGION.
 * @throws a usage error where none is set
 */
export function regionOf({ region }: GlobalOptions, env: NodeJS.ProcessEnv): string {
  const found = [region, env.AWS_REGION, env.AWS_DEFAULT_REGION].find((one) => one !== undefined && one !== "");
  if (found === undefined) {
    const hint = "Add --region us-east-1, or set AWS_REGION. In a disaster, use a DR region of the vault.";
    throw cliError(EXIT.usage, "NoRegion", "no region is set", hint);
  }
  if (/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(found)) return found;
  throw cliError(EXIT.usage, "BadRegion", `expected a region such as us-east-1, got "${found}"`);
}
