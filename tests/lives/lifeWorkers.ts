/** Lives spread over child processes: each asks for the next one when it is done with its last. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { archiveSource } from "../simulation/archiveSource";
import { type FunctionSource, vaultSource } from "../simulation/source";
import { rememberReads } from "./rememberedReads";
import { type LifeResult, playLife } from "./life";

export interface LifeWork {
  days: number;
  /** The archive's `__index.js`; the sources are run without. */
  indexFile?: string;
  bail?: boolean;
}

type Next = () => number | undefined;
type OnResult = (result: LifeResult) => void;

export function sourceOf({ indexFile }: LifeWork): FunctionSource {
  if (indexFile !== undefined) return archiveSource(indexFile);
  rememberReads();
  return vaultSource();
}

/** Most of a life's garbage is young: a larger nursery spares a tenth of the time. */
const EXEC_ARGV = ["--max-semi-space-size=64", "-r", "ts-node/register/transpile-only"];

async function playInChild(work: LifeWork, next: Next, onResult: OnResult): Promise<void> {
  const child = fork(join(__dirname, "lifeWorkers.ts"), ["--work-lives"], { execArgv: EXEC_ARGV });
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a process that plays lives ended with code ${String(code)}`));
    });
    child.on("message", (result: LifeResult | null) => {
      if (result !== null) onResult(result);
      const seed = next();
      if (seed === undefined) child.disconnect();
      else child.send({ ...work, seed });
    });
  });
}

/** @param next the next seed, `undefined` when there are no more */
export async function playLives(
  work: LifeWork,
  jobs: number,
  next: Next,
  onResult: OnResult,
): Promise<void> {
  if (jobs > 1) {
    await Promise.all(Array.from({ length: jobs }, () => playInChild(work, next, onResult)));
    return;
  }
  const source = sourceOf(work);
  for (let seed = next(); seed !== undefined; seed = next()) {
    onResult(await playLife(seed, work.days, source, work));
  }
}

function serve(): void {
  let source: FunctionSource | undefined;
  process.on("message", ({ seed, ...work }: LifeWork & { seed: number }) => {
    source ??= sourceOf(work);
    playLife(seed, work.days, source, work).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.(null);
}

if (process.argv.includes("--work-lives")) serve();
