/** `npm run verify:aws`: checks in the user's own account what docs/ASSUMPTIONS.md lists. */
import { createInterface } from "node:readline/promises";
import { type Options, readOptions } from "./options";

const USAGE = 2;
const INTERRUPTED = 130;

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Asks a person at a terminal whether to go on; without a terminal the answer is no. */
async function isConfirmed({ yes }: Options): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) return false;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question("Go on? [y/N] ");
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Ends the run and cleans up at the first signal; at the second ends at once and names what is left. */
function onInterrupt(commands: () => string[]): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) {
      say(["ended without cleaning up. Delete yourself:", ...commands()].join("\n  "));
      process.exit(INTERRUPTED);
    }
    say("interrupted: deleting what was made (again: ends at once)");
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return controller.signal;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), (code) => process.exit(code === 0 ? 0 : USAGE));
  // Only now: what is loaded takes seconds, and `--help` has no need of it.
  const { findTarget, wantedOf } = await import("./target");
  const { sdkClients } = await import("./clients");
  const { runChecks } = await import("./run");
  const { commandFor } = await import("./made");
  const { announcement, exitCodeOf, jsonOf, renderRun } = await import("./report");
  const target = await findTarget(sdkClients, wantedOf(options));
  say(announcement(target));
  if (!(await isConfirmed(options))) {
    say("nothing was made: answer y, or add --yes");
    process.exitCode = USAGE;
    return;
  }
  const made: Parameters<typeof runChecks>[3] = new Map();
  const world = {
    clients: sdkClients,
    now: Date.now,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    signal: onInterrupt(() => [...made.values()].map(commandFor)),
    progress: say,
  };
  const run = await runChecks(world, target, options.timeoutMinutes, made);
  const text = options.json ? JSON.stringify(jsonOf(run, target), undefined, 2) : renderRun(run);
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCodeOf(run);
}

main().catch((error: unknown) => {
  say(`npm run verify:aws: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = USAGE;
});
