/** Seeds spread over child processes: each asks for the next one when it is done with its last. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { archiveSource } from "./archiveSource";
import { type SimulationResult, simulate } from "./simulate";
import { type FunctionSource, vaultSource } from "./source";

export interface Work {
  days: number;
  /** The archive's `__index.js`; the sources are run without. */
  indexFile?: string;
  /** Ends a seed at the first rule that it breaks. */
  bail?: boolean;
}

type ToParent = { kind: "ready" } | { kind: "result"; result: SimulationResult };
interface ToChild extends Work {
  seed: number;
}

export function sourceFor({ indexFile }: Work): FunctionSource {
  return indexFile === undefined ? vaultSource() : archiveSource(indexFile);
}

/** Most of a run's garbage is young: a larger nursery spares a tenth of the time. */
const EXEC_ARGV = ["--max-semi-space-size=64", "-r", "ts-node/register/transpile-only"];

/**
 * @param next the next seed, `undefined` when there are no more
 * @param onResult called as results come, in any order
 */
async function runChild(
  work: Work,
  next: () => number | undefined,
  onResult: (result: SimulationResult) => void,
): Promise<void> {
  const child: ChildProcess = fork(join(__dirname, "workers.ts"), ["--work"], {
    execArgv: EXEC_ARGV,
  });
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a simulating process ended with code ${String(code)}`));
    });
    child.on("message", (message: ToParent) => {
      if (message.kind === "result") onResult(message.result);
      const seed = next();
      if (seed === undefined) child.disconnect();
      else child.send({ ...work, seed } satisfies ToChild);
    });
  });
}

export async function runSeeds(
  work: Work,
  jobs: number,
  next: () => number | undefined,
  onResult: (result: SimulationResult) => void,
): Promise<void> {
  if (jobs > 1) {
    await Promise.all(Array.from({ length: jobs }, () => runChild(work, next, onResult)));
    return;
  }
  const source = sourceFor(work);
  for (let seed = next(); seed !== undefined; seed = next()) {
    onResult(await simulate(seed, work.days, source, work));
    await new Promise(setImmediate);
  }
}

function serve(): void {
  let source: FunctionSource | undefined;
  // Nobody is left to be told after Ctrl-C.
  const isGone = (error: Error | null) => {
    if (error !== null) process.exit(0);
  };
  const tell = (message: ToParent) => process.send?.(message, undefined, {}, isGone);
  process.on("message", ({ seed, ...work }: ToChild) => {
    source ??= sourceFor(work);
    simulate(seed, work.days, source, work).then(
      (result) => tell({ kind: "result", result }),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  // Ctrl-C reaches every process of the terminal: the first tells what was found and lets go of the others.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(0));
  tell({ kind: "ready" });
}

if (process.argv.includes("--work")) serve();
