/** Launches one instance again by the real command, as JSON lines, and reads what it says. */
import { SECOND_MS } from "../../vault/lib/time";
import { runCli } from "../runtime/command";
import type { Reported } from "./facts";

/** How a restore ended. */
export interface Restored {
  name: string;
  exitCode: number | null;
  /** From the command's start to its end, by this machine's clock. */
  seconds: number;
  /** Of the new instance; absent where there is none. */
  instanceId?: string;
  report: Reported;
  /** What it says of a failure. */
  error?: string;
}

interface Line {
  messageType: string;
  instanceId?: string;
  differences?: Reported["differences"];
  warnings?: string[];
  notes?: string[];
  error?: { code: string; message: string };
}

function linesOf(out: string): Line[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

type Env = Record<string, string | undefined>;

/** Decides whether a plan's notes name a volume that comes with another instance, restored already or not. */
export function needShared(notes: readonly string[]): boolean {
  return notes.some((note) => note.endsWith(" with --shared"));
}

/** Decides whether the plan of a launch needs a volume of another instance. */
export async function comesLater(name: string, region: string, env: Env): Promise<boolean> {
  const { out } = await runCli(["restore", name, "--region", region, "--dry-run", "--json"], env);
  const notes = linesOf(out).flatMap((line) => line.notes ?? []);
  return needShared(notes);
}

/** Launches an instance in a region from its newest recovery point there. */
export async function launchAgain(
  name: string,
  { region, options = [] }: { region: string; options?: readonly string[] },
  env: Env,
): Promise<Restored> {
  const startMs = Date.now();
  const args = ["restore", name, "--region", region, "--yes", "--json", ...options];
  const { code, out, err } = await runCli(args, env);
  const lines = linesOf(out);
  const last = lines.at(-1);
  const plan = lines.find(({ messageType }) => messageType === "plan");
  const failed = last?.error === undefined ? err : `${last.error.message} (${last.error.code})`;
  return {
    name,
    exitCode: code,
    seconds: (Date.now() - startMs) / SECOND_MS,
    ...(last?.instanceId !== undefined && { instanceId: last.instanceId }),
    report: {
      differences: last?.differences ?? [],
      warnings: [...(plan?.warnings ?? []), ...(last?.notes ?? [])],
    },
    ...(code !== 0 && { error: failed }),
  };
}
