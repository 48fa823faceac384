/** Spreads seeds over child processes: each asks for the next one when it has finished its last. */
import { type ChildProcess, fork } from "node:child_process";
import { TYPESCRIPT } from "../support/typescript";
import type { FunctionSource } from "./source";

/** Parameters of playing a seed. */
export interface Work {
  days: number;
  /** The archive's `__index.js`; without it the sources are run. */
  indexFile?: string;
  /** Ends a seed at the first rule that it breaks. */
  bail?: boolean;
  /** Plays lives without exclusions and the events of lives/keyEvents.ts. */
  onlyRetention?: boolean;
  outages?: boolean;
}

/** Ways to play seeds. */
export interface Player<R> {
  /** The file that serves seeds ({@link serveSeeds}) when it is run. */
  file: string;
  sourceFor: (work: Work) => FunctionSource;
  play: (seed: number, work: Work, source: FunctionSource) => Promise<R>;
}

type ToParent<R> = { kind: "ready" } | { kind: "result"; result: R };
interface ToChild extends Work {
  seed: number;
}

/** Most of a run's garbage is young. A nursery of 256 MB took 43 s for twelve lives, one of 64 MB took 50 s. */
const EXEC_ARGV = ["--max-semi-space-size=256", ...TYPESCRIPT];

/**
 * @param next returns the next seed, `undefined` when there are no more
 * @param onResult is called as results come, in any order
 */
async function playInChild<R>(
  { file }: Player<R>,
  work: Work,
  next: () => number | undefined,
  onResult: (result: R) => void,
): Promise<void> {
  const child: ChildProcess = fork(file, [], { execArgv: EXEC_ARGV });
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a process of ${file} ended with code ${String(code)}`));
    });
    child.on("message", (message: ToParent<R>) => {
      if (message.kind === "result") onResult(message.result);
      const seed = next();
      if (seed === undefined) child.disconnect();
      else child.send({ ...work, seed } satisfies ToChild);
    });
  });
}

/** Plays seeds in as many processes as asked for; one is this one. */
export async function playSeeds<R>(
  player: Player<R>,
  { jobs, ...work }: Work & { jobs: number },
  next: () => number | undefined,
  onResult: (result: R) => void,
): Promise<void> {
  if (jobs > 1) {
    const children = Array.from({ length: jobs }, () => playInChild(player, work, next, onResult));
    await Promise.all(children);
    return;
  }
  const source = player.sourceFor(work);
  for (let seed = next(); seed !== undefined; seed = next()) {
    onResult(await player.play(seed, work, source));
    await new Promise(setImmediate);
  }
}

/** Plays what the parent sends, in a child. */
export function serveSeeds<R>({ sourceFor, play }: Player<R>): void {
  let source: FunctionSource | undefined;
  // Nobody is left to report to after Ctrl-C.
  const isGone = (error: Error | null) => {
    if (error !== null) process.exit(0);
  };
  const say = (message: ToParent<R>) => process.send?.(message, undefined, {}, isGone);
  process.on("message", ({ seed, ...work }: ToChild) => {
    source ??= sourceFor(work);
    play(seed, work, source).then(
      (result) => say({ kind: "result", result }),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  // Ctrl-C reaches every process of the terminal: the first reports what was found and ends the others.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(0));
  say({ kind: "ready" });
}
